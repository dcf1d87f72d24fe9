import { assertNever } from './assertNever';
import type { Failure, FailureAction, FailureKind } from './failure';
import { FaultError, type Fault } from './fault';
import { isJsonObject, stringMember, type JsonObject } from './json';

type HttpFault = Extract<Fault, { kind: 'http' }>;

/** What a failure is, before the details of the answer are added. */
interface Verdict {
  readonly kind: FailureKind;
  readonly retryable: boolean;
  readonly action: FailureAction;
}

/** At most so many characters of a server's words are shown. */
const longestMessage = 1_000;
/** At most so many characters of a web page that answered in place of the API. */
const longestPage = 200;

/**
 * What a fault means for the person and for the retry controller. Retryable is only what may pass by itself: 408, 409,
 * 429, 5xx and 529, and every way in which a connection can fail or fall silent, TLS apart (API: errors; T78).
 *
 * @param wallNow Milliseconds since the epoch, for a `retry-after` that is a date and came without the server's own.
 */
export function classify(fault: Fault, wallNow?: number): Failure {
  switch (fault.kind) {
    case 'http':
      return classifyAnswer(fault, wallNow);
    case 'network':
      return { ...networkVerdict(fault.code), detail: networkDetail(fault) };
    case 'timeout':
      return {
        ...transient(fault.phase === 'headers' ? 'timeout' : 'stalled'),
        detail: `${Math.round(fault.afterMs / 1000)} s`,
      };
    case 'stream-error':
      return classifyStreamError(fault.body, fault.requestId);
    case 'truncated':
      return { ...transient('truncated'), ...requestIdMember(fault.requestId) };
    case 'not-a-stream':
      return fault.sample.trim() === ''
        ? transient('empty-response')
        : {
            ...permanent('not-the-api', 'open-settings'),
            detail: joined(fault.contentType ?? undefined, pageText(fault.sample)),
          };
    case 'no-key':
      return permanent('no-key', 'set-key');
    case 'unusable-key':
      return permanent('wrong-key', 'set-key');
    case 'unexpected':
      return { ...permanent('unexpected', 'show-log'), detail: shortened(fault.message) };
    default:
      return assertNever(fault);
  }
}

/** The failure that anything thrown stands for. */
export function classifyError(error: unknown, wallNow?: number): Failure {
  return classify(faultOf(error), wallNow);
}

/** The fault that something thrown carries; what carries none is unexpected. */
export function faultOf(error: unknown): Fault {
  if (FaultError.is(error)) return error.fault;
  const message = error instanceof Error ? error.message : `${typeof error} was thrown`;
  return { kind: 'unexpected', message };
}

/**
 * The wait that the headers ask for, in ms: `retry-after-ms`, else `retry-after` in seconds or as an HTTP date
 * (RFC 9110, section 10.2.3), which counts from the server's own `date`: its clock and ours may differ.
 */
export function retryAfterMs(
  headers: Readonly<Record<string, string>>,
  wallNow?: number,
): number | undefined {
  const ms = numberIn(headers['retry-after-ms']);
  if (ms !== undefined) return ms;
  const value = headers['retry-after'];
  const seconds = numberIn(value);
  if (seconds !== undefined) return seconds * 1000;
  const until = Date.parse(value ?? '');
  const serverNow = Date.parse(headers['date'] ?? '');
  const wait = until - (Number.isNaN(serverNow) ? (wallNow ?? Number.NaN) : serverNow);
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}

function classifyAnswer(fault: HttpFault, wallNow: number | undefined): Failure {
  const failure = answerFailure(fault, wallNow);
  const { retryAfterMs: wait } = failure;
  return {
    ...failure,
    status: fault.status,
    detail: joined(
      `HTTP ${fault.status}`,
      errorCode(fault.body) ?? errorType(fault.body),
      wait === undefined ? undefined : `retry-after ${Math.ceil(wait / 1000)} s`,
      isPage(fault.body) ? pageText(fault.body) : undefined,
    ),
  };
}

