import type { Clock } from '../../src/core/clock';
import { toDisposable, type Disposable } from '../../src/core/disposable';

interface Timer {
  readonly dueAt: number;
  readonly callback: () => void;
}

/** A clock that stands still until it is advanced: hours pass in no time, and nothing depends on the machine. */
export class ManualClock implements Clock {
  private time = 0;
  private wallOffset: number;
  /** In order of creation, which is the order of those that are due at the same time. */
  private readonly timers = new Set<Timer>();

  constructor(wallNow = Date.UTC(2026, 10, 22)) {
    this.wallOffset = wallNow;
  }

  now(): number {
    return this.time;
  }

  wallNow(): number {
    return this.wallOffset + this.time;
  }

  setTimer(delayMs: number, callback: () => void): Disposable {
    const timer: Timer = { dueAt: this.time + Math.max(0, delayMs), callback };
    this.timers.add(timer);
    return toDisposable(() => this.timers.delete(timer));
  }

  get pendingTimers(): number {
    return this.timers.size;
  }

  /** Milliseconds until the next timer is due; undefined when none is set. */
  get nextTimerInMs(): number | undefined {
    const timer = this.earliest();
    return timer === undefined ? undefined : timer.dueAt - this.time;
  }

  /**
   * Lets `ms` pass and calls every timer that falls due on the way, in order, at its own time: also those that
   * the callbacks set. Promises are not awaited in between; see {@link advanceAsync}.
   */
  advance(ms: number): void {
    const end = this.time + ms;
    for (let timer = this.earliest(end); timer !== undefined; timer = this.earliest(end)) {
      this.fire(timer);
    }
    this.time = end;
  }

  /** Like {@link advance}, but lets settled promises run before, between and after the timers. */
  async advanceAsync(ms: number): Promise<void> {
    const end = this.time + ms;
    await settle();
    for (let timer = this.earliest(end); timer !== undefined; timer = this.earliest(end)) {
      this.fire(timer);
      await settle();
    }
    this.time = end;
    await settle();
  }

  /** Sets the wall clock as a person or a time server would: monotonic time does not move. */
  setWall(wallNow: number): void {
    this.wallOffset = wallNow - this.time;
  }

  private earliest(until = Number.POSITIVE_INFINITY): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.timers) {
      if (timer.dueAt <= until && (first === undefined || timer.dueAt < first.dueAt)) first = timer;
    }
    return first;
  }

  private fire(timer: Timer): void {
    this.timers.delete(timer);
    this.time = Math.max(this.time, timer.dueAt);
    timer.callback();
  }
}

/** Resolves after everything that is already settled, and what follows from it, has run. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
