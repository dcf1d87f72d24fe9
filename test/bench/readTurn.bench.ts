import { fileURLToPath } from 'node:url';
import type { Clock } from '../../src/core/clock';
import { readTurn } from '../../src/core/readTurn';
import { TurnDocument } from '../../src/core/turnDocument';
import { TurnMirror } from '../../src/core/turnMirror';
import { startOfTurn } from '../../src/core/turnPatch';

/** What it costs to append to a turn and to read it, per UTF-16 unit of text, for turns of one length: processor time. */
export interface ReadTurnFigure {
  readonly textSize: number;
  /** Read after every delta, which is the most often that anything reads: nanoseconds per unit. */
  readonly everyDelta: number;
  /** Read every twenty deltas, about once a frame at 1,000 deltas a second: nanoseconds per unit. */
  readonly everyFrame: number;
}

/** Units in a delta: four tokens or so, as the API sends them. */
const delta = 'sixteen letters ';
/** Every length is measured over this many units in all, so that the figures weigh the same. */
const totalSize = 10_000_000;
const sizes = [10_000, 100_000, 1_000_000, 10_000_000];

const still: Clock = {
  now: () => 0,
  wallNow: () => 0,
  setTimer: () => ({ dispose: () => undefined }),
};

/** Streams texts of each length through a document, a reader and a mirror. */
export function measureReadTurn(): ReadTurnFigure[] {
  // The first round warms the compiler up.
  streamTurns(10_000, 1, totalSize / 10);
  return sizes.map((textSize) => ({
    textSize,
    everyDelta: nanosecondsPerUnit(textSize, 1),
    everyFrame: nanosecondsPerUnit(textSize, 20),
  }));
}

function nanosecondsPerUnit(textSize: number, deltasPerReading: number): number {
  const rounds = [0, 1].map(() => {
    // Processor time: what else runs on the machine does not count.
    const before = process.cpuUsage();
    streamTurns(textSize, deltasPerReading, totalSize);
    const { user, system } = process.cpuUsage(before);
    return ((user + system) * 1e3) / totalSize;
  });
  return Math.min(...rounds);
}

function streamTurns(textSize: number, deltasPerReading: number, total: number): void {
  for (let done = 0; done < total; done += textSize) streamTurn(textSize, deltasPerReading);
}

function streamTurn(textSize: number, deltasPerReading: number): void {
  const turn = new TurnDocument({ id: 't', role: 'assistant', createdAt: 0 }, still);
  const mirror = new TurnMirror(turn.id, turn.role, turn.createdAt);
  const id = turn.openBlock(1, { head: { kind: 'text' } });
  let cursor = startOfTurn;
  const read = (): void => {
    const reading = readTurn(turn, cursor);
    if (reading === undefined) return;
    cursor = reading.cursor;
    mirror.apply(reading.patch);
  };
  for (let size = 0, n = 1; size < textSize; size += delta.length, n++) {
    turn.append(id, delta);
    if (n % deltasPerReading === 0) read();
  }
  turn.setStatus({ kind: 'complete', stopReason: 'end_turn' });
  read();
  if (mirror.blocks[0]?.text.length !== turn.blocks[0]?.text.length) {
    throw new Error('The reader has not read everything');
  }
}

/** How much dearer a unit is in the longest text than in the shortest: 1 is linear. */
export function growth(figures: readonly ReadTurnFigure[]): number {
  const first = figures[0];
  const last = figures.at(-1);
  if (first === undefined || last === undefined) return Number.NaN;
  return Math.max(last.everyDelta / first.everyDelta, last.everyFrame / first.everyFrame);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const figures = measureReadTurn();
  console.log('text in units   read every delta   read every 20 deltas   (ns per unit)');
  for (const { textSize, everyDelta, everyFrame } of figures) {
    const cells = [String(textSize), everyDelta.toFixed(2), everyFrame.toFixed(2)];
    console.log(cells.map((cell, i) => cell.padStart([13, 19, 23][i] ?? 0)).join(''));
  }
  console.log(`longest to shortest: ${growth(figures).toFixed(2)} (1 is linear)`);
}
