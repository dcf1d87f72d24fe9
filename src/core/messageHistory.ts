import type {
  ContentBlockParam,
  MessageParam,
  TextBlockParam,
} from '@anthropic-ai/sdk/resources/messages';
import { assertNever } from './assertNever';
import { attachmentText } from './attachmentText';
import { isJsonObject, parseJson, stringMember, type JsonObject } from './json';
import type { TurnBlock, TurnDocument } from './turnDocument';
import { wellFormed } from './wellFormed';

export interface HistoryOptions {
  /**
   * Leaves all thinking out of answers before the turn of this id; undefined keeps all. Taking thinking away from the
   * front is no edit of what later thinking is bound to (API: preserved thinking).
   */
  readonly thinkingFrom?: string | undefined;
}

/** What becomes of an answer and the prompt before it. */
type Fate =
  /** Both are sent. */
  | 'kept'
  /** The prompt is sent, together with the next one. */
  | 'unanswered'
  /** Neither is sent. */
  | 'left-out';

/**
 * The `messages` of a request for the answer `turnId`: everything said before it, as the API accepts it. Signed thinking
 * goes out byte for byte or not at all (T83, T85), empty text and unfinished calls stay out (T84), the last message is
 * the person's.
 *
 * The same turns give the same bytes each time, so that the prompt cache holds and thinking stays bound to its prefix.
 */
export function messageHistory(
  turns: readonly TurnDocument[],
  turnId: string,
  options: HistoryOptions = {},
): MessageParam[] {
  const messages: MessageParam[] = [];
  let prompt: TextBlockParam[] = [];
  const before = turns.slice(0, indexOrEnd(turns, turnId));
  const thinkingFrom =
    options.thinkingFrom === undefined ? 0 : indexOrEnd(turns, options.thinkingFrom);
  for (const [index, turn] of before.entries()) {
    if (turn.role === 'user') {
      prompt.push(...promptContent(turn));
      continue;
    }
    const content = answerContent(turn, index >= thinkingFrom);
    switch (fateOf(turn, content)) {
      case 'left-out':
        prompt = [];
        break;
      case 'unanswered':
        break;
      case 'kept':
        appendAnswer(messages, prompt, content);
        prompt = [];
        break;
    }
  }
  messages.push({ role: 'user', content: orPlaceholder(prompt) });
  return messages;
}

/** Whether a request for `turnId` would carry any thinking. */
export function hasThinking(messages: readonly MessageParam[]): boolean {
  return messages.some(
    ({ content }) => typeof content !== 'string' && content.some((block) => isThinking(block)),
  );
}

function fateOf(turn: TurnDocument, content: readonly ContentBlockParam[]): Fate {
  const { status } = turn;
  switch (status.kind) {
    case 'complete':
      // The refused prompt would be refused again, and its answer must not be sent back (API: handling stop reasons).
      if (status.stopReason === 'refusal') return 'left-out';
      break;
    case 'failed':
      // What did not fit will not fit next time either: kept, it would spoil every later request.
      if (status.cause.kind === 'prompt-too-long' || status.cause.kind === 'request-too-large') {
        return 'left-out';
      }
      break;
    case 'stopped':
      // Taken back while it waited in the queue: nobody but the person has seen it.
      if (turn.meta.attempts === undefined) return 'left-out';
      break;
    case 'queued':
    case 'connecting':
    case 'streaming':
    case 'awaiting-approval':
    case 'running-tools':
    case 'waiting':
    case 'paused':
    case 'interrupted':
      break;
    default:
      return assertNever(status);
  }
  return content.length === 0 ? 'unanswered' : 'kept';
}

function appendAnswer(
  messages: MessageParam[],
  prompt: readonly TextBlockParam[],
  content: ContentBlockParam[],
): void {
  const last = messages.at(-1);
  if (prompt.length > 0) messages.push({ role: 'user', content: [...prompt] });
  else if (last === undefined) return;
  messages.push({ role: 'assistant', content });
}

/** The person's words after what they attached to them. */
function promptContent(turn: TurnDocument): TextBlockParam[] {
  return turn.blocks.flatMap((block) => {
    const text = block.text.toString();
    const shown =
      block.head.kind === 'attachment' ? attachmentText(block.head.attachment, text) : text;
    return isBlank(shown) ? [] : [{ type: 'text' as const, text: wellFormed(shown) }];
  });
}

/** A message must not be empty, and the last one must be there. */
function orPlaceholder(prompt: TextBlockParam[]): TextBlockParam[] {
  return prompt.length > 0 ? prompt : [{ type: 'text', text: '(no text)' }];
}

