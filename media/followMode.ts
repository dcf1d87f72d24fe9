import { signal, type ReadonlySignal } from '@preact/signals';
import { DisposableStore, toDisposable, type Disposable } from '../src/core/disposable';

/** Pixels: what rounding leaves between the end of the content and the end of scrolling. */
const rounding = 1;

/** Of turns that are over. */
const endStatuses: ReadonlySet<string> = new Set(['complete', 'stopped', 'interrupted', 'failed']);

/** Keys that scroll towards the beginning, or select. */
const keysAway: ReadonlySet<string> = new Set(['ArrowUp', 'PageUp', 'Home']);
/** Keys that scroll towards the end. */
const keysBack: ReadonlySet<string> = new Set(['ArrowDown', 'PageDown', 'End', ' ']);

/**
 * Sticks to the end of the conversation, or to the top of a new answer where the person prefers that, until the person scrolls away from it, by however little, or selects text.
 * From then on nothing moves the view until they ask for the latest or scroll to the end themselves (T30, T33–T35,
 * T40). What decides is what the person did, never where the content happens to be.
 *
 * The one write to `scrollTop` stands in a ResizeObserver: it runs after the frame's layout and before its paint, so
 * it measures what is there, whatever made it grow, and forces no layout of its own (T120).
 */
export class FollowMode implements Disposable {
  private readonly isFollowing = signal(true);
  private readonly endIsVisible = signal(true);
  private readonly disposables = new DisposableStore();
  /** Where the last frame left the scroller, and the last turn in it. */
  private top = 0;
  private room = 0;
  private tail: Element | undefined;
  private tailTop = 0;
  /** The answer whose top the view does not follow beyond. */
  private readonly heldAt = signal<HTMLElement | undefined>(undefined);
  private isDragging = false;
  /** The person is scrolling towards the end: reaching it means "follow". */
  private isReturning = false;

  constructor(
    /** Positioned, so that it is what its content's offsets count from. */
    private readonly scroller: HTMLElement,
    private readonly content: HTMLElement,
    /** An element without height after the content. */
    end: HTMLElement,
    private readonly goal: () => 'end' | 'start',
  ) {
    const observer = new ResizeObserver(() => this.onResize());
    observer.observe(content);
    observer.observe(scroller);
    const visibility = new IntersectionObserver(
      (entries) => (this.endIsVisible.value = entries.at(-1)?.isIntersecting ?? true),
      { root: scroller, rootMargin: '0px 0px 8px 0px' },
    );
    visibility.observe(end);
    this.disposables.add(toDisposable(() => observer.disconnect()));
    this.disposables.add(toDisposable(() => visibility.disconnect()));
    this.listen(scroller, 'wheel', (event) => this.onWheel(event));
    this.listen(scroller, 'touchmove', () => this.release());
    this.listen(scroller, 'keydown', (event) => this.onKey(event));
    this.listen(scroller, 'pointerdown', (event) => this.onPointerDown(event));
    this.listen(scroller, 'scroll', () => this.onScroll());
    this.listen(document, 'pointerup', () => (this.isDragging = false));
    this.listen(document, 'selectionchange', () => this.onSelectionChange());
  }

  get following(): ReadonlySignal<boolean> {
    return this.isFollowing;
  }

  /** Whether it waits at the top of an answer while the rest of it comes below. */
  get held(): boolean {
    return this.heldAt.value !== undefined;
  }

  /** Whether the end of the conversation is on screen. */
  get atEnd(): ReadonlySignal<boolean> {
    return this.endIsVisible;
  }

  /** Goes to the end and follows again: the person asked for it. */
  jumpToLatest(): void {
    this.followToEnd();
    this.stick();
  }

  /** Stays where the person went by another way than scrolling. */
  leave(): void {
    this.release();
  }

  dispose(): void {
    this.disposables.dispose();
  }

