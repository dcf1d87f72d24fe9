import { FaultError } from '../core/fault';

/** What an error says, in one line: for the log, and for a message where nothing better is known. */
export function errorText(error: unknown): string {
  if (FaultError.is(error)) return faultText(error);
  if (error instanceof Error) return error.message === '' ? error.name : error.message;
  if (typeof error === 'string') return error;
  try {
    const json = JSON.stringify(error) as string | undefined;
    return json ?? typeof error;
  } catch {
    // A cycle, or a getter that throws: its type is all that can be said.
    return typeof error;
  }
}

function faultText(error: FaultError): string {
  const { fault } = error;
  switch (fault.kind) {
    case 'http':
      return `HTTP ${fault.status}${fault.requestId === null ? '' : ` (${fault.requestId})`}`;
    case 'network':
      return fault.code === null ? fault.message : `${fault.code}: ${fault.message}`;
    case 'timeout':
      return `no answer for ${fault.afterMs} ms (${fault.phase})`;
    case 'unexpected':
      return fault.message;
    case 'stream-error':
    case 'truncated':
    case 'not-a-stream':
    case 'no-key':
      return fault.kind;
    default:
      return 'unknown fault';
  }
}
