import type { Clock } from './clock';
import type { Disposable } from './disposable';

export interface WatchdogOptions {
  /** Silence after which the person is told, in ms. */
  readonly noticeAfterMs: number;
  /** Silence after which it is given up, in ms; undefined: never. */
  readonly giveUpAfterMs?: number;
  /** Called with true when a silence becomes worth telling, with false when it ends. */
  readonly onSilence: (isSilent: boolean) => void;
  readonly onGiveUp?: (silentMs: number) => void;
}

/**
 * How much later than asked a timer may come before the machine must have slept in between, in ms. A busy machine is
 * late by seconds, a lid that was shut by minutes.
 */
const sleepMs = 10_000;

/**
 * Watches a connection for silence. It is fed by everything that arrives, pings included, so that long thinking on a
 * living connection is never taken for a dead one (T41, T43). After the machine slept it begins to count anew: the
 * silence was ours (T44).
 */
export class Watchdog implements Disposable {
  private timer: Disposable | undefined;
  private fedAt: number;
  private isSilent = false;
  private disposed = false;

  constructor(
    private readonly clock: Clock,
    private readonly options: WatchdogOptions,
  ) {
    this.fedAt = clock.now();
    this.arm();
  }

  /** Something arrived. Costs one assignment: the timer is set again only when it falls due. */
  feed(): void {
    this.fedAt = this.clock.now();
    if (!this.isSilent || this.disposed) return;
    this.isSilent = false;
    this.options.onSilence(false);
    this.arm();
  }

  /** Nothing is called after this. */
  dispose(): void {
    this.disposed = true;
    this.timer?.dispose();
  }

  private arm(): void {
    this.timer?.dispose();
    const { noticeAfterMs, giveUpAfterMs } = this.options;
    const limit = this.isSilent
      ? giveUpAfterMs
      : Math.min(noticeAfterMs, giveUpAfterMs ?? noticeAfterMs);
    if (limit === undefined) return;
    const dueAt = this.fedAt + limit;
    this.timer = this.clock.setTimer(Math.max(0, dueAt - this.clock.now()), () =>
      this.check(dueAt),
    );
  }

  private check(dueAt: number): void {
    const now = this.clock.now();
    if (now - dueAt > sleepMs) this.fedAt = now;
    const silentMs = now - this.fedAt;
    const { noticeAfterMs, giveUpAfterMs, onGiveUp } = this.options;
    if (giveUpAfterMs !== undefined && silentMs >= giveUpAfterMs) {
      this.dispose();
      onGiveUp?.(silentMs);
      return;
    }
    if (silentMs >= noticeAfterMs && !this.isSilent) {
      this.isSilent = true;
      this.options.onSilence(true);
    }
    this.arm();
  }
}
