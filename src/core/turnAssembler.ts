import { assertNever } from './assertNever';
import type { BlockHead, BlockStart } from './contentBlock';
import { isJsonObject, stringMember, type JsonObject } from './json';
import type { Logger } from './logger';
import { noUsage, updateUsage, type TokenUsage } from './tokenUsage';
import type { TurnDocument } from './turnDocument';
import type { StopReason } from './turnStatus';
import type { WireEvent } from './wireEvent';

/**
 * Turns the events of one attempt into changes of the turn document. Any order of events is accepted: what does not
 * fit is logged and passed over, and the turn survives (T62, T80, T92, T110).
 */
export class TurnAssembler {
  /** Wire index → block id; indexes may be sparse and late. */
  private readonly blockIds = new Map<number, number>();
  private start: JsonObject | undefined;
  private reason: StopReason | undefined;
  private stopped = false;
  private counted: TokenUsage = noUsage;

  constructor(
    private readonly turn: TurnDocument,
    private readonly attempt: number,
    private readonly log: Logger,
  ) {}

  /** Whether `message_stop` was seen: the one sign of success. */
  get isComplete(): boolean {
    return this.stopped;
  }

  /** As the last `message_delta` said it; `end_turn` where a server leaves it out. */
  get stopReason(): StopReason {
    return this.reason ?? 'end_turn';
  }

  /** Tokens of this attempt so far. */
  get usage(): TokenUsage {
    return this.counted;
  }

  push(event: WireEvent): void {
    switch (event.type) {
      case 'message_start':
        return this.onMessageStart(event.message);
      case 'content_block_start':
        return this.onBlockStart(event.index, event.block);
      case 'content_block_delta':
        return this.onBlockDelta(event.index, event.delta);
      case 'content_block_stop':
        return this.onBlockStop(event.index);
      case 'message_delta':
        return this.onMessageDelta(event.delta, event.usage);
      case 'message_stop':
        this.stopped = true;
        this.cutOpenBlocks();
        return;
      case 'ping':
      case 'error': // The controller's business: the document knows only content.
        return;
      case 'unknown':
      case 'malformed':
        this.log.debug(`${event.type} event "${event.name}" passed over`);
        return;
      default:
        return assertNever(event);
    }
  }

  /** Ends the blocks that are still open: the stream is over, however it ended (T50). */
  cutOpenBlocks(): void {
    for (const id of this.blockIds.values()) {
      if (this.turn.blocks[id]?.state === 'open') this.turn.endBlock(id, 'cut');
    }
  }

  /** Takes away everything this attempt brought: another one starts from nothing. */
  dropBlocks(): void {
    for (const id of this.blockIds.values()) this.turn.endBlock(id, 'dropped');
    this.blockIds.clear();
  }

  private onMessageStart(message: JsonObject): void {
    if (this.start !== undefined) {
      // A proxy that retries by itself sends the answer from its beginning: a new attempt, not a second message (T80).
      this.log.warn('second message_start: what the first one brought is dropped');
      this.dropBlocks();
      this.counted = noUsage;
    }
    this.start = message;
    this.counted = updateUsage(this.counted, message['usage']);
    const messageId = stringMember(message, 'id');
    const model = stringMember(message, 'model');
    this.turn.updateMeta({
      ...(messageId === undefined ? {} : { messageId }),
      ...(model === undefined ? {} : { model }),
    });
  }

  private onBlockStart(index: number, block: JsonObject): void {
    if (this.blockIds.has(index)) {
      this.log.warn(`content_block_start for block ${index} came twice`);
      return;
    }
    this.blockIds.set(index, this.turn.openBlock(this.attempt, blockStart(block)));
  }

  private onBlockDelta(index: number, delta: JsonObject): void {
    const id = this.blockIds.get(index) ?? this.openUnannounced(index, delta);
    const block = id === undefined ? undefined : this.turn.blocks[id];
    if (block === undefined || block.state !== 'open') {
      this.log.warn(`delta for block ${index}, which is not open, passed over`);
      return;
    }
    switch (delta['type']) {
      case 'text_delta':
        return this.turn.append(block.id, stringMember(delta, 'text') ?? '');
      case 'thinking_delta':
        return this.turn.append(block.id, stringMember(delta, 'thinking') ?? '');
      case 'input_json_delta':
        return this.turn.append(block.id, stringMember(delta, 'partial_json') ?? '');
      case 'signature_delta':
        return this.turn.setSignature(block.id, stringMember(delta, 'signature') ?? '');
      case 'citations_delta': {
        const citation = delta['citation'];
        if (isJsonObject(citation)) this.turn.addCitation(block.id, citation);
        return;
      }
      default:
        return this.turn.addUnknownDelta(block.id, delta);
    }
  }

  /** A delta whose start was lost still carries text worth keeping. */
  private openUnannounced(index: number, delta: JsonObject): number | undefined {
    const type = delta['type'];
    if (type !== 'text_delta' && type !== 'thinking_delta') return undefined;
    this.log.warn(`delta for block ${index} before its start`);
    const head: BlockHead = { kind: type === 'text_delta' ? 'text' : 'thinking' };
    const id = this.turn.openBlock(this.attempt, { head });
    this.blockIds.set(index, id);
    return id;
  }

  private onBlockStop(index: number): void {
    const id = this.blockIds.get(index);
    const block = id === undefined ? undefined : this.turn.blocks[id];
    if (block?.state === 'open') this.turn.endBlock(block.id, 'closed');
    else this.log.warn(`content_block_stop for block ${index}, which is not open, passed over`);
  }

  private onMessageDelta(delta: JsonObject, usage: JsonObject | undefined): void {
    this.reason = stringMember(delta, 'stop_reason') ?? this.reason;
    this.counted = updateUsage(this.counted, usage);
    const details = delta['stop_details'];
    if (isJsonObject(details)) this.turn.updateMeta({ stopDetails: details });
  }
}

/** What a `content_block` says about its block. */
function blockStart(raw: JsonObject): BlockStart {
  const type = stringMember(raw, 'type') ?? '';
  switch (type) {
    case 'text':
      return { head: { kind: 'text' }, raw, text: stringMember(raw, 'text') ?? '' };
    case 'thinking':
      return { head: { kind: 'thinking' }, raw, text: stringMember(raw, 'thinking') ?? '' };
    case 'redacted_thinking':
      return { head: { kind: 'redacted_thinking' }, raw };
    case 'tool_use':
    case 'server_tool_use':
    case 'mcp_tool_use':
      return {
        head: {
          kind: type === 'tool_use' ? 'tool_use' : 'server_tool_use',
          toolUseId: stringMember(raw, 'id') ?? '',
          name: stringMember(raw, 'name') ?? '',
        },
        raw,
      };
    default: {
      const toolUseId = stringMember(raw, 'tool_use_id');
      return type.endsWith('_tool_result') && toolUseId !== undefined
        ? { head: { kind: 'server_tool_result', toolUseId, type }, raw }
        : { head: { kind: 'unknown', type }, raw };
    }
  }
}
