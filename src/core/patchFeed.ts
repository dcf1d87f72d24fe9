import type { Clock } from './clock';
import type { Conversation } from './conversation';
import type { ConversationCursor, ConversationPatch, TurnOutline } from './conversationPatch';
import { DisposableStore, type Disposable } from './disposable';
import { readTurn } from './readTurn';
import type { TurnDocument } from './turnDocument';
import { startOfTurn, type TurnCursor, type TurnPatch } from './turnPatch';

/** One frame of a 60 Hz screen, in ms: a view is given at most one patch per frame. */
const frameMs = 16;
/** Patches a view may have been given and not yet painted. */
const windowPatches = 4;
/** UTF-16 units of text a view may have been given and not yet painted. */
const windowSize = 65_536;
/** UTF-16 units of text in one patch: small enough that applying one fits in a frame. */
const patchSize = 16_384;
/** UTF-16 units of the newest turns that a view is given before it says what it wants: several screenfuls. */
const tailSize = 65_536;
/** How many turns that is at most, for a conversation of short ones. */
const tailTurns = 48;
/** So many turns at the end are always read, whatever the view wants: what is going on is there. */
const liveTurns = 2;
/** What a turn and a block weigh in a patch besides their text, in the same units: a patch has many of the short ones. */
const turnWeight = 256;
const blockWeight = 64;

/** Hears which turns a patch had that the view has painted, when it was posted and when painted (the clock's ms). */
export interface PaintObserver {
  painted(turns: readonly string[], postedAt: number, paintedAt: number): void;
}

/** Gives a patch to the view; resolves to false where it was not delivered. May never settle. */
export type PostPatch = (patch: ConversationPatch) => PromiseLike<boolean>;

/**
 * Reads one conversation for one view, at the view's pace: at most a patch a frame and a small window of patches not
 * yet painted. Between patches it keeps nothing but cursors; a slow, far, hidden or re-created view makes it stand
 * still, and it later reads on from where that view is.
 */
export class PatchFeed implements Disposable {
  private readonly disposables = new DisposableStore();
  private cursors = new Map<string, TurnCursor>();
  /** Turns that the view wants, and that changed since they were last read. */
  private readonly dirty = new Set<TurnDocument>();
  /** What the view shows, by id; the rest of a long conversation waits until it is wanted. */
  private wanted = new Set<string>();
  private orderChanged = true;
  private resetDue = true;
  private seq = 0;
  /** Each patch given and not yet painted, by its number. */
  private readonly unpainted = new Map<
    number,
    { readonly size: number; readonly turns: readonly string[]; readonly postedAt: number }
  >();
  private unpaintedSize = 0;
  private running = false;
  private posting = false;
  private disposed = false;
  private lastPostAt = Number.NEGATIVE_INFINITY;
  private timer: Disposable | undefined;

  constructor(
    private readonly conversation: Conversation,
    private readonly clock: Clock,
    private readonly post: PostPatch,
    private readonly paints?: PaintObserver,
  ) {
    this.disposables.add(
      conversation.onDidChange((change) => {
        if (change.kind === 'turn') this.onTurnChanged(change.turn);
        else if (change.kind === 'order') this.onOrderChanged();
      }),
    );
  }

  /** Patches given and not yet acknowledged: what the window bounds. */
  get inFlight(): number {
    return this.unpainted.size;
  }

  /**
   * The view is there and says how far it has come. Without a cursor, or with one of another conversation, of an earlier
   * life of this one, or of nobody's making, it begins from nothing.
   */
  resume(cursor?: ConversationCursor): void {
    if (this.disposed) return;
    const known = cursor === undefined ? undefined : this.knownCursors(cursor);
    this.cursors = known ?? new Map<string, TurnCursor>();
    this.resetDue = known === undefined;
    this.orderChanged = true;
    this.forgetUnpainted();
    this.wanted = new Set([...this.cursors.keys(), ...this.tail()]);
    this.dirty.clear();
    for (const turn of this.conversation.turns) if (this.isWanted(turn)) this.dirty.add(turn);
    this.running = true;
    this.pump();
  }

