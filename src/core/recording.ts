import { isJsonObject, isShallow, numberMember, parseJson, type JsonObject } from './json';
import { maskedHeaders } from './maskedHeaders';
import type { Fault } from './fault';
import type { MessageRequest } from './messageTransport';
import type { TurnLimits } from './turnController';
import type { TurnStatus } from './turnStatus';
import type { TurnRecording, WireRecord } from './wireRecord';

/** Raised with every change that an older version would misread. */
export const recordingVersion = 1;

/** Records in a file that are read at most, and UTF-16 units of one line. */
const mostRecords = 2_000_000;
const longestLine = 64_000_000;

/** The first line of a file. */
export interface RecordingHead {
  /** Milliseconds since the Unix epoch. */
  readonly savedAt: number;
  /** Of Caudal and of the editor, by name; for reports. */
  readonly versions: Readonly<Record<string, string>>;
}

export interface Recording {
  readonly head: RecordingHead;
  readonly turns: readonly TurnRecording[];
}

/** Why a file is no recording that can be read. `line` counts from 1. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError';

  constructor(
    readonly problem: 'not-a-recording' | 'newer-version' | 'damaged',
    readonly line: number,
  ) {
    super(`${problem} in line ${line}`);
  }
}

/**
 * The recording as JSON lines: a head, then every record with its turn, one a line (README: "Recordings").
 *
 * @param clean Takes credentials out of a text; every string goes through it.
 */
export function* recordingLines(
  { head, turns }: Recording,
  clean: (text: string) => string,
): Generator<string> {
  yield JSON.stringify({ caudalRecording: recordingVersion, ...head });
  for (const { turn, records, lost } of turns) {
    if (lost > 0) yield JSON.stringify({ turn, kind: 'lost', records: lost });
    for (const record of records) yield JSON.stringify({ turn, ...cleaned(record, clean) });
  }
}

/**
 * Reads what {@link recordingLines} wrote. A torn last line is passed over; kinds of records that this version does not
 * know are too.
 *
 * @throws RecordingError where it is something else.
 */
export function parseRecording(text: string): Recording {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const first = parseJson(lines[0] ?? '');
  const version = isJsonObject(first) ? numberMember(first, 'caudalRecording') : undefined;
  if (!isJsonObject(first) || version === undefined) throw new RecordingError('not-a-recording', 1);
  if (version > recordingVersion) throw new RecordingError('newer-version', 1);
  if (lines.length > mostRecords) throw new RecordingError('damaged', mostRecords);
  const turns = new Map<string, { turn: string; records: WireRecord[]; lost: number }>();
  const last = lines.findLastIndex((line) => line !== '');
  lines.forEach((line, index) => {
    if (index === 0 || line === '') return;
    const value = line.length > longestLine ? undefined : parseJson(line);
    if (value === undefined && index === last) return;
    const turn = isJsonObject(value) ? value['turn'] : undefined;
    if (!isJsonObject(value) || typeof turn !== 'string' || !isShallow(value)) {
      throw new RecordingError('damaged', index + 1);
    }
    const kept = turns.get(turn) ?? { turn, records: [], lost: 0 };
    if (value['kind'] === 'lost') {
      turns.set(turn, { ...kept, lost: numberMember(value, 'records') ?? 0 });
      return;
    }
    const record = wireRecord(value);
    if (record === 'malformed') throw new RecordingError('damaged', index + 1);
    if (record === undefined) return;
    kept.records.push(record);
    turns.set(turn, kept);
  });
  const versions = first['versions'];
  return {
    head: {
      savedAt: numberMember(first, 'savedAt') ?? 0,
      versions: isJsonObject(versions) ? texts(versions) : {},
    },
    turns: [...turns.values()],
  };
}

/** One turn as a server would have sent it: attempts are told apart by comments. */
export function* serverSentEvents(
  { records }: TurnRecording,
  clean: (text: string) => string,
): Generator<string> {
  for (const record of records) {
    if (record.kind === 'headers') yield `: attempt ${record.attempt}, HTTP ${record.status}\n\n`;
    if (record.kind === 'cut') yield `: attempt ${record.attempt} cut, ${record.fault.kind}\n\n`;
    if (record.kind !== 'event') continue;
    const event = record.event === null ? '' : `event: ${record.event}\n`;
    const lines = cleanData(record.data, clean).split('\n');
    yield `${event}${lines.map((line) => `data: ${line}\n`).join('')}\n`;
  }
}

function cleaned(record: WireRecord, clean: (text: string) => string): JsonObject {
  switch (record.kind) {
    case 'event':
      return { ...record, data: cleanData(record.data, clean) };
    case 'sent':
    case 'headers':
      return cleanObject({ ...record, headers: maskedHeaders(record.headers) }, clean);
    case 'cut':
      return cleanObject({ ...record, fault: maskedFault(record.fault) }, clean);
    case 'run':
    case 'request':
    case 'painted':
    case 'end':
      return cleanObject({ ...record }, clean);
  }
}

function maskedFault(fault: Fault): Fault {
  return fault.kind === 'http' ? { ...fault, headers: maskedHeaders(fault.headers) } : fault;
}

/** The data of an event is JSON inside a string: what is masked in it must leave it JSON. */
function cleanData(data: string, clean: (text: string) => string): string {
  if (clean(data) === data) return data;
  const parsed = parseJson(data);
  return parsed === undefined ? clean(data) : JSON.stringify(cleanMembers(parsed, clean));
}

