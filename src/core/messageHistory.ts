import type {
  ContentBlockParam,
  MessageParam,
  ToolResultBlockParam,
} from '@anthropic-ai/sdk/resources/messages';
import { assertNever } from './assertNever';
import { attachmentBlocks, mostLargeImages } from './attachmentBlocks';
import { activeCompaction, isCompaction, noText, summaryMessages } from './compaction';
import { isJsonObject, parseJson, stringMember, type JsonObject } from './json';
import { toolCallInput } from './toolCallInput';
import { missingResultParam, toolResultParam } from './toolResult';
import type { TurnBlock, TurnDocument } from './turnDocument';
import { wellFormed } from './wellFormed';

export interface HistoryOptions {
  /**
   * Leaves all thinking out of answers before the turn of this id; undefined keeps all. Taking thinking away from the
   * front is no edit of what later thinking is bound to (API: preserved thinking).
   */
  readonly thinkingFrom?: string | undefined;
  /** The same, that turn included. */
  readonly thinkingAfter?: string | undefined;
  /**
   * How many blocks of the answer `turnId` itself are sent before what is asked for: those of its messages up to the
   * latest results of tools, or up to a pause of the server's; none by default.
   */
  readonly ownBlocks?: number | undefined;
  /** Leaves out the thinking of these as well. */
  readonly withoutOwnThinking?: boolean | undefined;
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
  const messages = messagesBefore(turns, turnId, options, 'large');
  return imagesIn(messages) > mostLargeImages
    ? messagesBefore(turns, turnId, options, 'small')
    : messages;
}

function messagesBefore(
  turns: readonly TurnDocument[],
  turnId: string,
  options: HistoryOptions,
  images: 'large' | 'small',
): MessageParam[] {
  const messages: AnswerMessage[] = [];
  let prompt: ContentBlockParam[] = [];
  const end = indexOrEnd(turns, turnId);
  const { thinkingFrom: from, thinkingAfter: after } = options;
  const thinkingFrom = Math.max(
    from === undefined ? 0 : indexOrEnd(turns, from),
    after === undefined ? 0 : indexOrEnd(turns, after) + 1,
  );
  const before = turns.slice(0, end);
  const start = activeCompaction(before);
  for (const [index, turn] of before.entries()) {
    if (index < start) continue;
    if (isCompaction(turn)) {
      if (index === start) messages.push(...summaryMessages(turn));
      continue;
    }
    if (turn.role === 'user') {
      prompt.push(...promptContent(turn, images));
      continue;
    }
    const answer = answerMessages(turn, turn.blocks, { withThinking: index >= thinkingFrom });
    switch (fateOf(turn, answer)) {
      case 'left-out':
        // What an earlier answer called is answered all the same.
        prompt = prompt.filter(({ type }) => type === 'tool_result');
        break;
      case 'unanswered':
        break;
      case 'kept':
        prompt = appendAnswer(messages, prompt, answer);
        break;
    }
  }
  const turn = turns[end];
  const own =
    turn === undefined
      ? []
      : answerMessages(turn, turn.blocks.slice(0, options.ownBlocks ?? 0), {
          withThinking: options.withoutOwnThinking !== true,
          isUnderWay: true,
        });
  return withUniqueCalls([...messages, { role: 'user', content: orPlaceholder(prompt) }, ...own]);
}

/** Whether a request for `turnId` would carry any thinking. */
export function hasThinking(messages: readonly MessageParam[]): boolean {
  return messages.some(
    ({ content }) => typeof content !== 'string' && content.some((block) => isThinking(block)),
  );
}

function fateOf(turn: TurnDocument, answer: readonly AnswerMessage[]): Fate {
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
  return answer.length === 0 ? 'unanswered' : 'kept';
}