  /**
   * The view says which turns it shows or is about to. What it wants no more it has let go of, and gets again from the
   * beginning when it wants it again. Turns under way and the last ones are read in any case.
   */
  want(turns: readonly string[]): void {
    this.wanted = new Set(turns);
    for (const turn of this.conversation.turns) {
      if (this.isWanted(turn)) {
        if (!this.cursors.has(turn.id)) this.dirty.add(turn);
      } else {
        this.cursors.delete(turn.id);
        this.dirty.delete(turn);
      }
    }
    this.pump();
  }

  /** The view is gone or hidden: nothing is read until it resumes. */
  pause(): void {
    this.running = false;
    this.cancelTimer();
  }

  /**
   * The view has painted every patch up to `seq`.
   *
   * @param agoMs - of the last ones of these, how long ago.
   */
  painted(seq: number, agoMs: readonly number[] = []): void {
    const now = this.clock.now();
    for (const [number, { size, turns, postedAt }] of this.unpainted) {
      if (number > seq) break;
      this.unpainted.delete(number);
      this.unpaintedSize -= size;
      const ago = agoMs.at(number - seq - 1) ?? 0;
      this.paints?.painted(turns, postedAt, Math.max(postedAt, now - ago));
    }
    this.pump();
  }

  dispose(): void {
    this.disposed = true;
    this.pause();
    this.disposables.dispose();
  }

  private onTurnChanged(turn: TurnDocument): void {
    if (!this.isWanted(turn)) return;
    // Once it was under way before the view's eyes it stays wanted until the view says otherwise.
    this.wanted.add(turn.id);
    this.dirty.add(turn);
    // The first text of a turn goes out in the tick it arrives; no frame timer stands in front of it.
    const seen = this.cursors.get(turn.id)?.seen ?? [];
    if (turn.role === 'assistant' && turn.hasOutput && !seen.some((length) => length > 0)) {
      this.lastPostAt = Number.NEGATIVE_INFINITY;
      this.cancelTimer();
    }
    this.pump();
  }

  private onOrderChanged(): void {
    this.orderChanged = true;
    for (const turn of this.dirty) {
      if (this.conversation.turn(turn.id) === undefined) this.dirty.delete(turn);
    }
    for (const id of this.cursors.keys()) {
      if (this.conversation.turn(id) === undefined) this.cursors.delete(id);
    }
    for (const turn of this.conversation.turns) {
      if (this.isWanted(turn) && !this.cursors.has(turn.id)) this.dirty.add(turn);
    }
    this.pump();
  }

  private isWanted(turn: TurnDocument): boolean {
    if (this.wanted.has(turn.id) || !turn.isTerminal) return true;
    return this.conversation.turns.slice(-liveTurns).includes(turn);
  }

  /** The newest turns, as many as make some screenfuls. */
  private tail(): readonly string[] {
    const ids: string[] = [];
    let size = 0;
    for (const turn of this.conversation.turns.slice(-tailTurns).reverse()) {
      ids.push(turn.id);
      size += sizeOf(turn);
      if (size >= tailSize) break;
    }
    return ids;
  }

  /** Posts one patch if it may, and sees to it that the next one comes in its time. */
  private pump(): void {
    if (this.posting || !this.mayPost()) return;
    const waitMs = this.lastPostAt + frameMs - this.clock.now();
    if (waitMs <= 0) {
      // A view that answers from within `post` gets its next patch in the next frame, not deeper in the stack.
      this.posting = true;
      this.postNext();
      this.posting = false;
    }
    if (!this.mayPost()) return;
    this.timer = this.clock.setTimer(waitMs > 0 ? waitMs : frameMs, () => {
      this.timer = undefined;
      this.pump();
    });
  }

