import type { Clock } from '../../src/core/clock';
import { toDisposable, type Disposable } from '../../src/core/disposable';
import { SystemClock } from '../../src/node/systemClock';

/** The machine's time, and how many timers are set: none may be left when nothing is under way. */
export class CountingClock implements Clock {
  private readonly system = new SystemClock();
  private pending = 0;

  get pendingTimers(): number {
    return this.pending;
  }

  now(): number {
    return this.system.now();
  }

  wallNow(): number {
    return this.system.wallNow();
  }

  setTimer(delayMs: number, callback: () => void): Disposable {
    let isSet = true;
    const end = (): void => {
      if (isSet) this.pending--;
      isSet = false;
    };
    this.pending++;
    const timer = this.system.setTimer(delayMs, () => {
      end();
      callback();
    });
    return toDisposable(() => {
      timer.dispose();
      end();
    });
  }
}
