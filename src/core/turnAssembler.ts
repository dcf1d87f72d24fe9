import { sourceOf } from './source';
import { assertNever } from './assertNever';
import type { BlockHead, BlockStart } from './contentBlock';
import { isJsonObject, stringMember, type JsonObject } from './json';
import type { Logger } from './logger';
import type { SeamWriter } from './seamWriter';
import { serverToolResult } from './serverToolResult';
import { noUsage, updateUsage, type TokenUsage } from './tokenUsage';
import type { TurnBlock, TurnDocument } from './turnDocument';
import type { StopReason } from './turnStatus';
import type { WireEvent } from './wireEvent';

/** Notes in the log per attempt: a peer that sends nothing but nonsense does not fill the disk. */
const mostNotes = 50;

/** UTF-16 units that make a token, roughly. */
const unitsPerToken = 4;

/** Deltas that make a block's text grow: the member that carries it, and the kinds of block that have such text. */
const textDeltas: ReadonlyMap<unknown, { member: string; kinds: readonly BlockHead['kind'][] }> =
  new Map([
    ['text_delta', { member: 'text', kinds: ['text'] }],
    ['thinking_delta', { member: 'thinking', kinds: ['thinking'] }],
    ['input_json_delta', { member: 'partial_json', kinds: ['tool_use', 'server_tool_use'] }],
  ]);

/**
 * Turns the events of one attempt into changes of the turn document. Any order of events is accepted: what does not
 * fit is logged and passed over, and the turn survives (T62, T80, T92, T110).
 */
export class TurnAssembler {
  /** All blocks of this attempt. */
  private readonly ids: number[] = [];
  /** Wire index → id of the latest block there; indexes may be sparse and late. */
  private readonly idAtIndex = new Map<number, number>();
  /** Wire indexes of which content came before the block it belongs to, and was lost. */
  private readonly incomplete = new Set<number>();
  private start: JsonObject | undefined;
  private reason: StopReason | undefined;
  private stopped = false;
  private counted: TokenUsage = noUsage;
  /** UTF-16 units that the model has written, what it repeats included. */
  private received = 0;
  private notes = 0;

  constructor(
    private readonly turn: TurnDocument,
    private readonly attempt: number,
    private readonly log: Logger,
    /** Where this attempt goes on with an answer that was cut. */
    private readonly seam?: SeamWriter,
  ) {}

  /** Whether `message_stop` was seen: the one sign of success. */
  get isComplete(): boolean {
    return this.stopped;
  }

  /** As the last `message_delta` said it; `end_turn` where a server leaves it out. */
  get stopReason(): StopReason {
    return this.reason ?? 'end_turn';
  }

  /** Whether all of the answer is there: the server said why it stops, and ended every block. */
  get isWhole(): boolean {
    const { blocks } = this.turn;
    return this.reason !== undefined && this.ids.every((id) => blocks[id]?.state !== 'open');
  }

  /**
   * Tokens of this attempt so far. The server counts the output at its end: until then, and where it never comes, that
   * is estimated from what has arrived.
   */
  get usage(): TokenUsage {
    const { counted } = this;
    const estimate = Math.floor(this.received / unitsPerToken);
    return this.reason !== undefined || counted === noUsage || counted.output >= estimate
      ? counted
      : { ...counted, output: estimate };
  }

