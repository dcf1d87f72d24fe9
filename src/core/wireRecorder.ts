import type { Clock } from './clock';
import type { Disposable } from './disposable';
import { Emitter } from './emitter';
import type { TurnRecording, WireEntry, WireObserver, WireRecord } from './wireRecord';

/** UTF-16 units that are kept over all turns: some hundred thousand events. */
const defaultCapacity = 24_000_000;
/** What a record weighs besides its texts, in the same units. */
const recordWeight = 64;

interface KeptTurn {
  readonly turn: string;
  readonly beganAt: number;
  records: WireRecord[];
  size: number;
  lost: number;
}

/**
 * Keeps what the latest turns of this window sent and received, in memory: a ring whose oldest turns make room for new
 * ones. A single turn that outgrows it loses its oldest events. An event costs one small object; its text is the one
 * that came from the socket.
 */
export class WireRecorder implements WireObserver, Disposable {
  private readonly byTurn = new Map<string, KeptTurn>();
  private size = 0;
  private readonly recorded = new Emitter<string>();
  /** Fires with the turn's id after each record. */
  readonly onDidRecord = this.recorded.event;

  constructor(
    private readonly clock: Clock,
    private readonly capacity = defaultCapacity,
  ) {}

  /** Oldest first. */
  get turns(): readonly TurnRecording[] {
    return [...this.byTurn.values()];
  }

  turn(id: string): TurnRecording | undefined {
    return this.byTurn.get(id);
  }

  /** Passes over what belongs to a turn that did not run in this window, or was let go of. */
  record(turn: string, entry: WireEntry): void {
    const kept = this.byTurn.get(turn) ?? (entry.kind === 'run' ? this.begin(turn) : undefined);
    if (kept === undefined) return;
    kept.records.push({ ...entry, atMs: microsecond(this.clock.now() - kept.beganAt) });
    const size = weightOf(entry);
    kept.size += size;
    this.size += size;
    if (this.size > this.capacity) this.makeRoom(kept);
    this.recorded.fire(turn);
  }

  /** A view has painted, at `paintedAt`, what it was given of these turns at `postedAt` (the clock's own time, ms). */
  painted(turns: readonly string[], postedAt: number, paintedAt: number): void {
    for (const turn of turns) {
      const kept = this.byTurn.get(turn);
      if (kept !== undefined) {
        this.record(turn, {
          kind: 'painted',
          postedMs: microsecond(Math.max(0, postedAt - kept.beganAt)),
          paintedMs: microsecond(Math.max(0, paintedAt - kept.beganAt)),
        });
      }
    }
  }

  dispose(): void {
    this.byTurn.clear();
    this.size = 0;
    this.recorded.dispose();
  }

  private begin(turn: string): KeptTurn {
    const kept: KeptTurn = { turn, beganAt: this.clock.now(), records: [], size: 0, lost: 0 };
    this.byTurn.set(turn, kept);
    return kept;
  }

  private makeRoom(current: KeptTurn): void {
    for (const kept of this.byTurn.values()) {
      if (this.size <= this.capacity) return;
      if (kept === current) continue;
      this.byTurn.delete(kept.turn);
      this.size -= kept.size;
    }
    if (this.size <= this.capacity) return;
    // A quarter at a time, so that a turn without end does not move its list with every event.
    let due = this.capacity / 4;
    const before = current.records.length;
    current.records = current.records.filter((record) => {
      if (due <= 0 || record.kind === 'run') return true;
      const weight = weightOf(record);
      due -= weight;
      current.size -= weight;
      this.size -= weight;
      return false;
    });
    current.lost += before - current.records.length;
  }
}

/** Milliseconds with three decimals: no clock is finer, and files are read by people. */
function microsecond(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}

function weightOf(entry: WireEntry): number {
  if (entry.kind === 'event') return recordWeight + entry.data.length;
  return entry.kind === 'request' ? recordWeight + textIn(entry.request) : recordWeight;
}

/** UTF-16 units of all strings in a value. */
function textIn(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce<number>((sum, member) => sum + textIn(member), 0);
}
