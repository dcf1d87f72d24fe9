import { signal, type ReadonlySignal } from '@preact/signals';
import { toDisposable, type Disposable } from '../src/core/disposable';

/** Four times a second, in ms: elapsed time and speed need no more. */
const intervalMs = 250;

/** The time, for figures that count while a turn is under way. Ticks only while somebody holds it and the page shows. */
export class Ticker implements Disposable {
  private readonly time = signal(performance.now());
  /** On the clock of `performance.now()`. */
  readonly now: ReadonlySignal<number> = this.time;

  private holders = 0;
  private interval: ReturnType<typeof setInterval> | undefined;
  private readonly onVisibility = (): void => this.update();

  constructor() {
    document.addEventListener('visibilitychange', this.onVisibility);
  }

  /** Whether a timer is set: never while nothing is under way. */
  get isTicking(): boolean {
    return this.interval !== undefined;
  }

  hold(): Disposable {
    this.holders++;
    this.update();
    return toDisposable(() => {
      this.holders--;
      this.update();
    });
  }

  dispose(): void {
    document.removeEventListener('visibilitychange', this.onVisibility);
    this.holders = 0;
    this.update();
  }

  private update(): void {
    const due = this.holders > 0 && document.visibilityState === 'visible';
    if (due === this.isTicking) return;
    if (due) {
      this.tick();
      this.interval = setInterval(() => this.tick(), intervalMs);
    } else {
      clearInterval(this.interval);
      this.interval = undefined;
    }
  }

  private tick(): void {
    this.time.value = performance.now();
  }
}