function cleanMembers(value: unknown, clean: (text: string) => string): unknown {
  if (typeof value === 'string') return clean(value);
  if (Array.isArray(value)) return value.map((member) => cleanMembers(member, clean));
  return isJsonObject(value) ? cleanObject(value, clean) : value;
}

function cleanObject(value: JsonObject, clean: (text: string) => string): JsonObject {
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, cleanMembers(member, clean)]),
  );
}

/** Undefined for a kind that this version does not know. */
export function wireRecord(value: JsonObject): WireRecord | 'malformed' | undefined {
  const atMs = milliseconds(value, 'atMs');
  if (atMs === undefined) return 'malformed';
  const attempt = numberMember(value, 'attempt');
  const { kind } = value;
  if (kind === 'painted') {
    const postedMs = milliseconds(value, 'postedMs');
    // Recordings made before views told it apart have the time of their word.
    const paintedMs = milliseconds(value, 'paintedMs') ?? atMs;
    return postedMs === undefined ? 'malformed' : { kind, atMs, postedMs, paintedMs };
  }
  if (kind === 'run') {
    const limits = turnLimits(value['limits']);
    const wallMs = numberMember(value, 'wallMs');
    if (limits === undefined || wallMs === undefined) return 'malformed';
    const start = value['start'] === 'continue' ? 'continue' : 'anew';
    return { kind, atMs, start, limits, wallMs };
  }
  if (kind === 'end') {
    const status = value['status'];
    return isEnd(status) ? { kind, atMs, status } : 'malformed';
  }
  if (typeof kind !== 'string' || !attemptKinds.has(kind)) return undefined;
  if (attempt === undefined || !Number.isSafeInteger(attempt) || attempt < 1) return 'malformed';
  return recordOfAttempt(kind, value, { atMs, attempt }) ?? 'malformed';
}

const attemptKinds: ReadonlySet<string> = new Set(['request', 'sent', 'headers', 'event', 'cut']);

function recordOfAttempt(
  kind: string,
  value: JsonObject,
  common: { readonly atMs: number; readonly attempt: number },
): WireRecord | undefined {
  const { event, data, requestId, status, fault, request, method, url } = value;
  const headers = isJsonObject(value['headers']) ? texts(value['headers']) : {};
  switch (kind) {
    case 'event':
      return (typeof event === 'string' || event === null) && typeof data === 'string'
        ? { kind, ...common, event, data }
        : undefined;
    case 'headers':
      return typeof status === 'number'
        ? {
            kind,
            ...common,
            status,
            headers,
            requestId: typeof requestId === 'string' ? requestId : null,
          }
        : undefined;
    case 'sent':
      return typeof method === 'string' && typeof url === 'string'
        ? { kind, ...common, method, url, headers }
        : undefined;
    case 'cut':
      return isFault(fault) ? { kind, ...common, fault } : undefined;
    case 'request':
      return isRequest(request) ? { kind, ...common, request } : undefined;
    default:
      return undefined;
  }
}

/** As far as its replay and its pictures rely on it. */
function isRequest(value: unknown): value is MessageRequest {
  return (
    isJsonObject(value) &&
    typeof value['model'] === 'string' &&
    Array.isArray(value['messages']) &&
    value['messages'].every(
      (message) =>
        isJsonObject(message) &&
        (typeof message['content'] === 'string' ||
          (Array.isArray(message['content']) && message['content'].every(isJsonObject))),
    )
  );
}

function isFault(value: unknown): value is Fault {
  if (!isJsonObject(value)) return false;
  switch (value['kind']) {
    case 'http':
      return typeof value['status'] === 'number' && isJsonObject(value['headers']);
    case 'network':
    case 'unexpected':
      return typeof value['message'] === 'string';
    case 'timeout':
      return typeof value['afterMs'] === 'number';
    case 'stream-error':
      return isJsonObject(value['body']);
    case 'not-a-stream':
      return typeof value['sample'] === 'string';
    case 'truncated':
    case 'no-key':
    case 'unusable-key':
      return true;
    default:
      return false;
  }
}

function isEnd(value: unknown): value is TurnStatus {
  if (!isJsonObject(value)) return false;
  const { cause } = value;
  switch (value['kind']) {
    case 'complete':
      return typeof value['stopReason'] === 'string';
    case 'stopped':
      return true;
    case 'interrupted':
    case 'failed':
      return isJsonObject(cause) && typeof cause['kind'] === 'string';
    default:
      return false;
  }
}

function turnLimits(value: unknown): TurnLimits | undefined {
  if (!isJsonObject(value)) return undefined;
  const { resume } = value;
  const maxRetries = numberMember(value, 'maxRetries');
  const maxRetryAfterMs = numberMember(value, 'maxRetryAfterMs');
  const maxRetryCostUsd = numberMember(value, 'maxRetryCostUsd');
  const silenceLimitMs = numberMember(value, 'silenceLimitMs');
  if (resume !== 'resume' && resume !== 'startOver' && resume !== 'ask') return undefined;
  if (maxRetries === undefined || maxRetryAfterMs === undefined) return undefined;
  if (maxRetryCostUsd === undefined || silenceLimitMs === undefined) return undefined;
  return { maxRetries, maxRetryAfterMs, maxRetryCostUsd, silenceLimitMs, resume };
}

function milliseconds(value: JsonObject, name: string): number | undefined {
  const ms = numberMember(value, name);
  return ms === undefined || ms < 0 ? undefined : ms;
}

function texts(value: JsonObject): Record<string, string> {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) =>
      typeof member === 'string' ? [[name, member]] : [],
    ),
  );
}