  private mayPost(): boolean {
    const hasNews = this.dirty.size > 0 || this.hasNewsOfList;
    const windowIsOpen = this.unpainted.size < windowPatches && this.unpaintedSize < windowSize;
    return this.running && this.timer === undefined && hasNews && windowIsOpen;
  }

  private get hasNewsOfList(): boolean {
    return this.orderChanged || this.resetDue;
  }

  private postNext(): void {
    const { turns, size } = this.readDirtyTurns();
    if (turns.length === 0 && !this.hasNewsOfList) return;
    const seq = ++this.seq;
    const patch: ConversationPatch = {
      conversation: this.conversation.id,
      seq,
      reset: this.resetDue,
      ...(this.orderChanged ? { order: this.conversation.turns.map(outlineOf) } : {}),
      turns,
    };
    this.resetDue = false;
    this.orderChanged = false;
    this.lastPostAt = this.clock.now();
    const ids = turns.map(({ turn }) => turn);
    this.unpainted.set(seq, { size, turns: ids, postedAt: this.lastPostAt });
    this.unpaintedSize += size;
    this.deliver(patch);
  }

  /** Newest turns first, so that a view that starts from nothing has its last screenful at once. */
  private readDirtyTurns(): { turns: TurnPatch[]; size: number } {
    const turns: TurnPatch[] = [];
    let size = 0;
    for (const turn of this.newestFirst()) {
      if (size >= patchSize) break;
      const reading = readTurn(turn, this.cursors.get(turn.id) ?? startOfTurn, patchSize - size);
      if (reading === undefined) {
        this.dirty.delete(turn);
        continue;
      }
      turns.push(reading.patch);
      size += reading.size + turnWeight + reading.patch.blocks.length * blockWeight;
      this.cursors.set(turn.id, reading.cursor);
      if (reading.more) break;
      this.dirty.delete(turn);
    }
    return { turns, size };
  }

  private newestFirst(): TurnDocument[] {
    if (this.dirty.size <= 1) return [...this.dirty];
    return this.conversation.turns.filter((turn) => this.dirty.has(turn)).reverse();
  }

  private deliver(patch: ConversationPatch): void {
    const undelivered = (): void => {
      // A later `resume` has already dealt with it.
      if (this.unpainted.has(patch.seq)) this.pause();
    };
    try {
      this.post(patch).then((delivered) => {
        if (!delivered) undelivered();
      }, undelivered);
    } catch {
      // A view that is gone says so by throwing.
      undelivered();
    }
  }

  private knownCursors(cursor: ConversationCursor): Map<string, TurnCursor> | undefined {
    if (cursor.conversation !== this.conversation.id) return undefined;
    const known = new Map<string, TurnCursor>();
    for (const [id, turnCursor] of Object.entries(cursor.turns)) {
      const turn = this.conversation.turn(id);
      if (turn === undefined) continue;
      if (!isWithin(turn, turnCursor)) return undefined;
      known.set(id, turnCursor);
    }
    return known;
  }

  private forgetUnpainted(): void {
    this.unpainted.clear();
    this.unpaintedSize = 0;
    this.lastPostAt = Number.NEGATIVE_INFINITY;
    this.cancelTimer();
  }

  private cancelTimer(): void {
    this.timer?.dispose();
    this.timer = undefined;
  }
}

function outlineOf(turn: TurnDocument): TurnOutline {
  return { id: turn.id, role: turn.role, size: sizeOf(turn) };
}

function sizeOf(turn: TurnDocument): number {
  return turn.blocks.reduce((sum, { text }) => sum + text.length, 0);
}

/** Whether a reader of this very document can have come to this cursor. */
function isWithin(turn: TurnDocument, { revision, seen }: TurnCursor): boolean {
  if (!(revision <= turn.revision) || seen.length > turn.blocks.length) return false;
  return seen.every((length, id) => {
    const size = turn.blocks[id]?.text.length ?? 0;
    return Number.isInteger(length) && length >= 0 && length <= size;
  });
}