/** An answer as it goes back to the model; empty where nothing of it can. */
function answerContent(turn: TurnDocument, withThinking: boolean): ContentBlockParam[] {
  const blocks = turn.blocks.filter((block) => block.state !== 'dropped');
  const resultIds = serverToolIds(blocks, 'server_tool_result');
  const callIds = serverToolIds(blocks, 'server_tool_use');
  // What a continuation thought is bound to a request that is never repeated (API: preserved thinking).
  const continued = new Set(turn.meta.seams?.map(({ attempt }) => attempt));
  const content = blocks.flatMap((block) => {
    const param = blockParam(block, resultIds, callIds);
    if (param === undefined) return [];
    const isSent = !isThinking(param) || (withThinking && !continued.has(block.attempt));
    return isSent ? [param] : [];
  });
  // Thinking that leads to nothing may not end a message.
  const end = content.findLastIndex((block) => !isThinking(block)) + 1;
  return content.slice(0, end);
}

export function blockParam(
  block: TurnBlock,
  resultIds: ReadonlySet<string>,
  callIds: ReadonlySet<string>,
): ContentBlockParam | undefined {
  const { head, raw, state } = block;
  switch (head.kind) {
    case 'text':
      return textParam(block);
    case 'thinking':
      return thinkingParam(block);
    case 'redacted_thinking':
      return state === 'closed' && raw !== undefined ? verbatim(raw) : undefined;
    case 'tool_use':
      // No tool is run yet, and a call without its result is a 400.
      return undefined;
    case 'server_tool_use':
      return resultIds.has(head.toolUseId) ? serverCall(block) : undefined;
    case 'server_tool_result':
      return state === 'closed' && raw !== undefined && callIds.has(head.toolUseId)
        ? verbatim(raw)
        : undefined;
    case 'unknown':
      // Deltas of an unknown type cannot be put together, so a block that had some is not whole.
      return state === 'closed' && raw !== undefined && block.unknownDeltas.length === 0
        ? verbatim(raw)
        : undefined;
    case 'attachment':
      return undefined;
    default:
      return assertNever(head);
  }
}

function textParam(block: TurnBlock): ContentBlockParam | undefined {
  const text = block.text.toString();
  if (isBlank(text)) return undefined;
  const isWhole = block.state === 'closed' && block.citations.length > 0;
  return verbatim({
    type: 'text',
    text: wellFormed(text),
    ...(isWhole ? { citations: block.citations } : {}),
  });
}

/** Byte for byte with its signature, or not at all. */
function thinkingParam(block: TurnBlock): ContentBlockParam | undefined {
  const signature = block.signature ?? (block.raw && stringMember(block.raw, 'signature')) ?? '';
  const thinking = block.text.toString();
  if (block.state !== 'closed' || signature === '' || wellFormed(thinking) !== thinking) {
    return undefined;
  }
  return verbatim({ ...block.raw, type: 'thinking', thinking, signature });
}

function serverCall({ state, raw, text }: TurnBlock): ContentBlockParam | undefined {
  if (state !== 'closed' || raw === undefined) return undefined;
  const json = text.toString();
  const input = json === '' ? (raw['input'] ?? {}) : parseJson(json);
  return isJsonObject(input) ? verbatim({ ...raw, input }) : undefined;
}

/** Of the calls or results that can be sent: neither is sent without the other. */
export function serverToolIds(
  blocks: readonly TurnBlock[],
  kind: 'server_tool_use' | 'server_tool_result',
): ReadonlySet<string> {
  return new Set(
    blocks.flatMap((block) => {
      if (block.head.kind !== kind || block.state !== 'closed') return [];
      const canBeSent = kind === 'server_tool_result' || serverCall(block) !== undefined;
      return canBeSent ? [block.head.toolUseId] : [];
    }),
  );
}

/** A block that the server sent goes back to it as it came: the server is what knows its shape. */
function verbatim(block: JsonObject): ContentBlockParam {
  return block as unknown as ContentBlockParam;
}

export function isThinking(block: ContentBlockParam): boolean {
  return block.type === 'thinking' || block.type === 'redacted_thinking';
}

function isBlank(text: string): boolean {
  return text.trim() === '';
}

function indexOrEnd(turns: readonly TurnDocument[], id: string): number {
  const index = turns.findIndex((turn) => turn.id === id);
  return index < 0 ? turns.length : index;
}