/** Adds a prompt and its answer; what is left of that is the results of tools, which the next message begins with. */
function appendAnswer(
  messages: AnswerMessage[],
  prompt: readonly ContentBlockParam[],
  answer: readonly AnswerMessage[],
): ContentBlockParam[] {
  const last = messages.at(-1);
  if (prompt.length > 0) messages.push({ role: 'user', content: [...prompt] });
  else if (last === undefined) return [];
  const results = answer.at(-1);
  if (results?.role !== 'user') {
    messages.push(...answer);
    return [];
  }
  messages.push(...answer.slice(0, -1));
  return results.content;
}

/** The person's words after what they attached to them. */
function promptContent(turn: TurnDocument, images: 'large' | 'small'): ContentBlockParam[] {
  return turn.blocks.flatMap(({ head, text }) => {
    const content = text.toString();
    if (head.kind === 'attachment') return attachmentBlocks(head.attachment, content, images);
    return isBlank(content) ? [] : [{ type: 'text' as const, text: wellFormed(content) }];
  });
}

/** Those in results of tools included. */
function imagesIn(messages: readonly MessageParam[]): number {
  const count = (content: string | readonly { readonly type: string }[] | undefined): number => {
    if (content === undefined || typeof content === 'string') return 0;
    return content.filter(({ type }) => type === 'image').length;
  };
  let images = 0;
  for (const { content } of messages) {
    images += count(content);
    for (const block of typeof content === 'string' ? [] : content) {
      if (block.type === 'tool_result') images += count(block.content);
    }
  }
  return images;
}

/** A message must not be empty, and the last one must be there. */
function orPlaceholder(prompt: ContentBlockParam[]): ContentBlockParam[] {
  return prompt.length > 0 ? prompt : [{ type: 'text', text: noText }];
}

/** A message of which we know that its content is a list. */
interface AnswerMessage {
  readonly role: 'user' | 'assistant';
  readonly content: ContentBlockParam[];
}

interface AnswerOptions {
  readonly withThinking: boolean;
  /** The answer goes on: what it called of the server's own tools may still be open. */
  readonly isUnderWay?: boolean;
}

/**
 * An answer as it goes back to the model, as one message or, where tools ran, as several: what the model said, then the
 * results of all that it called, in turns. Empty where nothing of it can be sent.
 */
function answerMessages(
  turn: TurnDocument,
  blocks: readonly TurnBlock[],
  options: AnswerOptions,
): AnswerMessage[] {
  const present = blocks.filter((block) => block.state !== 'dropped');
  const context: AnswerContext = {
    ...options,
    resultIds: serverToolIds(present, 'server_tool_result'),
    callIds: serverToolIds(present, 'server_tool_use'),
    answeredIds: toolUseIds(present, 'tool_result'),
    // What a continuation thought is bound to a request that is never repeated (API: preserved thinking).
    continued: new Set(turn.meta.seams?.map(({ attempt }) => attempt)),
  };
  const begunIds = toolUseIds(present, 'tool_run');
  const messages: AnswerMessage[] = [];
  for (const { said, results } of exchanges(present)) {
    const content = saidContent(said, context);
    if (content.length === 0) continue;
    const last = messages.at(-1);
    if (last?.role === 'assistant') last.content.push(...content);
    else messages.push({ role: 'assistant', content });
    const calls = content.flatMap((block) => (block.type === 'tool_use' ? [block.id] : []));
    if (calls.length > 0) {
      messages.push({ role: 'user', content: resultsFor(calls, results, begunIds) });
    }
  }
  return messages;
}

interface AnswerContext extends AnswerOptions {
  readonly resultIds: ReadonlySet<string>;
  readonly callIds: ReadonlySet<string>;
  /** Calls of ours that have a result. */
  readonly answeredIds: ReadonlySet<string>;
  /** Attempts that went on with what was cut. */
  readonly continued: ReadonlySet<number>;
}

/** What the model said, and the results that answer it. */
interface Exchange {
  readonly said: TurnBlock[];
  readonly results: TurnBlock[];
}

