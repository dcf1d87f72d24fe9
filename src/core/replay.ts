import type { Clock } from './clock';
import type { Disposable } from './disposable';
import { Emitter } from './emitter';
import type { TurnPlayer } from './turnPlayer';
import type { WireRecord } from './wireRecord';

/** As it came, ten times as fast, one event at a time, or all at once. */
export const replayPaces = ['real', 'fast', 'step', 'once'] as const;
export type ReplayPace = (typeof replayPaces)[number];

const fastFactor = 10;
/** Records after which a replay at once lets others have their turn. */
const mostAtOnce = 500;

/** Plays the records of a turn at the wanted pace, which may change on the way. */
export class Replay implements Disposable {
  private readonly changed = new Emitter<void>();
  /** Fires after each record that was played, and when it pauses. */
  readonly onDidChange = this.changed.event;
  private played = 0;
  private pace: ReplayPace | undefined;
  private running = false;
  private endWait: (() => void) | undefined;
  private stopped = false;

  constructor(
    private readonly records: readonly WireRecord[],
    private readonly player: TurnPlayer,
    private readonly clock: Clock,
  ) {}

  /** Records that were played. */
  get position(): number {
    return this.played;
  }

  get isOver(): boolean {
    return this.stopped || this.played >= this.records.length;
  }

  get isPaused(): boolean {
    return this.pace === undefined;
  }

  /** Goes on at this pace; `step` plays up to the next event and pauses. */
  play(pace: ReplayPace): void {
    if (this.stopped) return;
    this.pace = pace;
    this.endWait?.();
    if (!this.running) void this.run();
  }

  pause(): void {
    this.pace = undefined;
    this.endWait?.();
    this.changed.fire();
  }

  /** Ends it where it is, and its turn as `stopped`. */
  stop(): void {
    this.stopped = true;
    this.player.stop();
    this.pause();
  }

  dispose(): void {
    this.pause();
    this.player.dispose();
    this.changed.dispose();
  }

  private async run(): Promise<void> {
    this.running = true;
    let atMs = this.records[this.played - 1]?.atMs ?? 0;
    for (;;) {
      const record = this.records[this.played];
      const { pace } = this;
      if (record === undefined || pace === undefined) break;
      const inMs = this.waitMs(pace, record.atMs - atMs);
      if (inMs !== undefined) {
        await this.wait(inMs);
        // The pace may have changed while it waited.
        if (this.pace !== pace) continue;
      }
      await this.player.play(record);
      atMs = record.atMs;
      this.played++;
      if (this.pace === 'step' && record.kind === 'event') this.pace = undefined;
      this.changed.fire();
    }
    this.running = false;
    this.pace = undefined;
    this.changed.fire();
  }

  /** Undefined: at once. */
  private waitMs(pace: ReplayPace, gapMs: number): number | undefined {
    switch (pace) {
      case 'real':
        return gapMs > 0 ? gapMs : undefined;
      case 'fast':
        return gapMs > 0 ? gapMs / fastFactor : undefined;
      case 'step':
        return undefined;
      case 'once':
        return this.played % mostAtOnce === mostAtOnce - 1 ? 0 : undefined;
    }
  }

  private wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.clock.setTimer(ms, () => this.endWait?.());
      this.endWait = (): void => {
        this.endWait = undefined;
        timer.dispose();
        resolve();
      };
    });
  }
}