  /** Where there is nothing to scroll, a gesture is no wish to stay where one is. */
  private get canGoUp(): boolean {
    return this.scroller.scrollTop > 0;
  }

  private release(): void {
    this.isReturning = false;
    this.isFollowing.value = false;
    this.heldAt.value = undefined;
  }

  private followToEnd(): void {
    this.isReturning = false;
    this.isFollowing.value = true;
    this.heldAt.value = undefined;
  }

  private stick(): void {
    const held = this.heldAt.peek();
    this.scroller.scrollTop =
      held === undefined
        ? this.scroller.scrollHeight
        : Math.max(this.scroller.scrollTop, held.offsetTop);
    this.remember();
  }

  /** A new answer is one that is seen to begin: not what a chat holds when it is opened. */
  private meet(tail: HTMLElement | undefined): void {
    if (tail === this.tail || tail?.dataset['role'] !== 'assistant') return;
    const isNew = this.tail !== undefined && !endStatuses.has(tail.dataset['status'] ?? '');
    this.heldAt.value = isNew && this.goal() === 'start' ? tail : undefined;
  }

  private remember(): void {
    this.top = this.scroller.scrollTop;
    this.room = this.scroller.scrollHeight - this.scroller.clientHeight;
    const tail = this.lastTurn();
    this.tail = tail;
    this.tailTop = tail?.offsetTop ?? 0;
  }

  private lastTurn(): HTMLElement | undefined {
    const last = this.content.lastElementChild?.lastElementChild;
    return last instanceof HTMLElement ? last : undefined;
  }

  private onResize(): void {
    // A scroll whose event has not come yet must win over this write (T35).
    this.notice();
    if (this.isFollowing.value) {
      this.meet(this.lastTurn());
      this.stick();
    } else this.remember();
  }

  /** Compares where the scroller is with where it was left. */
  private notice(): void {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    const room = scrollHeight - clientHeight;
    if (scrollTop >= this.top) return;
    // Where what is above has changed its height, the browser has moved the scroller on the way, perhaps twice.
    const tail = this.lastTurn();
    if (tail !== this.tail || (tail !== undefined && tail.offsetTop !== this.tailTop)) return;
    // Where there is less to scroll than before, the browser itself moves the scroller to its new end.
    const wasClamped = room < this.room && scrollTop >= room - rounding;
    if (!wasClamped) this.release();
  }

  private onScroll(): void {
    this.notice();
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    const cameBack = this.isReturning || (this.isDragging && scrollTop > this.top);
    if (cameBack && scrollTop >= scrollHeight - clientHeight - rounding) {
      this.followToEnd();
    }
    this.remember();
  }

  private onWheel(event: WheelEvent): void {
    if (event.ctrlKey || event.deltaY === 0) return;
    this.isReturning = event.deltaY > 0;
    if (event.deltaY < 0 && this.canGoUp) this.release();
  }

  private onKey(event: KeyboardEvent): void {
    const away = keysAway.has(event.key) || (event.key === ' ' && event.shiftKey);
    this.isReturning = !away && keysBack.has(event.key);
    if (away && this.canGoUp) this.release();
  }

  private onPointerDown(event: PointerEvent): void {
    // On the scroller itself: its scrollbar, or the middle button's scrolling.
    this.isDragging = event.target === this.scroller;
    if (event.button === 1) this.release();
  }

  private onSelectionChange(): void {
    const selection = document.getSelection();
    if (selection === null || selection.isCollapsed) return;
    if (this.scroller.contains(selection.anchorNode)) this.release();
  }

  private listen<K extends keyof (HTMLElementEventMap & DocumentEventMap)>(
    target: HTMLElement | Document,
    type: K,
    listener: (event: (HTMLElementEventMap & DocumentEventMap)[K]) => void,
  ): void {
    target.addEventListener(type, listener as EventListener, { passive: true });
    this.disposables.add(
      toDisposable(() => target.removeEventListener(type, listener as EventListener)),
    );
  }
}
