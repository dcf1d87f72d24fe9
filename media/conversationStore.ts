import { computed, signal, type ReadonlySignal } from '@preact/signals';
import type { ConversationCursor, ConversationPatch } from '../src/core/conversationPatch';
import { isTerminal, type TurnStatus } from '../src/core/turnStatus';
import type { ViewToHost } from '../src/protocol/viewToHost';
import { FrameLoop } from './frameLoop';
import { TurnModel } from './turnModel';

/** Time a frame may spend on showing text, in ms; the rest waits for the next frame. */
const frameBudgetMs = 8;

export interface ConversationStorePorts {
  readonly post: (message: ViewToHost) => void;
  /** Another conversation is shown from here on, or the same one from its beginning. */
  readonly onReset: () => void;
  readonly onTurnEnded: (turn: TurnModel) => void;
}

/** A turn and its place in the conversation, which it keeps while earlier turns are still to come. */
export interface PlacedTurn {
  readonly place: number;
  readonly turn: TurnModel;
}

/**
 * The conversation that the view shows, as a reader with a cursor. Patches are applied as they arrive and shown once a
 * frame; what has been painted is acknowledged. When one is missing, the view says its cursor and gets the rest.
 */
export class ConversationStore {
  private readonly placedTurns = signal<readonly PlacedTurn[]>([]);
  /** The turns that are here, in order. */
  readonly turns: ReadonlySignal<readonly PlacedTurn[]> = this.placedTurns;
  /** Whether the conversation's list of turns is known. */
  readonly isKnown = signal(false);
  /** Whether an answer is on its way; a queued one is not. */
  readonly isRunning = computed(() =>
    this.placedTurns.value.some(({ turn }) => isUnderWay(turn.status.value)),
  );
  readonly lastTurn = computed(() => this.placedTurns.value.at(-1)?.turn);

  private conversation: string | undefined;
  private order: readonly string[] = [];
  private readonly byId = new Map<string, TurnModel>();
  private readonly dirty = new Set<TurnModel>();
  private orderChanged = false;
  /** Number of the last patch that was applied. */
  private seq = 0;
  private acknowledged = 0;
  private painting = 0;
  /** The cursor was sent: nothing counts until its answer, which always carries the order of turns. */
  private awaitsAnswer = true;
  private readonly frames = new FrameLoop(
    () => this.publish(),
    () => this.acknowledge(),
  );

  constructor(private readonly ports: ConversationStorePorts) {}

  /** Says how far this reader has come: when the view starts, and whenever something got lost. */
  resume(): void {
    this.awaitsAnswer = true;
    this.ports.post({ type: 'ready', cursor: this.cursor });
  }

  receive(patch: ConversationPatch): void {
    if (!this.isNext(patch)) {
      // What is older than what is here brings nothing; what is newer says that something in between got lost.
      if (!this.awaitsAnswer && !this.isOld(patch)) this.resume();
      return;
    }
    if (patch.reset) this.reset(patch.conversation);
    this.awaitsAnswer = false;
    this.seq = patch.seq;
    if (patch.order !== undefined) this.setOrder(patch.order);
    const now = performance.now();
    let gap = false;
    let firstText = false;
    for (const turnPatch of patch.turns) {
      const turn = this.turnFor(turnPatch.turn, turnPatch.role, turnPatch.createdAt);
      const news = turn.receive(turnPatch, now);
      this.dirty.add(turn);
      gap ||= news.gap;
      firstText ||= news.firstText;
    }
    // The first words of an answer wait for nothing.
    if (firstText) this.publish();
    this.frames.request();
    if (gap) this.resume();
  }

  private get cursor(): ConversationCursor | null {
    if (this.conversation === undefined) return null;
    const turns = [...this.byId].map(([id, turn]) => [id, turn.cursor] as const);
    return { conversation: this.conversation, turns: Object.fromEntries(turns) };
  }

  private isNext(patch: ConversationPatch): boolean {
    if (patch.reset) return true;
    if (patch.conversation !== this.conversation) return false;
    return this.awaitsAnswer ? patch.order !== undefined : patch.seq === this.seq + 1;
  }

  private isOld(patch: ConversationPatch): boolean {
    return patch.conversation === this.conversation && patch.seq <= this.seq;
  }

  private reset(conversation: string): void {
    this.conversation = conversation;
    this.byId.clear();
    this.dirty.clear();
    this.order = [];
    this.orderChanged = true;
    this.acknowledged = 0;
    this.isKnown.value = false;
    this.ports.onReset();
  }

  private setOrder(order: readonly string[]): void {
    this.order = order;
    this.orderChanged = true;
    const known = new Set(order);
    for (const [id, turn] of this.byId) {
      if (known.has(id)) continue;
      this.byId.delete(id);
      this.dirty.delete(turn);
    }
  }

  private turnFor(id: string, role: 'user' | 'assistant', createdAt: number): TurnModel {
    const known = this.byId.get(id);
    if (known !== undefined) return known;
    const turn = new TurnModel(id, role, createdAt, (late) => this.onBehind(late));
    this.byId.set(id, turn);
    this.orderChanged = true;
    return turn;
  }

  private onBehind(turn: TurnModel): void {
    this.dirty.add(turn);
    this.frames.request();
  }

  private publish(): void {
    const deadline = performance.now() + frameBudgetMs;
    for (const turn of this.dirty) {
      const { more, ended } = turn.publish(deadline);
      if (!more) this.dirty.delete(turn);
      if (ended) this.ports.onTurnEnded(turn);
      if (performance.now() >= deadline) break;
    }
    this.publishOrder();
    if (this.dirty.size > 0) this.frames.request();
    else this.painting = this.seq;
  }

  /** After the turns themselves, so that none is shown before it has its content. */
  private publishOrder(): void {
    if (!this.orderChanged) return;
    this.orderChanged = false;
    this.placedTurns.value = this.order.flatMap((id, place) => {
      const turn = this.byId.get(id);
      return turn === undefined ? [] : [{ place, turn }];
    });
    this.isKnown.value = true;
  }

  private acknowledge(): void {
    if (this.awaitsAnswer || this.painting === this.acknowledged) return;
    this.acknowledged = this.painting;
    this.ports.post({ type: 'painted', seq: this.painting });
  }
}

function isUnderWay(status: TurnStatus): boolean {
  return status.kind !== 'queued' && !isTerminal(status);
}
