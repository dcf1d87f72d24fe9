import type { Clock } from './clock';
import { toDisposable, type Disposable } from './disposable';

/**
 * The time of a recording: it stands still until the next record is played. Its timers never fire, for what they would
 * have led to is in the recording.
 */
export class ReplayClock implements Clock {
  private ms = 0;

  /** `startedAt`: milliseconds since the Unix epoch at which the recording began. */
  constructor(private readonly startedAt: number) {}

  now(): number {
    return this.ms;
  }

  wallNow(): number {
    return this.startedAt + this.ms;
  }

  setTimer(): Disposable {
    return toDisposable(() => undefined);
  }

  /** Goes on to this time of the recording, in ms; never back. */
  advanceTo(ms: number): void {
    this.ms = Math.max(this.ms, ms);
  }
}
