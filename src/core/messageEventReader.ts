import { assertNever } from './assertNever';
import type { JsonObject } from './json';
import { encodeEvent } from './serverSentEvent';
import type { TurnBlock, TurnDocument } from './turnDocument';
import { errorBody, failureOf, messageEnd, messageHead, wireUsage } from './wireMessage';

/** UTF-16 units of text in one reading. */
const readingSize = 16_384;

/**
 * Reads a turn as the Messages API streams an answer (API: streaming), from `message_start` to `message_stop`, as if
 * nothing had ever been cut. What has gone out cannot be taken back, so only what no later attempt takes away goes out:
 * text as it grows, all other blocks when they have ended, each block after the one before it has ended.
 */
export class MessageEventReader {
  private hasStarted = false;
  private hasEnded = false;
  /** Id of the block that is next, or under way. */
  private position = 0;
  /** The block's index for the client: it knows of none that were dropped. */
  private index = 0;
  private isInBlock = false;
  private offset = 0;

  constructor(private readonly turn: TurnDocument) {}

  get isAtEnd(): boolean {
    return this.hasEnded;
  }

  /** Events that are new since the last reading, bounded in size; '' where none are. */
  read(): string {
    if (this.hasEnded || !this.mayStart()) return '';
    let out = '';
    if (!this.hasStarted) {
      this.hasStarted = true;
      const message = {
        ...messageHead(this.turn),
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: wireUsage(this.turn),
      };
      out += event('message_start', { message });
    }
    while (out.length < readingSize) {
      const block = this.turn.blocks[this.position];
      if (block === undefined) return out + this.readEnd();
      if (this.isInBlock && block.state === 'dropped') return out + this.readBroken();
      const more = this.readBlock(block);
      if (more === undefined) return out + this.readFailure();
      out += more;
    }
    return out;
  }

  /** The first event says the id and the input tokens, which come together. */
  private mayStart(): boolean {
    const { meta, blocks, status } = this.turn;
    const isWhole = status.kind === 'complete';
    return (
      this.hasStarted ||
      isWhole ||
      (meta.messageId !== undefined && meta.usage !== undefined) ||
      blocks.some((block) => block.head.kind === 'text' && !isBlank(block))
    );
  }

  /** Undefined where the block has to come along first. */
  private readBlock(block: TurnBlock): string | undefined {
    const isOpen = block.state === 'open';
    if (block.head.kind !== 'text') {
      if (isOpen) return undefined;
      this.position++;
      return block.state === 'closed' ? wholeBlock(block, this.index++) : '';
    }
    // White space alone is no text to go on with: a later attempt may begin again.
    if (!this.isInBlock && isOpen && isBlank(block)) return undefined;
    if (!this.isInBlock && block.state === 'dropped') {
      this.position++;
      return '';
    }
    const { index } = this;
    const end = readableEnd(block, this.offset);
    if (this.isInBlock && isOpen && end === this.offset) return undefined;
    let out = '';
    if (!this.isInBlock) {
      out += event('content_block_start', { index, content_block: textStart(block) });
    }
    this.isInBlock = true;
    if (end > this.offset) {
      const text = block.text.slice(this.offset, end);
      out += event('content_block_delta', { index, delta: { type: 'text_delta', text } });
      this.offset = end;
    }
    if (isOpen || end < block.text.length) return out;
    for (const citation of block.citations) {
      const delta = { type: 'citations_delta', citation };
      out += event('content_block_delta', { index, delta });
    }
    out += event('content_block_stop', { index });
    this.position++;
    this.index++;
    this.isInBlock = false;
    this.offset = 0;
    return out;
  }

  private readEnd(): string {
    if (this.turn.status.kind !== 'complete') return this.readFailure();
    this.hasEnded = true;
    const delta = messageEnd(this.turn);
    return (
      event('message_delta', { delta, usage: wireUsage(this.turn) }) + event('message_stop', {})
    );
  }

  private readFailure(): string {
    const failure = failureOf(this.turn);
    if (failure === undefined) return '';
    this.hasEnded = true;
    return encodeEvent({ event: 'error', data: JSON.stringify(failure.body) });
  }

  /** A later attempt began the answer again after text of it had gone out. */
  private readBroken(): string {
    this.hasEnded = true;
    const body = errorBody('api_error', 'The answer was cut and could not be continued');
    return encodeEvent({ event: 'error', data: JSON.stringify(body) });
  }
}

function event(type: string, members: JsonObject): string {
  return encodeEvent({ event: type, data: JSON.stringify({ type, ...members }) });
}

function isBlank({ text }: TurnBlock): boolean {
  return text.slice(0, readingSize).trim() === '';
}

/** No surrogate pair is split between two events (T95). */
function readableEnd({ text, state }: TurnBlock, offset: number): number {
  const end = Math.min(text.length, offset + readingSize);
  const last = text.slice(end - 1, end).charCodeAt(0);
  const mayBeSplit = end < text.length || state === 'open';
  return mayBeSplit && end > offset && last >= 0xd800 && last <= 0xdbff ? end - 1 : end;
}

function textStart({ raw, citations }: TurnBlock): JsonObject {
  return { ...raw, type: 'text', text: '', ...(citations.length > 0 ? { citations: [] } : {}) };
}

/** A block that has ended, in the events that a stream of it has. */
function wholeBlock(block: TurnBlock, index: number): string {
  const start = (content_block: JsonObject): string =>
    event('content_block_start', { index, content_block });
  const delta = (change: JsonObject): string =>
    event('content_block_delta', { index, delta: change });
  const stop = event('content_block_stop', { index });
  const { head, raw = {}, text, signature } = block;
  switch (head.kind) {
    case 'thinking': {
      const thinking =
        text.length > 0 ? delta({ type: 'thinking_delta', thinking: text.toString() }) : '';
      const signed = signature === undefined ? '' : delta({ type: 'signature_delta', signature });
      return (
        start({ ...raw, type: 'thinking', thinking: '', signature: '' }) + thinking + signed + stop
      );
    }
    case 'tool_use':
    case 'server_tool_use': {
      const json = text.length > 0 ? text.toString() : JSON.stringify(raw['input'] ?? {});
      return (
        start({ ...raw, input: {} }) +
        delta({ type: 'input_json_delta', partial_json: json }) +
        stop
      );
    }
    case 'text':
    case 'redacted_thinking':
    case 'server_tool_result':
    case 'tool_run':
    case 'tool_result':
    case 'attachment':
    case 'unknown':
      return start(raw) + block.unknownDeltas.map(delta).join('') + stop;
    default:
      return assertNever(head);
  }
}
