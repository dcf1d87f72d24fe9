import { computed, signal } from '@preact/signals';
import type { FoundTurn } from '../src/core/foundTurn';
import type { ViewToHost } from '../src/protocol/viewToHost';
import { findTextRanges } from './textRanges';
import type { TurnWindow } from './turnWindow';

const foundName = 'caudal-found';
const currentName = 'caudal-found-current';
/** Frames that a turn's text may take to come onto the page. */
const patience = 60;

export interface FindPorts {
  readonly post: (message: ViewToHost) => void;
  readonly conversation: () => string | undefined;
  readonly turnWindow: () => TurnWindow | undefined;
  /** All turns by id, in order. */
  readonly order: () => readonly string[];
  /** Called before the view goes somewhere by itself. */
  readonly leaveEnd: () => void;
}

/**
 * Finds text in the whole conversation, of which the page has a part: the host says which turns have it, and the
 * places in a turn are found when it is on the page.
 */
export class FindModel {
  readonly isOpen = signal(false);
  readonly query = signal('');
  private readonly found = signal<readonly FoundTurn[] | undefined>(undefined);
  /** Counted over all turns, from 0. */
  private readonly current = signal<number | undefined>(undefined);
  readonly total = computed(() => this.found.value?.reduce((sum, { count }) => sum + count, 0));
  /** From 1; undefined where there is none. */
  readonly position = computed(() => {
    const at = this.current.value;
    return at === undefined ? undefined : at + 1;
  });
  private search = 0;
  private steps = 0;

  constructor(private readonly ports: FindPorts) {}

  open(): void {
    this.isOpen.value = true;
    if (this.query.peek() !== '') this.setQuery(this.query.peek());
  }

  close(): void {
    this.isOpen.value = false;
    this.search++;
    this.forget();
  }

  /** Another conversation is shown. */
  reset(): void {
    if (this.isOpen.peek()) this.close();
  }

  setQuery(query: string): void {
    this.query.value = query;
    this.forget();
    const search = ++this.search;
    const conversation = this.ports.conversation();
    if (query.trim() === '' || conversation === undefined) return;
    this.ports.post({ type: 'find', search, conversation, query });
  }

  receive(search: number, turns: readonly FoundTurn[]): void {
    if (search !== this.search || !this.isOpen.peek()) return;
    this.found.value = turns;
    const first = this.firstInView(turns);
    if (first !== undefined) void this.goTo(first);
  }

  next(): void {
    this.step(1);
  }

  previous(): void {
    this.step(-1);
  }

  private step(by: number): void {
    const total = this.total.peek() ?? 0;
    const at = this.current.peek();
    if (total === 0) return;
    void this.goTo(at === undefined ? 0 : (at + by + total) % total);
  }

  /** The first place in or after the turn at the upper edge of the screen, else the first of all. */
  private firstInView(turns: readonly FoundTurn[]): number | undefined {
    if (turns.length === 0) return undefined;
    const order = this.ports.order();
    const places = new Map(order.map((id, place) => [id, place]));
    const top = places.get(this.ports.turnWindow()?.topmost?.turn ?? '') ?? 0;
    let before = 0;
    for (const { turn, count } of turns) {
      if ((places.get(turn) ?? -1) >= top) return before;
      before += count;
    }
    return 0;
  }

  private async goTo(at: number): Promise<void> {
    this.current.value = at;
    const step = ++this.steps;
    const place = this.placeOf(at);
    const turnWindow = this.ports.turnWindow();
    if (place === undefined || turnWindow === undefined) return;
    this.ports.leaveEnd();
    const element = await turnWindow.reveal(place.turn);
    if (element === undefined || step !== this.steps) return;
    const ranges = await this.rangesIn(element, step);
    if (step !== this.steps) return;
    // A turn may have fewer on screen than in its source: in the address of a link it is not seen.
    const current = ranges[Math.min(place.nth, ranges.length - 1)];
    CSS.highlights.set(foundName, new Highlight(...ranges));
    if (current === undefined) return;
    CSS.highlights.set(currentName, new Highlight(current));
    // A range cannot scroll by itself, and what it stands in may be taller than the screen.
    const { top, height } = current.getBoundingClientRect();
    const scroller = element.closest('.log');
    if (scroller === null) return;
    const screen = scroller.getBoundingClientRect();
    scroller.scrollTop += top + height / 2 - (screen.top + screen.height / 2);
  }

  /** The text of a turn may come onto the page some frames after the turn. */
  private async rangesIn(element: HTMLElement, step: number): Promise<readonly Range[]> {
    for (let frame = 0; frame < patience; frame++) {
      const ranges = findTextRanges(element, this.query.peek());
      if (ranges.length > 0 || step !== this.steps) return ranges;
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    return [];
  }

  private placeOf(at: number): { readonly turn: string; readonly nth: number } | undefined {
    let nth = at;
    for (const { turn, count } of this.found.peek() ?? []) {
      if (nth < count) return { turn, nth };
      nth -= count;
    }
    return undefined;
  }

  private forget(): void {
    this.steps++;
    this.found.value = undefined;
    this.current.value = undefined;
    CSS.highlights.delete(foundName);
    CSS.highlights.delete(currentName);
  }
}
