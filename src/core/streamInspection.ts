import type { BlockHead, BlockState } from './contentBlock';
import type { Disposable } from './disposable';
import type { Logger } from './logger';
import { ReplayClock } from './replayClock';
import { TurnDocument } from './turnDocument';
import { TurnPlayer } from './turnPlayer';
import type { TurnStatus } from './turnStatus';
import type { WireRecord } from './wireRecord';

/** How far a block had come when a record had been taken in. */
interface BlockPoint {
  readonly index: number;
  /** UTF-16 units. */
  readonly length: number;
  readonly state: BlockState;
}

/** One block at one moment. */
export interface BlockMoment {
  readonly id: number;
  readonly head: BlockHead;
  readonly attempt: number;
  readonly state: BlockState;
  readonly text: string;
  /** Where in `text` begins what this record brought; its length where it brought nothing. */
  readonly newFrom: number;
  /** Whether this record made it, or changed its state. */
  readonly changed: boolean;
}

/** The turn as it was right after one record. */
export interface TurnMoment {
  readonly status: TurnStatus;
  readonly statusChanged: boolean;
  readonly blocks: readonly BlockMoment[];
}

const silent: Logger = {
  trace: ignore,
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
};

/**
 * The turn that a recording makes, at every one of its records. Nothing is copied for that: the document only grows, so
 * a moment of it is the lengths that its blocks had.
 */
export class StreamInspection implements Disposable {
  readonly turn: TurnDocument;
  private readonly player: TurnPlayer;
  private readonly list: WireRecord[] = [];
  private readonly points: BlockPoint[][] = [];
  private readonly statuses: { readonly index: number; readonly status: TurnStatus }[] = [];
  private revision = -1;
  private played = 0;

  constructor(id: string) {
    const clock = new ReplayClock(0);
    this.turn = new TurnDocument({ id, role: 'assistant', createdAt: 0 }, clock);
    this.player = new TurnPlayer(this.turn, clock, silent);
  }

  get records(): readonly WireRecord[] {
    return this.list;
  }

  /** Records that the turn has taken in. */
  get length(): number {
    return this.played;
  }

  /** Adds what came next; resolves once the turn has taken it in. One call at a time. */
  async append(records: readonly WireRecord[]): Promise<void> {
    for (const record of records) {
      this.list.push(record);
      await this.player.play(record);
      this.note(this.played++);
    }
  }

  /** The turn right after the record at `index`, which must have been taken in. */
  at(index: number): TurnMoment {
    const blocks = this.points.flatMap((points, id): BlockMoment[] => {
      const block = this.turn.blocks[id];
      const place = points.findLastIndex((point) => point.index <= index);
      const point = points[place];
      if (block === undefined || point === undefined) return [];
      const isNew = point.index === index;
      const before = isNew ? points[place - 1] : point;
      return [
        {
          id,
          head: block.head,
          attempt: block.attempt,
          state: point.state,
          text: block.text.slice(0, point.length),
          newFrom: before?.length ?? 0,
          changed: isNew && before?.state !== point.state,
        },
      ];
    });
    const status = this.statuses.findLast((entry) => entry.index <= index);
    return {
      status: status?.status ?? { kind: 'queued' },
      statusChanged: status?.index === index,
      blocks,
    };
  }

  dispose(): void {
    this.player.dispose();
  }

  private note(index: number): void {
    const { turn } = this;
    if (turn.revision === this.revision) return;
    for (const { id, text, state, changedAt } of turn.blocks) {
      if (changedAt <= this.revision) continue;
      const points = (this.points[id] ??= []);
      const last = points.at(-1);
      if (last?.length === text.length && last.state === state) continue;
      points.push({ index, length: text.length, state });
    }
    if (turn.statusChangedAt > this.revision) this.statuses.push({ index, status: turn.status });
    this.revision = turn.revision;
  }
}

function ignore(): void {
  // The log has had its say when the answer came.
}