/** An `error` event has the body of an HTTP error, and its type in place of a status (API: streaming). */
function classifyStreamError(body: JsonObject, requestId: string | null): Failure {
  const type = errorType(body);
  const status = statusOf(type, body);
  return {
    ...answerFailure({ kind: 'http', status, body, headers: {}, requestId }, undefined),
    detail: errorCode(body) ?? type ?? 'error',
  };
}

function answerFailure(fault: HttpFault, wallNow: number | undefined): Failure {
  const words = serverMessage(fault.body);
  const verdict = answerVerdict(fault, words ?? '');
  const retryable = verdict.retryable && fault.headers['x-should-retry'] !== 'false';
  const wait = retryable ? retryAfterMs(fault.headers, wallNow) : undefined;
  return {
    ...verdict,
    retryable,
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
    ...(words === undefined ? {} : { serverMessage: words }),
    ...requestIdMember(fault.requestId ?? requestIdIn(fault.body)),
  };
}

function answerVerdict({ status, body }: HttpFault, words: string): Verdict {
  const code = errorCode(body) ?? '';
  if (isPermanentSpendLimit(code)) return permanent('spend-limit', 'open-settings');
  switch (status) {
    case 401:
      return permanent('wrong-key', 'set-key');
    case 402:
      return permanent('no-credit', 'open-settings');
    case 403:
      return isPage(body)
        ? permanent('not-the-api', 'open-settings')
        : permanent('no-permission', 'set-key');
    case 404:
      return /\bmodel\b/i.test(words)
        ? permanent('unknown-model', 'choose-model')
        : permanent('not-found', 'open-settings');
    case 408:
    case 504:
      return transient('timeout');
    case 409:
      return transient('server-error');
    case 413:
      return permanent('request-too-large', 'new-chat');
    case 429:
      return /\b(spend(ing)?|usage) limits?\b/i.test(words)
        ? permanent('spend-limit', 'open-settings')
        : transient('rate-limited');
    case 529:
      return transient('overloaded');
    default:
      break;
  }
  if (status >= 500) {
    return transient(errorType(body) === 'overloaded_error' ? 'overloaded' : 'server-error');
  }
  return status < 400 || status === 407 || isPage(body)
    ? permanent('not-the-api', 'open-settings')
    : badRequestVerdict(words);
}

/** Which kind of bad request it is, the API says in words alone (API: errors). */
function badRequestVerdict(words: string): Verdict {
  if (/prompt is too long|context (limit|window|length)/i.test(words)) {
    return permanent('prompt-too-long', 'new-chat');
  }
  if (/\bsignature\b.*\bthinking\b|\bthinking\b.*\bsignature\b/is.test(words)) {
    return permanent('invalid-thinking-signature', 'new-chat');
  }
  if (/credit balance/i.test(words)) return permanent('no-credit', 'open-settings');
  if (/\b(spend(ing)?|usage) limits?\b/i.test(words)) {
    return permanent('spend-limit', 'open-settings');
  }
  if (/\b(invalid|unknown|unsupported) model\b|\bmodel\b.*\bnot (found|exist)/is.test(words)) {
    return permanent('unknown-model', 'choose-model');
  }
  return permanent('bad-request', 'choose-model');
}

/** Limits that a person has to lift: a 429 that no waiting ends, and its relatives (API: errors, `error_code`). */
function isPermanentSpendLimit(code: string): boolean {
  return code.endsWith('spend_limit_reached');
}

function networkVerdict(code: string | null): Verdict {
  if (code === null) return transient('connection-lost');
  const kind = networkKinds.get(code);
  if (kind !== undefined) return transient(kind);
  if (tlsCode.test(code)) return permanent('tls', 'open-settings');
  // Node's HTTP parser: whatever is there does not speak HTTP.
  if (code.startsWith('HPE_')) return permanent('not-the-api', 'open-settings');
  return transient('connection-lost');
}