function exchanges(blocks: readonly TurnBlock[]): Exchange[] {
  const list: Exchange[] = [];
  for (const block of blocks) {
    const last = list.at(-1);
    if (block.head.kind === 'tool_run') continue;
    if (block.head.kind === 'tool_result') last?.results.push(block);
    else if (last === undefined || last.results.length > 0)
      list.push({ said: [block], results: [] });
    else last.said.push(block);
  }
  return list;
}

function saidContent(said: readonly TurnBlock[], context: AnswerContext): ContentBlockParam[] {
  const calls = new Set<string>();
  const content = said.flatMap((block) => {
    if (block.head.kind === 'tool_use') {
      // Two with one id in one message could not be told apart by their results.
      if (calls.has(block.head.toolUseId)) return [];
      calls.add(block.head.toolUseId);
    }
    const param =
      block.head.kind === 'tool_use'
        ? toolCallParam(block, context.answeredIds)
        : context.isUnderWay === true && block.head.kind === 'server_tool_use'
          ? serverCall(block)
          : blockParam(block, context.resultIds, context.callIds);
    if (param === undefined) return [];
    const isSent =
      !isThinking(param) || (context.withThinking && !context.continued.has(block.attempt));
    return isSent ? [param] : [];
  });
  // Thinking that leads to nothing may not end a message.
  const end = content.findLastIndex((block) => !isThinking(block)) + 1;
  return content.slice(0, end);
}

/** Each call gets one result, and nothing else gets any (API: tool use). */
function resultsFor(
  calls: readonly string[],
  results: readonly TurnBlock[],
  begunIds: ReadonlySet<string>,
): ToolResultBlockParam[] {
  const open = new Set(calls);
  const given = results.flatMap((block) => {
    const param = toolResultParam(block);
    return param !== undefined && open.delete(param.tool_use_id) ? [param] : [];
  });
  return [...given, ...[...open].map((id) => missingResultParam(id, begunIds.has(id)))];
}

/** Some servers number their calls anew in each message; the API takes each id once. */
function withUniqueCalls(messages: readonly AnswerMessage[]): AnswerMessage[] {
  const used = new Set<string>();
  /** New ids of the calls of the latest message. */
  let renamed = new Map<string, string>();
  return messages.map(({ role, content }) => {
    if (role === 'assistant') renamed = new Map();
    return {
      role,
      content: content.map((block): ContentBlockParam => {
        if (block.type === 'tool_result') {
          return { ...block, tool_use_id: renamed.get(block.tool_use_id) ?? block.tool_use_id };
        }
        if (block.type !== 'tool_use') return block;
        let { id } = block;
        for (let n = 2; used.has(id); n++) id = `${block.id}_${n}`;
        used.add(id);
        if (id !== block.id) renamed.set(block.id, id);
        return { ...block, id };
      }),
    };
  });
}

/**
 * A call as it goes back. One that was cut is left out, and so is one whose input is no JSON, unless the model was told
 * so: then it reads what it wrote (API: fine-grained tool streaming).
 */
function toolCallParam(
  block: TurnBlock,
  answeredIds: ReadonlySet<string>,
): ContentBlockParam | undefined {
  const { head, raw, state, text } = block;
  if (head.kind !== 'tool_use' || state !== 'closed') return undefined;
  const input =
    toolCallInput(block) ??
    (answeredIds.has(head.toolUseId) ? { INVALID_JSON: wellFormed(text.toString()) } : undefined);
  return input === undefined
    ? undefined
    : verbatim({ ...raw, type: 'tool_use', id: head.toolUseId, name: head.name, input });
}

function toolUseIds(
  blocks: readonly TurnBlock[],
  kind: 'tool_run' | 'tool_result',
): ReadonlySet<string> {
  return new Set(blocks.flatMap(({ head }) => (head.kind === kind ? [head.toolUseId] : [])));
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
    case 'tool_run':
    case 'tool_result':
      // Calls of ours go out with their results or not at all: `answerMessages` sees to it.
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
