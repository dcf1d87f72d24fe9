import type { TurnOutline } from '../src/core/conversationPatch';
import { DisposableStore, toDisposable, type Disposable } from '../src/core/disposable';
import type { ConversationStore, PlacedTurn } from './conversationStore';
import type { TurnHeights } from './turnHeights';

/** Turns in one group, which the browser lays out and paints only near the screen. */
export const groupSize = 16;

/** Screens above and below within which turns are put on the page, and beyond which they are taken off it. */
const nearScreens = 2;
const farScreens = 6;
/** Frames that a turn asked for may take to come and settle: a bound, should it never come. */
const patience = 600;
/** Pixels that do not count as having moved. */
const rounding = 2;

interface Band {
  readonly top: number;
  readonly bottom: number;
}

/**
 * Keeps on the page, of a conversation however long, the turns near the screen. The others are room of their height,
 * and the host is not asked for them. Works while something scrolls or grows, and is idle otherwise.
 */
export class TurnWindow implements Disposable {
  private readonly disposables = new DisposableStore();
  private due = false;
  private disposed = false;

  constructor(
    private readonly scroller: HTMLElement,
    private readonly content: HTMLElement,
    private readonly conversation: Pick<ConversationStore, 'turns' | 'want'>,
    private readonly heights: TurnHeights,
  ) {
    const onScroll = (): void => this.request();
    scroller.addEventListener('scroll', onScroll, { passive: true });
    const observer = new ResizeObserver(() => this.request());
    observer.observe(scroller);
    observer.observe(content);
    this.disposables.add(toDisposable(() => scroller.removeEventListener('scroll', onScroll)));
    this.disposables.add(toDisposable(() => observer.disconnect()));
    this.disposables.add(toDisposable(conversation.turns.subscribe(() => this.request())));
  }

  /** The turn at the upper edge of the screen, and how far above that edge it begins, in pixels. */
  get topmost(): { readonly turn: string; readonly offset: number } | undefined {
    const { top } = this.scroller.getBoundingClientRect();
    for (const element of this.elements()) {
      const rect = element.getBoundingClientRect();
      if (rect.bottom > top + rounding) {
        return { turn: element.dataset['turn'] ?? '', offset: top - rect.top };
      }
    }
    return undefined;
  }

