import { computed, signal } from '@preact/signals';
import { StreamMeter, type StreamFigures } from '../../src/core/streamFigures';
import { StreamInspection } from '../../src/core/streamInspection';
import type { WireRecord } from '../../src/core/wireRecord';
import type {
  HostToInspector,
  InspectedTurn,
  InspectorToHost,
} from '../../src/protocol/inspectorMessages';
import { matches, RowMaker, type Row } from './row';

/** All that is known of the turn that is shown. */
interface Shown {
  readonly turn: string;
  readonly inspection: StreamInspection;
  readonly meter: StreamMeter;
  readonly rows: Row[];
  readonly rowMaker: RowMaker;
  /** When each painted patch was on screen, ms. */
  readonly painted: number[];
  /** What came, and is for the next frame. */
  arrived: WireRecord[];
}

/** What the inspector shows: it asks for records, takes them in once a frame, and holds what is selected. */
export class InspectorModel {
  readonly file = signal<string | null>(null);
  readonly turns = signal<readonly InspectedTurn[]>([]);
  readonly lost = signal(0);
  readonly shown = signal<Shown | undefined>(undefined);
  /** Raised whenever more was taken in: the lists inside `shown` grow in place. */
  readonly version = signal(0);
  readonly filter = signal('');
  /** Index of the record that is selected; undefined: the latest. */
  readonly selected = signal<number | undefined>(undefined);
  readonly replay = signal<{ readonly position: number | null; readonly isPaused: boolean }>({
    position: null,
    isPaused: true,
  });

  /** The rows that match the filter. */
  readonly rows = computed<readonly Row[]>(() => {
    const rows = this.grown?.rows ?? [];
    const text = this.filter.value.trim().toLowerCase();
    return text === '' ? [...rows] : rows.filter((row) => matches(row, text));
  });

  /** The row that is looked at. */
  readonly current = computed<Row | undefined>(() => {
    const rows = this.grown?.rows ?? [];
    const index = this.selected.value;
    return index === undefined ? rows.at(-1) : rows.find((row) => row.index === index);
  });

  /** Sorting its gaps is worth doing once a frame. */
  readonly figures = computed<StreamFigures | undefined>(() => {
    return this.grown?.meter.figures;
  });

  private taking = false;

  constructor(private readonly post: (message: InspectorToHost) => void) {}

  receive(message: HostToInspector): void {
    switch (message.type) {
      case 'source':
        return this.begin(message);
      case 'records':
        return this.take(message);
      case 'replay':
        this.replay.value = message;
        return;
    }
  }

  /** Selects the row nearest to a time, in ms. */
  selectAt(ms: number): void {
    const rows = this.rows.peek();
    let low = 0;
    let high = rows.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((rows[middle]?.record.atMs ?? 0) < ms) low = middle + 1;
      else high = middle;
    }
    const after = rows[low];
    const before = rows[low - 1];
    const nearest =
      before !== undefined &&
      after !== undefined &&
      ms - before.record.atMs < after.record.atMs - ms
        ? before
        : after;
    if (nearest !== undefined) this.selected.value = nearest.index;
  }

  /** What is shown; who asks hears whenever more of it was taken in. */
  private get grown(): Shown | undefined {
    return this.version.value < 0 ? undefined : this.shown.value;
  }

  private begin(source: Extract<HostToInspector, { type: 'source' }>): void {
    const { turn, file, turns, lost } = source;
    const before = this.shown.peek();
    const isSame = before?.turn === turn && file === this.file.peek() && lost === this.lost.peek();
    this.file.value = file;
    this.turns.value = turns;
    this.lost.value = lost;
    if (before?.turn !== turn) this.selected.value = undefined;
    if (before !== undefined && isSame) {
      // Only the list of turns is new.
      const from = before.inspection.records.length + before.arrived.length;
      this.post({ type: 'next', turn: before.turn, from });
      return;
    }
    before?.inspection.dispose();
    if (turn === null) {
      this.shown.value = undefined;
      return;
    }
    this.shown.value = {
      turn,
      inspection: new StreamInspection(turn),
      meter: new StreamMeter(),
      rows: [],
      rowMaker: new RowMaker(),
      painted: [],
      arrived: [],
    };
    this.version.value++;
    this.post({ type: 'next', turn, from: 0 });
  }

  private take({ turn, from, records }: Extract<HostToInspector, { type: 'records' }>): void {
    const shown = this.shown.peek();
    if (shown?.turn !== turn) return;
    const has = shown.inspection.records.length + shown.arrived.length;
    if (from !== has) return;
    shown.arrived.push(...records);
    if (this.taking) return;
    this.taking = true;
    requestAnimationFrame(() => {
      void this.takeIn().finally(() => (this.taking = false));
    });
  }

  private async takeIn(): Promise<void> {
    const shown = this.shown.peek();
    if (shown === undefined) return;
    const records = shown.arrived;
    shown.arrived = [];
    const first = shown.inspection.records.length;
    await shown.inspection.append(records);
    records.forEach((record, place) => {
      shown.meter.add(record);
      if (record.kind === 'painted') shown.painted.push(record.paintedMs);
      const row = shown.rowMaker.row(record, first + place);
      if (row !== undefined) shown.rows.push(row);
    });
    if (this.shown.peek() !== shown) return;
    this.version.value++;
    this.post({ type: 'next', turn: shown.turn, from: shown.inspection.records.length });
  }
}
