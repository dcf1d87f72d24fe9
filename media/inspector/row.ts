import { isJsonObject, numberMember, parseJson, stringMember } from '../../src/core/json';
import type { WireRecord } from '../../src/core/wireRecord';

/** One line of the list. */
export interface Row {
  /** Place of its record among all of the turn. */
  readonly index: number;
  readonly record: WireRecord;
  /** What the list calls it: the event's type, or what happened. */
  readonly type: string;
  readonly attempt: number;
  /** Since its request was sent, and since the event before it in the same attempt; ms. */
  readonly sinceRequestMs: number;
  readonly gapMs: number | undefined;
  /** UTF-16 units; undefined where it has no data. */
  readonly size: number | undefined;
}

/** Makes the rows of a turn, in order. What is only seen elsewhere (paintings, heads of requests) gets none. */
export class RowMaker {
  private requestMs = 0;
  private lastEventMs: number | undefined;
  private attempt = 1;

  row(record: WireRecord, index: number): Row | undefined {
    switch (record.kind) {
      case 'run':
      case 'sent':
      case 'painted':
        return undefined;
      case 'request':
        this.requestMs = record.atMs;
        this.lastEventMs = undefined;
        this.attempt = record.attempt;
        return this.make(record, index, 'request');
      case 'headers':
        return this.make(record, index, `HTTP ${record.status}`);
      case 'event': {
        const gapMs = this.lastEventMs === undefined ? undefined : record.atMs - this.lastEventMs;
        this.lastEventMs = record.atMs;
        const size = record.data.length;
        return { ...this.make(record, index, eventType(record)), gapMs, size };
      }
      case 'cut':
        return this.make(record, index, 'cut');
      case 'end':
        return this.make(record, index, record.status.kind);
    }
  }

  private make(record: WireRecord, index: number, type: string): Row {
    const { attempt } = this;
    const sinceRequestMs = record.atMs - this.requestMs;
    return { index, record, type, attempt, sinceRequestMs, gapMs: undefined, size: undefined };
  }
}

/** What a row shows beside its type, in one line; made when it is seen. */
export function rowContent({ record }: Row): string {
  switch (record.kind) {
    case 'request': {
      const { model, messages } = record.request;
      return `${model}, ${messages.length}`;
    }
    case 'headers':
      return record.requestId ?? '';
    case 'event':
      return eventContent(record.data);
    case 'cut':
      return faultText(record.fault);
    case 'end':
      return 'stopReason' in record.status ? record.status.stopReason : '';
    case 'run':
    case 'sent':
    case 'painted':
      return '';
  }
}

/** Whether the row holds this text, given in lower case. */
export function matches({ record, type }: Row, text: string): boolean {
  if (type.toLowerCase().includes(text)) return true;
  return record.kind === 'event' && record.data.toLowerCase().includes(text);
}

/** What went wrong, as the wire had it. */
function faultText(fault: Extract<WireRecord, { kind: 'cut' }>['fault']): string {
  switch (fault.kind) {
    case 'http':
      return `HTTP ${fault.status}`;
    case 'network':
      return [fault.code, fault.message].filter(Boolean).join(' ');
    case 'timeout':
      return `${fault.kind} ${fault.phase}`;
    case 'unexpected':
      return fault.message;
    default:
      return fault.kind;
  }
}

function eventType({ event, data }: Extract<WireRecord, { kind: 'event' }>): string {
  if (event !== null) return event;
  const parsed = parseJson(data);
  return (isJsonObject(parsed) ? stringMember(parsed, 'type') : undefined) ?? '?';
}

function eventContent(data: string): string {
  const parsed = parseJson(data);
  if (!isJsonObject(parsed)) return data.slice(0, 200);
  const index = numberMember(parsed, 'index');
  const { delta, content_block: block, message, usage } = parsed;
  const parts = [index === undefined ? undefined : `#${index}`];
  if (isJsonObject(delta)) {
    const { text, thinking, partial_json: json, signature } = delta;
    const piece = [text, thinking, json, signature].find((part) => typeof part === 'string');
    parts.push(piece === undefined ? JSON.stringify(delta) : JSON.stringify(piece));
  } else if (isJsonObject(block)) {
    parts.push(stringMember(block, 'type'), stringMember(block, 'name'));
  } else if (isJsonObject(message)) {
    parts.push(stringMember(message, 'model'), stringMember(message, 'id'));
  } else if (isJsonObject(usage)) {
    parts.push(JSON.stringify(usage));
  }
  return parts.filter(Boolean).join(' ').slice(0, 200);
}
