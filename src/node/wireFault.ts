import { APIConnectionTimeoutError, APIError } from '@anthropic-ai/sdk/error';
import { FaultError, type Fault } from '../core/fault';

/** Deep enough for every chain of causes that the SDK and Node make. */
const deepestCause = 8;
/** Of a body that is not JSON, this much is kept, in characters. */
export const longestSample = 2_048;

/**
 * What the SDK or Node threw, as a fault: the HTTP answer where there was one, else the connection's error with the
 * code that is hidden somewhere in its causes (`APIConnectionError` → `ECONNREFUSED`).
 */
export function faultFrom(error: unknown): FaultError {
  return FaultError.is(error) ? error : new FaultError(faultOf(error), { cause: error });
}

/** Header names are lower-case already; cookies are of no use to anybody here. */
export function headerRecord(headers: Headers | undefined): Record<string, string> {
  const record: Record<string, string> = {};
  headers?.forEach((value, name) => {
    if (name !== 'set-cookie') record[name] = value;
  });
  return record;
}

function faultOf(error: unknown): Fault {
  if (isAnswer(error)) {
    return {
      kind: 'http',
      status: error.status,
      body: error.error ?? bodyText(error.message),
      headers: headerRecord(error.headers),
      requestId: error.requestID ?? null,
    };
  }
  // The SDK's own timer is never reached, ours is shorter: this is a socket's ETIMEDOUT, which it hides.
  if (error instanceof APIConnectionTimeoutError) {
    return { kind: 'network', code: 'ETIMEDOUT', message: 'the connection timed out' };
  }
  const { code, message } = rootCause(error);
  return code === null && !isConnectionError(error)
    ? { kind: 'unexpected', message: withoutValues(message) }
    : { kind: 'network', code, message };
}

/** An error with an HTTP answer behind it. */
function isAnswer(error: unknown): error is APIError<number, Headers> {
  return error instanceof APIError && typeof error.status === 'number';
}

/** The SDK keeps a body that is not JSON only in its message, after the status. */
function bodyText(message: string): string {
  const text = message.replace(/^\d{3} /, '');
  return text === 'status code (no body)' ? '' : text.slice(0, longestSample);
}

/** What a message quotes may be the value of a header, and that a secret. */
function withoutValues(message: string): string {
  return message.replace(/"[^"]*"/g, '"…"');
}

function isConnectionError(error: unknown): boolean {
  return [...causes(error)].some(({ name }) => name === 'APIConnectionError');
}

function rootCause(error: unknown): { code: string | null; message: string } {
  let message = error instanceof Error ? error.message : `${typeof error} was thrown`;
  let code: string | null = null;
  for (const cause of causes(error)) {
    if (cause.message !== '') message = cause.message;
    if ('code' in cause && typeof cause.code === 'string') code = cause.code;
  }
  return { code, message };
}

function* causes(error: unknown): Generator<Error> {
  let current = error;
  for (let depth = 0; depth < deepestCause && current instanceof Error; depth++) {
    yield current;
    // Several addresses were tried: the first error stands for all.
    current = current instanceof AggregateError ? current.errors[0] : current.cause;
  }
}
