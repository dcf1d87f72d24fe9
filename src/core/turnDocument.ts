import type { Clock } from './clock';
import type { BlockHead, BlockStart, BlockState } from './contentBlock';
import { Emitter } from './emitter';
import { GrowingText } from './growingText';
import type { JsonObject } from './json';
import type { TurnMeta } from './turnMeta';
import { isTerminal, type TurnStatus } from './turnStatus';

/** One content block of a turn. Only its {@link TurnDocument} changes it. */
export interface TurnBlock {
  /** Position in the document: given in order of appearance, never used again. */
  readonly id: number;
  readonly attempt: number;
  readonly head: BlockHead;
  readonly raw: JsonObject | undefined;
  /** Text, thinking, or the JSON of a tool's input: whatever this block streams. */
  readonly text: GrowingText;
  readonly state: BlockState;
  /** Set once, right before a thinking block closes; kept byte-exact (API: preserved thinking). */
  readonly signature: string | undefined;
  readonly citations: readonly JsonObject[];
  /** Deltas of types this version does not know, as they came. */
  readonly unknownDeltas: readonly JsonObject[];
  /** Milliseconds since the turn was sent. */
  readonly openedMs: number;
  readonly closedMs: number | undefined;
  /** Revision of the latest change. */
  readonly changedAt: number;
}

type MutableBlock = { -readonly [K in keyof TurnBlock]: TurnBlock[K] } & {
  citations: JsonObject[];
  unknownDeltas: JsonObject[];
};

export interface TurnIdentity {
  readonly id: string;
  readonly role: 'user' | 'assistant';
  /** Milliseconds since the Unix epoch. */
  readonly createdAt: number;
}

/** A turn as a journal kept it. */
export interface RestoredTurn {
  /** In order; a block's `id` is its position. */
  readonly blocks: readonly Omit<TurnBlock, 'id' | 'changedAt'>[];
  readonly status: TurnStatus;
  readonly meta: TurnMeta;
}

/** `growth`: more of what is there, which may wait; `structure`: a block or a status, which may not. */
export type TurnChange = 'growth' | 'structure';

/**
 * One turn of a conversation: an append-only document. Blocks are added, text is appended, a status changes; nothing
 * that was appended is rewritten. Every change raises `revision` and wakes the readers, who then ask `readTurn` for
 * what is new since their cursor. The only removal is explicit: a block's state becomes `dropped`.
 */
export class TurnDocument implements TurnIdentity {
  readonly id: string;
  readonly role: 'user' | 'assistant';
  readonly createdAt: number;

  private readonly changed = new Emitter<TurnChange>();
  /** Fires after each change, synchronously, once per change. */
  readonly onDidChange = this.changed.event;

  private readonly list: MutableBlock[] = [];
  private currentStatus: TurnStatus;
  private currentMeta: TurnMeta = {};
  private rev = 1;
  /** The first change gets at least this revision. */
  private leastRevision = 0;
  private statusRev = 0;
  private metaRev = 0;
  private statusSetAt: number;
  private sentAt: number;

  constructor(
    identity: TurnIdentity,
    private readonly clock: Clock,
    status: TurnStatus = { kind: 'queued' },
  ) {
    this.id = identity.id;
    this.role = identity.role;
    this.createdAt = identity.createdAt;
    this.currentStatus = status;
    this.sentAt = clock.now();
    this.statusSetAt = this.sentAt;
  }

  /**
   * The document of a turn that was journalled. Its revision is 0, before any that its earlier life had; its changes
   * from here on get revisions after any that life can have reached (one a millisecond since 1970). So a cursor from
   * that life is seen to be from elsewhere, or has everything new still before it.
   */
  static restore(identity: TurnIdentity, clock: Clock, content: RestoredTurn): TurnDocument {
    const turn = new TurnDocument(identity, clock, content.status);
    for (const block of content.blocks) {
      turn.list.push({
        ...block,
        citations: [...block.citations],
        unknownDeltas: [...block.unknownDeltas],
        id: turn.list.length,
        changedAt: 0,
      });
    }
    turn.currentMeta = content.meta;
    turn.rev = 0;
    turn.leastRevision = clock.wallNow();
    return turn;
  }

  get revision(): number {
    return this.rev;
  }

  get blocks(): readonly TurnBlock[] {
    return this.list;
  }

  get status(): TurnStatus {
    return this.currentStatus;
  }

  get statusChangedAt(): number {
    return this.statusRev;
  }

  get meta(): TurnMeta {
    return this.currentMeta;
  }

  get metaChangedAt(): number {
    return this.metaRev;
  }

