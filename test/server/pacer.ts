import type { ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import { nextTurn, sleep } from './sleep';

/** Work goes on at most this long before the event loop gets its turn, in ms: hang-ups are heard and pings go out. */
const longestBurstMs = 4;

/**
 * Says when the next delta is due. Each has its place in a fixed timetable, so that the rate holds although timers are
 * coarse: when one comes late, the deltas due by then go out together.
 */
export class Pacer {
  private readonly intervalMs: number;
  private due: number | undefined;
  private burstFrom = performance.now();

  /** @param rate Deltas per second. */
  constructor(
    rate: number | 'unlimited',
    private readonly response: ServerResponse,
  ) {
    this.intervalMs = rate === 'unlimited' ? 0 : 1000 / rate;
  }

  /** Resolves when the next delta is due; the first one is due at once. */
  async next(): Promise<void> {
    const now = performance.now();
    this.due = this.due === undefined ? now : this.due + this.intervalMs;
    const waitMs = this.due - now;
    if (this.intervalMs > 0 && waitMs >= 1) await sleep(waitMs, this.response);
    else if (now - this.burstFrom < longestBurstMs) return;
    else await nextTurn();
    this.burstFrom = performance.now();
  }

  /** The timetable begins anew: after a pause nothing is caught up on. */
  restart(): void {
    this.due = undefined;
  }
}