  /**
   * Brings a turn to the upper edge of the screen, wherever in the conversation it is.
   *
   * @param offset how far above that edge it shall begin, in pixels.
   * @returns its element, or undefined where it did not come.
   */
  async reveal(turn: string, offset = 0): Promise<HTMLElement | undefined> {
    let still = 0;
    for (let frame = 0; frame < patience && !this.disposed; frame++) {
      if (!this.isPlaced(turn)) return undefined;
      const at = this.topOf(turn);
      const element = this.elementOf(turn);
      if (at !== undefined) {
        const distance = at - this.scroller.getBoundingClientRect().top + offset;
        const before = this.scroller.scrollTop;
        if (Math.abs(distance) > rounding) this.scroller.scrollTop += distance;
        const moved = Math.abs(this.scroller.scrollTop - before) > rounding;
        still = moved || element === undefined ? 0 : still + 1;
        if (still > 2) return element;
      }
      this.request();
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    return this.elementOf(turn);
  }

  dispose(): void {
    this.disposed = true;
    this.disposables.dispose();
  }

  private request(): void {
    if (this.due || this.disposed) return;
    this.due = true;
    requestAnimationFrame(() => {
      this.due = false;
      if (!this.disposed) this.update();
    });
  }

  private update(): void {
    const screen = this.scroller.getBoundingClientRect();
    // A page that is hidden has no screen, and wants what it had.
    if (screen.height === 0) return;
    const placed = this.conversation.turns.peek();
    const near = widened(screen, nearScreens);
    const far = widened(screen, farScreens);
    const held = this.heldTurns();
    const wanted = new Set<string>();
    for (const group of [...this.groups()].reverse()) {
      const band = group.getBoundingClientRect();
      const members = membersOf(group, placed);
      if (!overlap(band, far)) {
        this.measure(group, members);
        for (const { outline } of members) if (held.has(outline.id)) wanted.add(outline.id);
        continue;
      }
      const isNear = overlap(band, near);
      for (const [at, { outline, turn }] of members.entries()) {
        // What is on the page beside the near ones stays: looking where it is would lay it out.
        const place = isNear ? this.bandOf(group, members, at) : band;
        const stays = turn !== undefined && overlap(place, far);
        if (stays || held.has(outline.id) || overlap(place, near)) wanted.add(outline.id);
        else if (turn !== undefined) this.heights.measured(outline, place.bottom - place.top);
      }
    }
    this.conversation.want(wanted);
  }

  /** Notes how high the turns of a group are that goes off the page. */
  private measure(group: HTMLElement, members: readonly PlacedTurn[]): void {
    if (isGap(group)) return;
    for (const [at, { outline, turn }] of members.entries()) {
      const element = group.children[at];
      if (turn !== undefined && element !== undefined) {
        this.heights.measured(outline, element.getBoundingClientRect().height);
      }
    }
  }

  private bandOf(group: HTMLElement, members: readonly PlacedTurn[], at: number): Band {
    const element = isGap(group) ? undefined : group.children[at];
    if (element !== undefined) return element.getBoundingClientRect();
    let { top } = group.getBoundingClientRect();
    for (const { outline } of members.slice(0, at)) top += this.heights.of(outline);
    return { top, bottom: top + this.heightOf(members[at]?.outline) };
  }

  private heightOf(outline: TurnOutline | undefined): number {
    return outline === undefined ? 0 : this.heights.of(outline);
  }

  private isPlaced(turn: string): boolean {
    return this.conversation.turns.peek().some(({ outline }) => outline.id === turn);
  }

  /** Undefined while the page has no room for it yet. */
  private topOf(turn: string): number | undefined {
    const placed = this.conversation.turns.peek();
    const place = placed.findIndex(({ outline }) => outline.id === turn);
    const group = [...this.groups()].find((each) => groupIndex(each) === groupOf(place));
    if (place === -1 || group === undefined) return undefined;
    return this.bandOf(group, membersOf(group, placed), place % groupSize).top;
  }

  private groups(): Iterable<HTMLElement> {
    return this.content.querySelectorAll<HTMLElement>(':scope > .turn-group');
  }

  private elements(): Iterable<HTMLElement> {
    return this.content.querySelectorAll<HTMLElement>(':scope > .turn-group > [data-turn]');
  }

  private elementOf(turn: string): HTMLElement | undefined {
    return [...this.elements()].find((element) => element.dataset['turn'] === turn);
  }

  /** Turns with the focus or an end of the selection in them: they would lose it. */
  private heldTurns(): ReadonlySet<string> {
    const selection = document.getSelection();
    const nodes = [document.activeElement, selection?.anchorNode, selection?.focusNode];
    const held = new Set<string>();
    for (const node of nodes) {
      const element = node instanceof Element ? node : node?.parentElement;
      const turn = element?.closest<HTMLElement>('[data-turn]')?.dataset['turn'];
      if (turn !== undefined) held.add(turn);
    }
    return held;
  }
}

export function groupOf(place: number): number {
  return Math.floor(place / groupSize);
}

function membersOf(group: HTMLElement, placed: readonly PlacedTurn[]): readonly PlacedTurn[] {
  const first = groupIndex(group) * groupSize;
  return placed.slice(first, first + groupSize);
}

function groupIndex(group: HTMLElement): number {
  return Number(group.dataset['group']);
}

/** Whether nothing of the group is on the page. */
function isGap(group: HTMLElement): boolean {
  return group.childElementCount === 0;
}

function widened({ top, bottom, height }: DOMRect, screens: number): Band {
  return { top: top - screens * height, bottom: bottom + screens * height };
}

function overlap(a: Band, b: Band): boolean {
  return a.top < b.bottom && a.bottom > b.top;
}
