import { computed, signal, type ReadonlySignal } from '@preact/signals';
import type {
  ConversationCursor,
  ConversationPatch,
  TurnOutline,
} from '../src/core/conversationPatch';
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
  /** The list of turns is known for the first time since. */
  readonly onKnown: (conversation: string) => void;
  readonly onTurnEnded: (turn: TurnModel) => void;
}

/** Painted patches are told together: each message to the host passes through every frame around this one. */
const tellPatches = 2;
/** Text painted since, in UTF-16 units, with which the host is told at once: it may be waiting to send more. */
const tellSize = 8_192;
/** How long what was painted may go untold, in ms. */
const tellWithinMs = 50;

/** A place in the conversation, and the turn there as far as it is on the page. */
export interface PlacedTurn {
  readonly place: number;
  readonly outline: TurnOutline;
  readonly turn: TurnModel | undefined;
}

/** So many turns at the end are always here, as the host always sends them. */
const liveTurns = 2;

/**
 * The conversation that the view shows, as a reader with a cursor. Patches are applied as they arrive and shown once a
 * frame; what has been painted is acknowledged. When one is missing, the view says its cursor and gets the rest.
 */
export class ConversationStore {
  private readonly placedTurns = signal<readonly PlacedTurn[]>([]);
  /** All turns in order, those included that are not here. */
  readonly turns: ReadonlySignal<readonly PlacedTurn[]> = this.placedTurns;
  /** Whether the conversation's list of turns is known. */
  readonly isKnown = signal(false);
  /** Whether an answer is on its way; a queued one is not. */
  readonly isRunning = computed(() =>
    this.placedTurns.value.some(({ turn }) => turn !== undefined && isUnderWay(turn.status.value)),
  );
  readonly lastTurn = computed(() => this.placedTurns.value.at(-1)?.turn);

  private conversation: string | undefined;
  private order: readonly TurnOutline[] = [];
  /** Turns that are here or asked for; the others are let go of. Undefined until somebody says. */
  private wanted: ReadonlySet<string> | undefined;
  private readonly byId = new Map<string, TurnModel>();
  private readonly dirty = new Set<TurnModel>();
  private orderChanged = false;
  /** Number of the last patch that was applied. */
  private seq = 0;
  /** Number of the last patch that the host was told about. */
  private told = 0;
  private painting = 0;
  /** When each patch after that one was painted. */
  private readonly paintedAt: number[] = [];
  /** Text of the patches after that one, in UTF-16 units. */
  private untoldSize = 0;
  private tellTimer: ReturnType<typeof setTimeout> | undefined;
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
    this.postWanted();
  }

  /** Lets go of the turns that are not among these, and asks for those of them that are not here. */
  want(turns: ReadonlySet<string>): void {
    const wanted = new Set(turns);
    for (const { id } of this.order.slice(-liveTurns)) wanted.add(id);
    for (const [id, turn] of this.byId) if (!isTerminal(turn.status.peek())) wanted.add(id);
    if (isSame(wanted, this.wanted ?? new Set(this.byId.keys()))) return;
    this.wanted = wanted;
    for (const [id, turn] of this.byId) {
      if (wanted.has(id)) continue;
      this.byId.delete(id);
      this.dirty.delete(turn);
      this.orderChanged = true;
    }
    this.postWanted();
    this.publishOrder();
  }

  receive(patch: ConversationPatch): void {
    if (!this.isNext(patch)) {
      // What is older than what is here brings nothing; what is newer says that something in between got lost.
      if (!this.awaitsAnswer && !this.isOld(patch)) this.resume();
      return;
    }
    if (patch.reset) this.reset(patch.conversation);
    if (patch.reset || this.awaitsAnswer) this.countFrom(patch.seq);
    this.awaitsAnswer = false;
    this.seq = patch.seq;
    this.untoldSize += textSize(patch);
    if (patch.order !== undefined) this.setOrder(patch.order);
    const now = performance.now();
    let gap = false;
    let firstText = false;
    for (const turnPatch of patch.turns) {
      // It was let go of while this was on its way.
      if (this.wanted?.has(turnPatch.turn) === false && !this.byId.has(turnPatch.turn)) continue;
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

  private postWanted(): void {
    if (this.wanted === undefined || this.conversation === undefined) return;
    const { conversation } = this;
    this.ports.post({ type: 'want', conversation, turns: [...this.wanted] });
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
    this.wanted = undefined;
    this.orderChanged = true;
    this.isKnown.value = false;
    this.ports.onReset();
  }

  private setOrder(order: readonly TurnOutline[]): void {
    const before = new Set(this.order.map(({ id }) => id));
    this.order = order;
    this.orderChanged = true;
    const known = new Set(order.map(({ id }) => id));
    // New turns come at the end, and are sent unasked.
    if (this.wanted !== undefined) {
      const news = order.filter(({ id }, place) => {
        return !before.has(id) || place >= order.length - liveTurns;
      });
      this.wanted = new Set([...this.wanted, ...news.map(({ id }) => id)]);
    }
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
    this.placedTurns.value = this.order.map((outline, place) => ({
      place,
      outline,
      turn: this.byId.get(outline.id),
    }));
    if (this.isKnown.peek()) return;
    this.isKnown.value = true;
    if (this.conversation !== undefined) this.ports.onKnown(this.conversation);
  }

  private countFrom(seq: number): void {
    this.told = this.painting = seq - 1;
    this.paintedAt.length = 0;
    this.untoldSize = 0;
  }

  private acknowledge(): void {
    if (this.awaitsAnswer) return;
    const now = performance.now();
    while (this.told + this.paintedAt.length < this.painting) this.paintedAt.push(now);
    if (this.paintedAt.length === 0) return;
    if (this.paintedAt.length >= tellPatches || this.untoldSize >= tellSize) this.tellPainted();
    else this.tellTimer ??= setTimeout(() => this.tellPainted(), tellWithinMs);
  }

  private tellPainted(): void {
    clearTimeout(this.tellTimer);
    this.tellTimer = undefined;
    if (this.awaitsAnswer || this.paintedAt.length === 0) return;
    const now = performance.now();
    const agoMs = this.paintedAt.map((at) => Math.round((now - at) * 10) / 10);
    this.told += agoMs.length;
    this.paintedAt.length = 0;
    this.untoldSize = 0;
    this.ports.post({ type: 'painted', seq: this.told, agoMs });
  }
}

function textSize({ turns }: ConversationPatch): number {
  let size = 0;
  for (const { blocks } of turns) for (const { text } of blocks) size += text.length;
  return size;
}

function isSame(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((each) => b.has(each));
}

function isUnderWay(status: TurnStatus): boolean {
  return status.kind !== 'queued' && !isTerminal(status);
}
