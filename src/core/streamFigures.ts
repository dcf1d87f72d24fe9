import { decodeWireEvent } from './wireEvent';
import type { WireRecord } from './wireRecord';

/** A gap between two events of one attempt that is worth showing as a stall, in ms. */
export const stallMs = 2_000;
/** UTF-16 units that make a token, roughly. */
const unitsPerToken = 4;

/** A stretch of time, in ms since the first record. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** One request and what came of it. */
export interface AttemptSpan extends Span {
  readonly attempt: number;
  readonly headersMs: number | undefined;
  /** Whether it ended before the answer was whole. */
  readonly isCut: boolean;
}

/** Milliseconds; each is undefined where nothing was measured. */
export interface Spread {
  readonly median: number;
  readonly p95: number;
  readonly longest: number;
}

/** The figures of one turn's stream. Times in ms since the turn was sent. */
export interface StreamFigures {
  readonly headersMs: number | undefined;
  readonly firstEventMs: number | undefined;
  /** Time to first token: the first text or thinking that can be seen. */
  readonly firstTokenMs: number | undefined;
  readonly endMs: number;
  readonly events: number;
  readonly pings: number;
  /** UTF-16 units of all events' data. */
  readonly size: number;
  /** Between two events of one attempt, pings included. */
  readonly gaps: Spread | undefined;
  readonly stalls: readonly Span[];
  /** Output tokens a second while text came, the time between attempts left out. An estimate from the text's length. */
  readonly tokensPerSecond: number | undefined;
  /** From the arrival of an event to the painting of the patch that brought it. */
  readonly viewLag: Spread | undefined;
  readonly attempts: readonly AttemptSpan[];
}

/** Measures a stream while it comes: each record is looked at once. */
export class StreamMeter {
  private headersMs: number | undefined;
  private firstEventMs: number | undefined;
  private firstTokenMs: number | undefined;
  private endMs = 0;
  private events = 0;
  private pings = 0;
  private size = 0;
  private readonly gaps: number[] = [];
  private readonly stalls: Span[] = [];
  private readonly lags: number[] = [];
  private readonly attempts: AttemptSpan[] = [];
  /** Of the attempt under way. */
  private lastEventMs: number | undefined;
  private lastTokenMs: number | undefined;
  private writingMs = 0;
  private units = 0;
  /** Arrivals of events that no painted patch has had yet. */
  private unpainted: number[] = [];
  private readonly tokenTimes: number[] = [];
  private readonly tokenUnits: number[] = [];

  add(record: WireRecord): void {
    const { atMs } = record;
    if (record.kind !== 'painted') this.endMs = Math.max(this.endMs, atMs);
    switch (record.kind) {
      case 'run':
        return;
      case 'request':
        this.lastEventMs = undefined;
        this.lastTokenMs = undefined;
        this.attempts.push({
          attempt: record.attempt,
          fromMs: atMs,
          toMs: atMs,
          headersMs: undefined,
          isCut: false,
        });
        return;
      case 'sent':
        return;
      case 'headers':
        this.headersMs ??= atMs;
        return this.change({ headersMs: atMs, toMs: atMs });
      case 'event':
        return this.onEvent(record);
      case 'cut':
        return this.change({ toMs: atMs, isCut: true });
      case 'painted':
        return this.onPainted(record.postedMs, record.paintedMs);
      case 'end':
        return this.change({ toMs: atMs });
    }
  }

  get figures(): StreamFigures {
    const { headersMs, firstEventMs, firstTokenMs, endMs, events, pings, size } = this;
    return {
      headersMs,
      firstEventMs,
      firstTokenMs,
      endMs,
      events,
      pings,
      size,
      gaps: spread(this.gaps),
      stalls: this.stalls,
      tokensPerSecond:
        this.writingMs > 0 ? (this.units / unitsPerToken / this.writingMs) * 1_000 : undefined,
      viewLag: spread(this.lags),
      attempts: this.attempts,
    };
  }

  /** Tokens a second in each of `count` equal parts of the time up to `endMs`. */
  speeds(count: number, endMs: number): readonly number[] {
    const partMs = Math.max(endMs, 1) / count;
    const parts = Array.from({ length: count }, () => 0);
    this.tokenTimes.forEach((atMs, index) => {
      const part = Math.min(count - 1, Math.floor(atMs / partMs));
      parts[part] = (parts[part] ?? 0) + (this.tokenUnits[index] ?? 0);
    });
    return parts.map((units) => ((units / unitsPerToken) * 1_000) / partMs);
  }

  private onEvent(record: Extract<WireRecord, { kind: 'event' }>): void {
    const { atMs, data } = record;
    this.events++;
    this.size += data.length;
    this.firstEventMs ??= atMs;
    if (this.lastEventMs !== undefined) {
      const gap = atMs - this.lastEventMs;
      this.gaps.push(gap);
      if (gap >= stallMs) this.stalls.push({ fromMs: this.lastEventMs, toMs: atMs });
    }
    this.lastEventMs = atMs;
    this.change({ toMs: atMs });
    const event = decodeWireEvent(record);
    if (event.type === 'ping') this.pings++;
    if (event.type !== 'content_block_delta') return;
    const { text, thinking, partial_json: json } = event.delta;
    const piece = [text, thinking, json].find((member) => typeof member === 'string') ?? '';
    if (typeof piece !== 'string' || piece === '') return;
    if (piece !== json) this.firstTokenMs ??= atMs;
    this.unpainted.push(atMs);
    this.tokenTimes.push(atMs);
    this.tokenUnits.push(piece.length);
    // The first piece of an attempt begins the measure: how long it was in coming is another figure.
    if (this.lastTokenMs !== undefined) {
      this.writingMs += atMs - this.lastTokenMs;
      this.units += piece.length;
    }
    this.lastTokenMs = atMs;
  }

  private onPainted(postedMs: number, paintedMs: number): void {
    const waiting = this.unpainted.findIndex((arrivedMs) => arrivedMs > postedMs);
    const painted = this.unpainted.splice(0, waiting === -1 ? this.unpainted.length : waiting);
    // What waited longest is what somebody might have noticed.
    if (painted[0] !== undefined) this.lags.push(paintedMs - painted[0]);
  }

  private change(change: Partial<AttemptSpan>): void {
    const last = this.attempts.pop();
    if (last !== undefined) this.attempts.push({ ...last, ...change });
  }
}

/** Undefined without any value. */
function spread(values: readonly number[]): Spread | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return sorted.length === 0 ? undefined : { median: at(0.5), p95: at(0.95), longest: at(1) };
}
