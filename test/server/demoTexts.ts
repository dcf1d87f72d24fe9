/** The first words of every demo answer: nobody may take it for a model's. */
export const notice =
  '*This answer comes from Caudal’s local demo server. No model wrote it, and nothing left this machine.*';

export const tour = `## What you are watching

The text arrives as **server-sent events** over a real socket, a word at a time, and each word is on screen in the frame after it arrives, however long the answer already is.

1. **Stop** at any moment: the text stays, and your next prompt goes on from there.
2. **Scroll up** while it streams: nothing pulls you back.
   - *Jump to latest* follows again.
   - Select and copy as you like; finished text never moves.
3. **Open the chat in an editor tab**: both show one stream.

\`\`\`ts
/** Everything that is new since the reader's cursor, however many deltas brought it. */
export function readNew(turn: Turn, cursor: Cursor): Patch {
  const added = turn.text.slice(cursor.offset);
  return { from: cursor.offset, to: turn.text.length, added };
}
\`\`\`

> A turn is an append-only document. Whoever shows, stores or forwards it is a reader with a cursor.

## What else to ask

| Write | and you get |
| :--- | :--- |
| \`code\`, \`table\`, \`list\` | an answer of that kind |
| \`long\`, \`short\`, \`slow\`, \`fast\` | more, less, or at another pace |
| \`think\` | visible thinking before the answer |
| \`tools\` | a look at the workspace first, with tools |
| \`cut\`, \`busy\` | a line that breaks, a server that is busy |
| \`error\` | a list of everything that can go wrong |

With a key of your own, *Caudal: Set API key* brings in the models. How they stream is told in the [streaming guide](https://platform.claude.com/docs/en/build-with-claude/streaming).
`;

export const code = `## One stream, four languages

Reading events with \`fetch\`, in **TypeScript**:

\`\`\`ts
export async function* deltas(response: Response, signal: AbortSignal): AsyncGenerator<string> {
  for await (const { data } of events(response.body, signal)) {
    const event: unknown = JSON.parse(data);
    if (isTextDelta(event)) yield event.delta.text; // a few characters each
  }
}
\`\`\`

The same in **Python**, with nothing but the standard library:

\`\`\`python
import json
from urllib.request import Request, urlopen

def deltas(url: str, body: dict[str, object]):
    request = Request(url, json.dumps(body).encode(), {"content-type": "application/json"})
    with urlopen(request) as response:
        for line in response:
            if line.startswith(b"data: "):
                event = json.loads(line[6:])
                if event["type"] == "content_block_delta":
                    yield event["delta"].get("text", "")
\`\`\`

A cursor in **Rust** that copies nothing:

\`\`\`rust
#[derive(Default)]
pub struct Cursor {
    seen: usize,
}

impl Cursor {
    /// What is new since the last call.
    pub fn read<'a>(&mut self, text: &'a str) -> &'a str {
        let new = &text[self.seen..];
        self.seen = text.len();
        new
    }
}
\`\`\`

And by hand, with **curl**:

\`\`\`bash
curl --no-buffer "$BASE_URL/v1/messages" \\
  --header "x-api-key: $API_KEY" \\
  --header 'anthropic-version: 2026-10-21' \\
  --json '{"model": "claude-opus-5-5", "max_tokens": 1024, "stream": true,
           "messages": [{"role": "user", "content": "Hello"}]}'
\`\`\`

Each block has its own copy button, which gives the source exactly as it came. \`Inline code\` is set in your editor’s font.
`;

export const table = `## How an answer can end

| Stop reason | What it means | What comes next |
| :--- | :--- | :--- |
| \`end_turn\` | the answer is whole | your turn |
| \`max_tokens\` | the limit was reached | ask it to go on |
| \`tool_use\` | a tool is wanted | it runs once you agree |
| \`pause_turn\` | a long search takes a breath | it goes on by itself |
| \`refusal\` | the model declined | change the prompt |

## What a delta costs on its way

| Step | Work per delta | At 1,000 a second |
| :--- | ---: | ---: |
| decode the event | 4 µs | 0.4 % |
| append to the turn | 1 µs | 0.1 % |
| read by cursor, once a frame | – | 0.6 % |

*The figures of the second table are made up, to show how numbers line up.*
`;

export const list = `## Lists of every kind

- [x] Task lists
- [x] with **bold**, *emphasis*, \`code\` and ~~second thoughts~~
- [ ] and something left to do

1. Numbered, in order
   1. nested once
      - nested twice, with bullets
      - and [a link](https://code.visualstudio.com/api/extension-guides/webview) in it
   2. and back again
2. with code between the items:
   \`\`\`json
   { "type": "content_block_delta", "index": 0, "delta": { "type": "text_delta", "text": "…" } }
   \`\`\`
3. and on it goes

---

> Quotes can hold lists too:
>
> - one
> - two
>
> > and quotes of their own.
`;

export const failures = `## Everything that can go wrong

Write one of these, and the demo server does it to you:

| Write | What happens |
| :--- | :--- |
| \`error 401\` | the key is refused |
| \`error 429\` | too many requests: a countdown, then another try |
| \`error 529\`, \`error 500\` | overloaded, or broken: a few more tries |
| \`error 400\` | the request is refused, in the server’s own words |
| \`error 404\` | the model is not known |
| \`error 502\` | a proxy answers with a web page |
| \`busy\` | overloaded twice, then an answer |
| \`cut\` | the connection breaks in the middle |
| \`stall\` | it falls silent and stays open |
| \`max tokens\` | the answer ends at its largest length |
| \`refuse\` | the model declines half-way |

Your prompt and all text that has arrived are kept, whatever happens.
`;

export const shortAnswer = 'Short, as you asked: the stream works.';

const paragraph = `A stream carries its water one drop after another, and nobody asks a river to hold back until the sea is full. An answer should be the same: the first words are worth the most, because they tell you whether to read on. What comes later is added where the last word ended, and what was read stays where it was.`;

/** So many chapters make some 30,000 characters. */
const chapters = 40;

export const longAnswer = [
  '## A long answer\n',
  'Forty short chapters, to scroll, to stop and to search in.\n',
  ...Array.from(
    { length: chapters },
    (_, i) => `### ${i + 1}. Of rivers and readers

${paragraph}

- **${i + 1}.1** The first word matters most.
- **${i + 1}.2** Nothing that was read may move.

\`\`\`js
const chapter = ${i + 1};
for (const drop of river) carry(drop, chapter);
\`\`\`
`,
  ),
].join('\n');

export const shortThought =
  'No model thinks here: these lines stand in for a summary of its thinking. The prompt asks to see the panel, so a short tour with a list, code, a table and a quotation will show most of what an answer can hold.';

export const longThought = `No model thinks here: these lines stand in for a summary of its thinking.

First, what is asked? The prompt wants to see how thinking looks while it arrives, and how it steps back once the answer begins.

There are three ways to show it: hidden, collapsed or expanded. A setting chooses, and the time it took is told in each case. So this thought should go on for a while, long enough to watch the seconds count.

An answer could begin in several ways. A table would be too much after so many words; a plain paragraph would not show much. The tour has a little of everything, so the tour it is.

One more check: the first sentence must say that all this is a demo. It does.`;