  /** Never throws, whatever the event and its place. */
  push(event: WireEvent): void {
    if (this.stopped) {
      // Success is success: nothing that comes late changes a whole answer (T110).
      if (event.type !== 'ping') this.note(`${event.type} event after message_stop passed over`);
      return;
    }
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
        return this.onMessageStop();
      case 'ping':
      case 'error': // The controller's business: the document knows only content.
        return;
      case 'unknown':
      case 'malformed':
        this.note(`${event.type} event ${JSON.stringify(event.name.slice(0, 40))} passed over`);
        return;
      default:
        return assertNever(event);
    }
  }

  /** Ends the blocks that are still open: the stream is over, however it ended (T50). */
  cutOpenBlocks(): void {
    // What the seam still holds back to compare is not shown: it may be there already, and is asked for again.
    this.endKept('cut');
    for (const id of this.ids) this.turn.endBlock(id, 'cut');
  }

  /** Takes away everything this attempt brought: another one starts from nothing. */
  dropBlocks(): void {
    for (const id of this.ids) this.turn.endBlock(id, 'dropped');
    this.ids.length = 0;
    this.idAtIndex.clear();
    this.incomplete.clear();
  }

  private onMessageStart(message: JsonObject): void {
    const messageId = stringMember(message, 'id');
    if (this.start !== undefined) {
      if (messageId !== undefined && messageId === stringMember(this.start, 'id')) {
        this.note('message_start came twice');
        return;
      }
      // A proxy that retries by itself sends the answer from its beginning: a new attempt, not a second message (T80).
      this.note('second message_start: what the first one brought is dropped');
      this.dropBlocks();
      this.seam?.restart();
      this.counted = noUsage;
      this.received = 0;
      this.reason = undefined;
    }
    this.start = message;
    this.counted = updateUsage(this.counted, message['usage']);
    const model = stringMember(message, 'model');
    this.turn.updateMeta({
      ...(messageId === undefined ? {} : { messageId }),
      ...(model === undefined ? {} : { model }),
    });
  }

  private onBlockStart(index: number, raw: JsonObject): void {
    const start = blockStart(raw);
    const before = this.blockAt(index);
    if (before !== undefined) {
      if (isSameStart(before, start)) {
        this.note(`content_block_start for block ${index} came twice`);
        return;
      }
      // Some servers count every block as the first one: a start that says something else is another block.
      this.note(`content_block_start for another block ${index}`);
      this.cut(before);
    }
    if (this.continues(start)) {
      this.continueText(index, start);
      return;
    }
    if (!isThinking(start.head)) this.endKept('cut');
    const id = this.open(index, { ...start, head: this.ownCall(start.head) });
    const signature = start.head.kind === 'thinking' ? stringMember(raw, 'signature') : undefined;
    if (signature !== undefined && signature !== '') this.turn.setSignature(id, signature);
  }

  private onBlockDelta(index: number, delta: JsonObject): void {
    const block = this.blockFor(index, delta['type']);
    if (block?.state !== 'open') {
      if (block === undefined) this.incomplete.add(index);
      this.note(`delta for block ${index}, which is not open, passed over`);
      return;
    }
    const growth = textDeltas.get(delta['type']);
    if (growth?.kinds.includes(block.head.kind)) {
      const text = stringMember(delta, growth.member) ?? '';
      this.received += text.length;
      return this.append(block.id, text);
    }
    const signature = stringMember(delta, 'signature');
    if (delta['type'] === 'signature_delta' && signature !== undefined) {
      return this.turn.setSignature(block.id, signature);
    }
    const citation = delta['citation'];
    if (delta['type'] === 'citations_delta' && isJsonObject(citation)) {
      this.turn.addCitation(block.id, citation);
      return this.noteSource(citation);
    }
    this.turn.addUnknownDelta(block.id, delta);
  }

  private noteSource(citation: JsonObject): void {
    const source = sourceOf(citation);
    const { sources = [] } = this.turn.meta;
    if (source === undefined || sources.some(({ url }) => url === source.url)) return;
    this.turn.updateMeta({ sources: [...sources, source] });
  }

  private onBlockStop(index: number): void {
    const block = this.blockAt(index);
    if (block?.state === 'open') this.end(index, block);
    else this.note(`content_block_stop for block ${index}, which is not open, passed over`);
  }

  private onMessageDelta(delta: JsonObject, usage: JsonObject | undefined): void {
    this.reason = stringMember(delta, 'stop_reason') ?? this.reason;
    this.counted = updateUsage(this.counted, usage);
    const details = delta['stop_details'];
    if (isJsonObject(details)) this.turn.updateMeta({ stopDetails: details });
    const stopSequence = stringMember(delta, 'stop_sequence');
    if (stopSequence !== undefined) this.turn.updateMeta({ stopSequence });
  }

  /** The message is whole, whether or not its last event came. */
  finish(): void {
    this.onMessageStop();
  }

  private onMessageStop(): void {
    this.stopped = true;
    for (const index of this.idAtIndex.keys()) {
      const block = this.blockAt(index);
      // Some servers leave out the end of a block. Once the message is whole, so is its text.
      if (block?.state === 'open' && block.head.kind === 'text') this.end(index, block);
    }
    // A continuation without any text: there was nothing left to say.
    this.endKept('closed');
    this.cutOpenBlocks();
  }

  private blockAt(index: number): TurnBlock | undefined {
    const id = this.idAtIndex.get(index);
    return id === undefined ? undefined : this.turn.blocks[id];
  }

  /**
   * The block a delta belongs to. Text and thinking whose start was lost, or that come under the index of the other
   * one, get a block of their own: they are worth keeping.
   */
  private blockFor(index: number, deltaType: unknown): TurnBlock | undefined {
    const block = this.blockAt(index);
    const kind = textDeltas.get(deltaType)?.kinds[0];
    if (kind !== 'text' && kind !== 'thinking') return block;
    const other = kind === 'text' ? 'thinking' : 'text';
    if (block !== undefined && block.head.kind !== other) return block;
    this.note(`${kind} for block ${index} without its start`);
    if (block !== undefined) this.cut(block);
    const start: BlockStart = { head: { kind } };
    const id = this.continues(start) ? this.continueText(index, start) : this.open(index, start);
    return this.turn.blocks[id];
  }

  /** Whether a block that starts is the rest of the text that was cut. Only thinking may come before that. */
  private continues({ head }: BlockStart): boolean {
    if (this.seam === undefined || this.seam.hasBegun || head.kind !== 'text') return false;
    return this.ids.every((id) => isThinking(this.turn.blocks[id]?.head));
  }

  private continueText(index: number, start: BlockStart): number {
    const { seam, turn } = this;
    if (seam === undefined) return this.open(index, start);
    // It was about the cut, and stands after the text that now goes on before it.
    if (seam.keptBlock !== undefined) {
      for (const id of this.ids) turn.endBlock(id, 'dropped');
    }
    const id = seam.begin(() => this.open(index, { ...start, text: '' }));
    this.idAtIndex.set(index, id);
    seam.append(start.text ?? '');
    return id;
  }

  private append(id: number, text: string): void {
    if (this.seam?.writes(id)) this.seam.append(text);
    else this.turn.append(id, text);
  }

  /** Ends the block of an earlier attempt that was to go on in this one. */
  private endKept(state: 'cut' | 'closed'): void {
    if (this.seam?.keptBlock !== undefined) this.turn.endBlock(this.seam.keptBlock, state);
  }

  /** A call with an id of its own: some servers number their calls anew in each message. */
  private ownCall(head: BlockHead): BlockHead {
    if (head.kind !== 'tool_use') return head;
    const isTaken = (id: string): boolean =>
      this.turn.blocks.some(
        ({ head: other, state }) =>
          state !== 'dropped' && other.kind === 'tool_use' && other.toolUseId === id,
      );
    let { toolUseId } = head;
    for (let n = 2; isTaken(toolUseId); n++) toolUseId = `${head.toolUseId}_${n}`;
    return { ...head, toolUseId };
  }

  private open(index: number, start: BlockStart): number {
    const id = this.turn.openBlock(this.attempt, start);
    this.ids.push(id);
    this.idAtIndex.set(index, id);
    return id;
  }

  /** A block that lacks something is not whole, though its end was seen: half a tool input must never run. */
  private end(index: number, { id }: TurnBlock): void {
    if (this.seam?.writes(id)) this.seam.end();
    this.turn.endBlock(id, this.incomplete.delete(index) ? 'cut' : 'closed');
  }

  /** Another block comes in its place. */
  private cut({ id }: TurnBlock): void {
    if (this.seam?.writes(id)) this.seam.end();
    this.turn.endBlock(id, 'cut');
  }

  private note(message: string): void {
    this.notes++;
    if (this.notes <= mostNotes) this.log.warn(message);
    if (this.notes === mostNotes) this.log.warn('further notes on this answer are left out');
  }
}

function isThinking(head: BlockHead | undefined): boolean {
  return head?.kind === 'thinking' || head?.kind === 'redacted_thinking';
}

/** Whether a start announces a block that is there already. One that was opened without its start has no `raw`. */
function isSameStart(block: TurnBlock, start: BlockStart): boolean {
  return block.raw === undefined
    ? block.head.kind === start.head.kind
    : JSON.stringify(block.raw) === JSON.stringify(start.raw);
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
      if (!type.endsWith('_tool_result') || toolUseId === undefined) {
        return { head: { kind: 'unknown', type }, raw };
      }
      const { text, isError } = serverToolResult(raw);
      const head = { kind: 'server_tool_result', toolUseId, type } as const;
      return { head: isError ? { ...head, isError } : head, raw, text };
    }
  }
}