  /** Milliseconds since the turn was sent: the time base of `openedMs`, `closedMs` and the figures in `meta`. */
  get elapsedMs(): number {
    return this.clock.now() - this.sentAt;
  }

  /** Milliseconds since the status was last set. */
  get statusAgeMs(): number {
    return this.clock.now() - this.statusSetAt;
  }

  /** Starts the turn's clock: called when the turn leaves the queue. */
  markSent(): void {
    this.sentAt = this.clock.now();
  }

  /** Sets the status; an end also cuts the blocks that are still open, for nothing will close them (T50). */
  setStatus(status: TurnStatus): void {
    if (isTerminal(status)) for (const { id } of this.list) this.endBlock(id, 'cut');
    this.currentStatus = status;
    this.statusSetAt = this.clock.now();
    this.statusRev = this.bump();
    this.wake('structure');
  }

  updateMeta(change: Partial<TurnMeta>): void {
    this.currentMeta = { ...this.currentMeta, ...change };
    this.metaRev = this.bump();
    this.wake('growth');
  }

  /** Replaces all figures: those of an earlier run were measured by another start of the clock. */
  replaceMeta(meta: TurnMeta): void {
    this.currentMeta = meta;
    this.metaRev = this.bump();
    this.wake('growth');
  }

  /** Adds a block at the end and returns its id. */
  openBlock(attempt: number, start: BlockStart): number {
    const id = this.list.length;
    this.list.push({
      id,
      attempt,
      head: start.head,
      raw: start.raw,
      text: new GrowingText(start.text),
      state: 'open',
      signature: undefined,
      citations: [],
      unknownDeltas: [],
      openedMs: this.elapsedMs,
      closedMs: undefined,
      changedAt: this.bump(),
    });
    this.wake('structure');
    return id;
  }

  /** Adds to an open block. Does nothing to one that has ended: what is finished stays as it is. */
  append(id: number, text: string): void {
    if (text === '' || this.list[id]?.state !== 'open') return;
    this.change(id, 'growth', (block) => block.text.append(text));
  }

  setSignature(id: number, signature: string): void {
    this.change(id, 'growth', (block) => (block.signature = signature));
  }

  addCitation(id: number, citation: JsonObject): void {
    this.change(id, 'growth', (block) => block.citations.push(citation));
  }

  addUnknownDelta(id: number, delta: JsonObject): void {
    this.change(id, 'growth', (block) => block.unknownDeltas.push(delta));
  }

  /** Ends an open block, or drops any. Does nothing else to one that has ended. */
  endBlock(id: number, state: Exclude<BlockState, 'open'>): void {
    const before = this.list[id]?.state;
    if (before === 'dropped' || (before !== 'open' && state !== 'dropped')) return;
    this.change(id, 'structure', (block) => {
      block.state = state;
      block.closedMs ??= this.elapsedMs;
    });
  }

  /** Lets a block grow again whose stream was cut: its continuation is there. Does nothing to any other. */
  reopenBlock(id: number): void {
    if (this.list[id]?.state !== 'cut') return;
    this.change(id, 'structure', (block) => {
      block.state = 'open';
      block.closedMs = undefined;
    });
  }

  /**
   * The whole text of the answer (text blocks only), as a person would copy it. Neighbouring text blocks are one text,
   * which the API splits where citations begin and end; a tool or thinking between them makes a paragraph.
   */
  answerText(): string {
    const paragraphs: string[] = [];
    let previous: BlockHead['kind'] | undefined;
    for (const block of this.list) {
      const { kind } = block.head;
      if (block.state === 'dropped' || (kind === 'text' && block.text.length === 0)) continue;
      if (kind === 'text') {
        const before = previous === 'text' ? (paragraphs.pop() ?? '') : '';
        paragraphs.push(before + block.text.toString());
      }
      previous = kind;
    }
    return paragraphs.join('\n\n');
  }

  /** Whether anything of an answer is there to keep. */
  get hasOutput(): boolean {
    return this.list.some((block) => block.state !== 'dropped' && block.text.length > 0);
  }

  get isTerminal(): boolean {
    return isTerminal(this.currentStatus);
  }

  private change(id: number, kind: TurnChange, apply: (block: MutableBlock) => void): void {
    const block = this.list[id];
    if (block === undefined) return;
    apply(block);
    block.changedAt = this.bump();
    this.wake(kind);
  }

  private bump(): number {
    this.rev = Math.max(this.rev + 1, this.leastRevision);
    return this.rev;
  }

  private wake(change: TurnChange): void {
    this.changed.fire(change);
  }
}
