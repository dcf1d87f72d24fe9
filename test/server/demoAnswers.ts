import { isJsonObject, stringMember } from '../../src/core/json';
import { messageGroups, type MessageGroup } from './contentBlocks';
import {
  code,
  failures,
  list,
  longAnswer,
  longThought,
  notice,
  shortAnswer,
  shortThought,
  table,
  tour,
} from './demoTexts';
import { asksForWork, demoWork } from './demoWork';
import type { ReceivedRequest } from './receivedRequest';
import { httpError, type Scenario, type ScriptedBlock } from './scenario';
import { textPieces } from './textPieces';

/** Deltas per second: a pleasant reading speed, in words. */
const demoRate = 60;
/** Words of the answer before a fault, so that there is something to keep. */
const wordsBeforeFault = 60;
/** How often `busy` refuses. */
const busyAttempts = 2;
/** Characters per token, as far as the limit on an answer goes. */
const charactersPerToken = 4;
/** Where `max tokens` ends an answer, in characters. */
const cutLength = 600;
const longestEcho = { lines: 5, characters: 300 };
/** How a request asks for the rest of an answer on models that take no prefill (API: streaming, error recovery). */
const continuation = /^Your previous response was interrupted/;
/** A selection that comes along: where it is from, then its lines in a fence. */
const attachment = /, lines? \d+(?:–\d+)?:\n`{3,}/;

const proxyPage =
  '<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center><hr><center>nginx</center></body></html>';

/** What a demo answer depends on. */
interface Asked {
  readonly prompt: string;
  readonly attachments: number;
  readonly attempt: number;
  /** `empty`: only the signature of thinking is wanted (API: `display: "omitted"`). */
  readonly thinking: 'shown' | 'empty' | 'none';
  /** In tokens. */
  readonly limit: number;
  /** What an interrupted answer already said, where it is to be continued. */
  readonly said: string;
}

/** Whether the prompt has a word that begins so. */
type Has = (word: string) => boolean;

/**
 * How the demo answers: words in the prompt choose. Each answer says first that no model wrote it. Of a whole request it
 * also heeds the limit, the wish for thinking, and that an interrupted answer goes on where it was cut.
 */
export function demoScenario(asked: string | ReceivedRequest): Scenario {
  if (typeof asked !== 'string' && asksForWork(asked)) return demoWork(asked);
  const { prompt, thinking, limit, said, attempt, attachments } =
    typeof asked === 'string' ? plainly(asked) : fromRequest(asked);
  const has: Has = (word) => new RegExp(`\\b${word}`, 'i').test(prompt);
  const isContinued = said !== '';
  const refused = isContinued ? undefined : demoRefusal(prompt, attempt, has);
  if (refused !== undefined) return refused;

  const whole = `${notice}\n\n${echo(prompt, attachments)}\n\n${chosenText(has)}`;
  const rest = whole.startsWith(said) ? whole.slice(said.length) : whole;
  const text = rest.slice(0, has('max.?tokens') ? cutLength : limit * charactersPerToken);
  const answer: ScriptedBlock = { type: 'text', text };
  const blocks = isContinued ? [answer] : [...thought(thinking, has), answer];
  return {
    blocks,
    deltaSize: has('long\\b') ? 16 : 'word',
    rate: has('slow') ? 8 : has('fast\\b') ? 1_000 : has('long\\b') ? 400 : demoRate,
    delayFirstMs: 300,
    ...(text.length < rest.length ? { stopReason: 'max_tokens' } : {}),
    ...(isContinued ? {} : demoFault(has, blocks)),
  };
}

function chosenText(has: Has): string {
  if (has('short\\b')) return shortAnswer;
  if (has('code\\b')) return code;
  if (has('tables?\\b')) return table;
  if (has('lists?\\b')) return list;
  if (has('errors?\\b')) return failures;
  return has('long\\b') ? longAnswer : tour;
}

function thought(wanted: Asked['thinking'], has: Has): ScriptedBlock[] {
  if (wanted === 'none' || has('short\\b')) return [];
  const text = has('think') ? longThought : shortThought;
  return [{ type: 'thinking', text: wanted === 'empty' ? '' : text }];
}

/** The prompt, quoted: so that anybody sees that the server is alive and heard it. */
function echo(prompt: string, attachments: number): string {
  const lines = prompt.trim().split('\n');
  const quoted = lines
    .slice(0, longestEcho.lines)
    .map((line) =>
      line.length > longestEcho.characters ? `${line.slice(0, longestEcho.characters)}…` : line,
    );
  if (lines.length > longestEcho.lines) quoted.push('…');
  const attached =
    ['', ', with something attached'][attachments] ?? `, with ${attachments} things attached`;
  return [`You asked${attached}:`, '', ...quoted.map((line) => `> ${line}`)].join('\n');
}

function demoFault(has: Has, blocks: readonly ScriptedBlock[]): Partial<Scenario> {
  const [first] = blocks;
  // The signature is a delta too.
  const thoughts = first?.type === 'thinking' ? textPieces(first.text, 'word').length + 1 : 0;
  const afterDeltas = thoughts + wordsBeforeFault;
  if (has('cut\\b')) return { fault: { kind: 'reset', afterDeltas } };
  if (has('stall\\b')) return { fault: { kind: 'stall', afterDeltas } };
  return has('refuse\\b')
    ? { stopReason: 'refusal', stopDetails: { type: 'refusal', category: null, explanation: null } }
    : {};
}

function demoRefusal(prompt: string, attempt: number, has: Has): Scenario | undefined {
  if (has('busy\\b') && attempt <= busyAttempts) return httpError(529);
  const status = Number(/\berror (4\d\d|5\d\d)\b/i.exec(prompt)?.[1] ?? 0);
  switch (status) {
    case 0:
      return undefined;
    case 400:
      return httpError(
        400,
        'invalid_request_error',
        'The demo server was asked to refuse this request, and does.',
      );
    case 404:
      return httpError(404, 'not_found_error', 'model: claude-demo-0');
    case 429:
      return httpError(429, undefined, undefined, { 'retry-after': '8' });
    case 502:
      return { fault: { kind: 'http', status, body: proxyPage } };
    default:
      return httpError(status);
  }
}

function plainly(prompt: string): Asked {
  return {
    prompt,
    attachments: 0,
    attempt: 1,
    thinking: 'shown',
    limit: Number.POSITIVE_INFINITY,
    said: '',
  };
}

function fromRequest({ body, attempt }: ReceivedRequest): Asked {
  const groups = messageGroups(body['messages']);
  const last = groups.at(-1);
  const asksForRest = last?.role === 'user' && continuation.test(wordsOf(last));
  const answer = asksForRest ? groups.at(-2) : last;
  const isInterrupted = answer?.role === 'assistant';
  const question = isInterrupted ? groups[groups.indexOf(answer) - 1] : last;
  const limit = body['max_tokens'];
  return {
    prompt: wordsOf(question),
    attachments: textsOf(question).filter((text) => attachment.test(text)).length,
    attempt,
    thinking: wantedThinking(body['thinking']),
    limit: typeof limit === 'number' ? limit : Number.POSITIVE_INFINITY,
    said: isInterrupted ? textsOf(answer).join('').trimEnd() : '',
  };
}

function wantedThinking(thinking: unknown): Asked['thinking'] {
  if (!isJsonObject(thinking)) return 'none';
  const type = stringMember(thinking, 'type');
  if (type === 'disabled' || type === 'between_tools') return 'none';
  return type === 'enabled' || thinking['display'] === 'summarized' ? 'shown' : 'empty';
}

/** A person's own words come last, after what they attached and what was asked before it in vain. */
function wordsOf(group: MessageGroup | undefined): string {
  return textsOf(group).at(-1) ?? '';
}

function textsOf(group: MessageGroup | undefined): string[] {
  return (group?.blocks ?? []).map(({ block }) => stringMember(block, 'text') ?? '');
}
