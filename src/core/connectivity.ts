import type { Clock } from './clock';
import { toDisposable, type Disposable } from './disposable';

/** First and longest pause between two probes, in ms: gentle on a server that is down, quick after a short cut. */
const firstProbeMs = 1_000;
const longestProbeMs = 30_000;
/** Turns that wait are let go within this time after the network is back, in ms, each at its own moment. */
const spreadMs = 2_000;

export interface ConnectivityPorts {
  /** Whether the server can be reached. Costs nothing: it asks for no answer. */
  readonly probe: (signal: AbortSignal) => Promise<boolean>;
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
}

/**
 * Waits for the network, for all turns at once: however many wait, one probe is under way, and when the server answers
 * they go on spread over two seconds instead of all in one moment (T51–T53).
 */
export class Connectivity implements Disposable {
  private readonly waiting = new Set<() => void>();
  private probing: AbortController | undefined;
  private timer: Disposable | undefined;
  private pauseMs = firstProbeMs;
  private reached = false;

  constructor(private readonly ports: ConnectivityPorts) {}

  /** Whether the server answered anything before. */
  get wasReached(): boolean {
    return this.reached;
  }

  /** The server has answered: from now on, what cannot be reached is a network that is gone. */
  noteReached(): void {
    this.reached = true;
  }

  /** Calls `onOnline` once, when the server can be reached again. Disposing the result ends the waiting. */
  whenOnline(onOnline: () => void): Disposable {
    let spread: Disposable | undefined;
    const entry = (): void => {
      spread = this.ports.clock.setTimer(this.ports.random() * spreadMs, onOnline);
    };
    this.waiting.add(entry);
    if (this.waiting.size === 1) this.begin();
    return toDisposable(() => {
      spread?.dispose();
      this.waiting.delete(entry);
      if (this.waiting.size === 0) this.end();
    });
  }

  /** The person asks to try at once. */
  probeNow(): void {
    if (this.waiting.size === 0 || this.probing !== undefined) return;
    this.timer?.dispose();
    void this.probe();
  }

  dispose(): void {
    this.waiting.clear();
    this.end();
  }

  private begin(): void {
    this.pauseMs = firstProbeMs;
    this.schedule();
  }

  private end(): void {
    this.timer?.dispose();
    this.timer = undefined;
    this.probing?.abort();
    this.probing = undefined;
  }

  private schedule(): void {
    // Jitter: windows that lost the same network do not probe in step.
    const delay = this.pauseMs * (0.5 + this.ports.random() / 2);
    this.timer = this.ports.clock.setTimer(delay, () => void this.probe());
    this.pauseMs = Math.min(this.pauseMs * 2, longestProbeMs);
  }

  private async probe(): Promise<void> {
    const probing = new AbortController();
    this.probing = probing;
    const isOnline = await this.ports.probe(probing.signal).catch(() => false);
    if (this.probing !== probing) return;
    this.probing = undefined;
    if (!isOnline) {
      this.schedule();
      return;
    }
    const released = [...this.waiting];
    this.waiting.clear();
    for (const release of released) release();
  }
}
