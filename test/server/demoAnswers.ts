import { httpError, type Scenario, type ScriptedBlock } from './scenario';

/** Deltas per second of the demo: a pleasant reading speed. */
const demoRate = 60;

const notice =
  '*This answer comes from Caudal’s local demo server. No model wrote it, and nothing left this machine.*';

const tour = `${notice}

# What streams here

You asked:

{prompt}

The text arrives as **server-sent events** over a real socket, in pieces of a few characters. Each piece is on screen in
the frame after it arrives, however long the answer already is.

## Things to try

1. **Stop** with the button or with \`Esc\`: the text stays, marked as stopped.
2. Open the same chat in an editor tab: both show one stream.
   - Scroll up while it streams: nothing pulls you back.
   - Press *Jump to latest* to follow again.
3. Ask for \`error 529\`, \`error 401\`, \`cut\` or \`stall\` to see what failures look like.

## A little code

\`\`\`ts
/** Everything that is new since the reader's cursor, as one slice. */
export function* frames(stream: AsyncIterable<SseFrame>, signal: AbortSignal) {
  for await (const frame of stream) {
    if (signal.aborted) return; // Stop is instant
    yield decode(frame);
  }
}
\`\`\`

| words in your prompt | what happens |
| :--- | :--- |
| \`table\`, \`code\`, \`long\`, \`short\` | an answer of that kind |
| \`think\` | visible thinking first |
| \`error 429\`, \`error 529\`, \`error 401\` | the server refuses |
| \`cut\`, \`stall\` | the stream breaks, or falls silent |

> A turn is an append-only document. Whoever shows, stores or forwards it is a reader with a cursor.

Read on in the [Messages API's streaming guide](https://platform.claude.com/docs/en/build-with-claude/streaming).
`;

const code = `${notice}

Three ways to read a stream of events. In **Python**:

\`\`\`python
import json
from urllib.request import Request, urlopen

def deltas(url: str, body: dict):
    request = Request(url, json.dumps(body).encode(), {"content-type": "application/json"})
    with urlopen(request) as response:
        for line in response:
            if line.startswith(b"data: "):
                event = json.loads(line[6:])
                if event["type"] == "content_block_delta":
                    yield event["delta"].get("text", "")
\`\`\`

In **Rust**, without a copy of the text:

\`\`\`rust
pub struct Cursor { revision: u64, seen: usize }

impl Cursor {
    pub fn read<'a>(&mut self, text: &'a str) -> &'a str {
        let new = &text[self.seen..];
        self.seen = text.len();
        new
    }
}
\`\`\`

And with **curl**:

\`\`\`bash
curl -N https://api.example.com/v1/messages \\
  -H 'content-type: application/json' \\
  -d '{"model": "demo", "stream": true, "messages": []}'
\`\`\`
`;

const table = `${notice}

| stop reason | what it means | what happens next |
| :--- | :--- | :--- |
| \`end_turn\` | the answer is whole | your turn |
| \`max_tokens\` | the limit was reached | ask to go on |
| \`tool_use\` | a tool is wanted | it runs when you approve |
| \`pause_turn\` | a long turn takes a breath | it goes on by itself |
| \`refusal\` | the model declined | change the prompt |

- [x] Tables, with alignment
- [x] Task lists
- [ ] ~~Reloading the whole answer for each token~~
`;

const paragraph = `A stream carries its water one drop after another, and nobody asks a river to hold back until the sea is full. An
answer should be the same: the first words are worth the most, because they tell you whether to go on reading. What comes
later is added where the last word ended, and what was read stays where it was.`;

/** How the demo answers: the prompt's words choose. Its answers say plainly that no model wrote them. */
export function demoScenario(prompt: string): Scenario {
  const words = prompt.toLowerCase();
  const has = (word: string): boolean => words.includes(word);
  const status = /error (\d{3})/.exec(words)?.[1];
  if (status !== undefined) return demoError(Number(status));
  const blocks = demoBlocks(prompt, has);
  const rate = has('slow') ? 8 : demoRate;
  if (has('cut')) return { blocks, rate, fault: { kind: 'reset', afterDeltas: 60 } };
  if (has('stall')) return { blocks, rate, fault: { kind: 'stall', afterDeltas: 60 } };
  return {
    blocks,
    rate: has('long') ? 400 : rate,
    deltaSize: has('long') ? 16 : 8,
    delayFirstMs: 300,
  };
}

function demoBlocks(prompt: string, has: (word: string) => boolean): ScriptedBlock[] {
  const quoted = prompt
    .trim()
    .split('\n')
    .slice(0, 5)
    .map((line) => `> ${line.slice(0, 300)}`)
    .join('\n');
  if (has('short')) return [{ type: 'text', text: `${notice}\n\nYou asked:\n\n${quoted}` }];
  const text = has('code') ? code : has('table') ? table : has('long') ? longAnswer() : tour;
  const thinking: ScriptedBlock = {
    type: 'thinking',
    text: 'The prompt asks for a look at the panel. A short tour with a list, code, a table and a quotation shows most of what an answer can hold.',
  };
  const answer: ScriptedBlock = { type: 'text', text: text.replace('{prompt}', quoted) };
  return has('think') || text === tour ? [thinking, answer] : [answer];
}

function longAnswer(): string {
  const chapters = Array.from({ length: 40 }, (_, i) => {
    const snippet = `\`\`\`js\nconst chapter = ${i + 1};\nfor (const drop of river) carry(drop, chapter);\n\`\`\``;
    return `## Chapter ${i + 1}\n\n${paragraph}\n\n- **${i + 1}.1** ${paragraph.slice(0, 90)}\n- **${i + 1}.2** ${paragraph.slice(90, 200)}\n\n${snippet}\n`;
  });
  return `${notice}\n\n# A long answer\n\n${chapters.join('\n')}`;
}

function demoError(status: number): Scenario {
  switch (status) {
    case 401:
      return httpError(401, 'authentication_error', 'invalid x-api-key');
    case 429:
      return httpError(
        429,
        'rate_limit_error',
        'This request would exceed your rate limit of 50 requests per minute.',
        { 'retry-after': '8' },
      );
    case 502:
      return {
        fault: {
          kind: 'http',
          status: 502,
          body: '<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>',
        },
      };
    case 529:
      return httpError(529, 'overloaded_error', 'Overloaded');
    default:
      return httpError(
        status,
        status >= 500 ? 'api_error' : 'invalid_request_error',
        `The demo server was asked for an error ${status}.`,
      );
  }
}
