import { toDisposable, type Disposable } from '../src/core/disposable';
import type { FollowMode } from './followMode';
import type { TurnWindow } from './turnWindow';

/** Where the person had scrolled to: the turn at the upper edge of the screen, and how far above it that begins. */
export interface ScrollPlace {
  readonly conversation: string;
  readonly turn: string;
  /** In CSS pixels. */
  readonly offset: number;
}

export function isScrollPlace(value: unknown): value is ScrollPlace {
  if (typeof value !== 'object' || value === null) return false;
  const { conversation, turn, offset } = value as Partial<Record<keyof ScrollPlace, unknown>>;
  return typeof conversation === 'string' && typeof turn === 'string' && Number.isFinite(offset);
}

export interface ScrollMemoryPorts {
  /** Undefined: the end is followed, and nothing needs to be remembered. */
  readonly keep: (place: ScrollPlace | undefined) => void;
  readonly conversation: () => string | undefined;
}

/** Keeps where a conversation is scrolled to over a reload of the page. */
export class ScrollMemory {
  private scene: { readonly follow: FollowMode; readonly turnWindow: TurnWindow } | undefined;

  constructor(
    private place: ScrollPlace | undefined,
    private readonly ports: ScrollMemoryPorts,
  ) {}

  attach(scroller: HTMLElement, follow: FollowMode, turnWindow: TurnWindow): Disposable {
    this.scene = { follow, turnWindow };
    const onScrollEnd = (): void => this.remember();
    scroller.addEventListener('scrollend', onScrollEnd);
    return toDisposable(() => {
      this.scene = undefined;
      scroller.removeEventListener('scrollend', onScrollEnd);
    });
  }

  /** The turns of a conversation are known: goes where it was left before the page was loaded, once. */
  restore(conversation: string): void {
    const { place, scene } = this;
    if (place?.conversation !== conversation || scene === undefined) return;
    this.place = undefined;
    scene.follow.leave();
    void scene.turnWindow.reveal(place.turn, place.offset);
  }

  private remember(): void {
    const conversation = this.ports.conversation();
    const topmost = this.scene?.turnWindow.topmost;
    if (conversation === undefined || this.scene === undefined) return;
    // It is not where it was left yet.
    if (this.place?.conversation === conversation) return;
    const isAtEnd = this.scene.follow.following.peek() || topmost === undefined;
    this.ports.keep(isAtEnd ? undefined : { conversation, ...topmost });
  }
}