const networkKinds: ReadonlyMap<string, FailureKind> = new Map([
  ['ENOTFOUND', 'host-not-found'],
  ['EAI_NONAME', 'host-not-found'],
  ['EAI_NODATA', 'host-not-found'],
  // The resolver itself cannot be reached.
  ['EAI_AGAIN', 'no-network'],
  ['ENETUNREACH', 'no-network'],
  ['ENETDOWN', 'no-network'],
  ['EHOSTUNREACH', 'no-network'],
  ['EHOSTDOWN', 'no-network'],
  ['EADDRNOTAVAIL', 'no-network'],
  ['ECONNREFUSED', 'connection-refused'],
  ['ETIMEDOUT', 'timeout'],
  ['ESOCKETTIMEDOUT', 'timeout'],
  ['UND_ERR_CONNECT_TIMEOUT', 'timeout'],
  ['UND_ERR_HEADERS_TIMEOUT', 'timeout'],
  ['UND_ERR_BODY_TIMEOUT', 'stalled'],
]);

const tlsCode =
  /^(ERR_TLS|ERR_SSL|CERT_|CRL_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|INVALID_CA|HOSTNAME_MISMATCH|EPROTO)/;

function networkDetail({ code, message }: { code: string | null; message: string }): string {
  return shortened(code === null || message.includes(code) ? message : `${code} ${message}`);
}

const statuses: ReadonlyMap<string, number> = new Map([
  ['invalid_request_error', 400],
  ['authentication_error', 401],
  ['billing_error', 402],
  ['permission_error', 403],
  ['not_found_error', 404],
  ['conflict_error', 409],
  ['request_too_large', 413],
  ['rate_limit_error', 429],
  ['api_error', 500],
  ['timeout_error', 504],
  ['overloaded_error', 529],
]);

/** Gateways put the status they got into `code`. A type that nobody knows may pass: it came after a 200. */
function statusOf(type: string | undefined, body: JsonObject): number {
  const known = type === undefined ? undefined : statuses.get(type);
  if (known !== undefined) return known;
  const code = Number(errorMember(body)?.['code']);
  return Number.isInteger(code) && code >= 400 && code <= 599 ? code : 500;
}

function errorMember(body: unknown): JsonObject | undefined {
  const error = isJsonObject(body) ? body['error'] : undefined;
  return isJsonObject(error) ? error : undefined;
}

function errorType(body: unknown): string | undefined {
  const error = errorMember(body);
  return error && stringMember(error, 'type');
}

function errorCode(body: unknown): string | undefined {
  const details = errorMember(body)?.['details'];
  return isJsonObject(details) ? stringMember(details, 'error_code') : undefined;
}

function requestIdIn(body: unknown): string | null {
  return (isJsonObject(body) ? stringMember(body, 'request_id') : undefined) ?? null;
}

function requestIdMember(requestId: string | null): { readonly requestId?: string } {
  return requestId === null ? {} : { requestId };
}

/** The server's own words: from the API's error body, or from one of the shapes that gateways use. */
function serverMessage(body: unknown): string | undefined {
  const words = isPage(body) ? undefined : wordsIn(body)?.trim();
  return words === undefined || words === '' ? undefined : shortened(words);
}

function wordsIn(body: unknown): string | undefined {
  if (typeof body === 'string') return body;
  if (!isJsonObject(body)) return undefined;
  const { error, message, detail } = body;
  if (isJsonObject(error)) return stringMember(error, 'message');
  return [error, message, detail].find((member) => typeof member === 'string');
}

function isPage(body: unknown): body is string {
  return typeof body === 'string' && /^\s*<(!doctype|html|head|body|\?xml|!--)/i.test(body);
}

/** The readable words of a proxy's page: its title, or what is left without the tags. */
function pageText(page: string): string {
  const title = /<title[^>]*>([^<]*)/i.exec(page)?.[1];
  const text = title ?? page.replace(/<(script|style)\b[^]*?(?:<\/\1>|$)|<[^>]*>?/gi, ' ');
  return shortened(text.replace(/\s+/g, ' ').trim(), longestPage);
}

function transient(kind: FailureKind): Verdict {
  return { kind, retryable: true, action: 'try-again' };
}

function permanent(kind: FailureKind, action: FailureAction): Verdict {
  return { kind, retryable: false, action };
}

function joined(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join(', ');
}

function shortened(text: string, longest = longestMessage): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}

function numberIn(value: string | undefined): number | undefined {
  const number = value === undefined || value.trim() === '' ? Number.NaN : Number(value);
  return Number.isFinite(number) && number >= 0 ? number : undefined;
}
