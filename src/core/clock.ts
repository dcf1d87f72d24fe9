import type { Disposable } from './disposable';

/** The only source of time and timers in core, so that tests can run hours in no time. */
export interface Clock {
  /** Monotonic milliseconds: for durations. Does not jump when the wall clock is set. */
  now(): number;
  /** Milliseconds since the Unix epoch: for showing a date, never for measuring. */
  wallNow(): number;
  /** Calls `callback` once after `delayMs`; disposing the result cancels it. */
  setTimer(delayMs: number, callback: () => void): Disposable;
}
