import { performance } from 'node:perf_hooks';
import type { Clock } from '../core/clock';
import { toDisposable, type Disposable } from '../core/disposable';

/** The machine's own time. */
export class SystemClock implements Clock {
  now(): number {
    return performance.now();
  }

  wallNow(): number {
    return Date.now();
  }

  setTimer(delayMs: number, callback: () => void): Disposable {
    const timer = setTimeout(callback, delayMs);
    return toDisposable(() => clearTimeout(timer));
  }
}
