import { assertNever } from './assertNever';
import type { Failure } from './failure';
import { isJsonObject, parseJson, type JsonObject } from './json';
import { noUsage } from './tokenUsage';
import type { TurnBlock, TurnDocument } from './turnDocument';

/** A finished answer as the Messages API gives it without streaming (API: messages). */
export function wireMessage(turn: TurnDocument): JsonObject {
  const blocks = turn.blocks.filter(isWire);
  return {
    ...messageHead(turn),
    content: blocks.map(wireBlock),
    ...messageEnd(turn),
    usage: wireUsage(turn),
  };
}

/** Whether a block is part of the message: thinking and calls that were cut are not. */
export function isWire({ state, head }: TurnBlock): boolean {
  return state === 'closed' || (state === 'cut' && head.kind === 'text');
}

/** The message before it has content. */
export function messageHead({ id, meta }: TurnDocument): JsonObject {
  return {
    id: meta.messageId ?? `msg_${id}`,
    type: 'message',
    role: 'assistant',
    model: meta.model ?? '',
  };
}

export function messageEnd({ meta, status }: TurnDocument): JsonObject {
  return {
    stop_reason: status.kind === 'complete' ? status.stopReason : null,
    stop_sequence: meta.stopSequence ?? null,
    ...(meta.stopDetails === undefined ? {} : { stop_details: meta.stopDetails }),
  };
}

/** Summed over all attempts, as they were billed. */
export function wireUsage({ meta }: TurnDocument): JsonObject {
  const usage = meta.usage ?? noUsage;
  return {
    input_tokens: usage.input,
    cache_creation_input_tokens: usage.cacheWrite5m + usage.cacheWrite1h,
    cache_read_input_tokens: usage.cacheRead,
    output_tokens: usage.output,
  };
}

function wireBlock({ head, raw, text, signature, citations }: TurnBlock): JsonObject {
  switch (head.kind) {
    case 'text':
      return {
        ...raw,
        type: 'text',
        text: text.toString(),
        ...(citations.length > 0 ? { citations } : {}),
      };
    case 'thinking':
      return { ...raw, type: 'thinking', thinking: text.toString(), signature: signature ?? '' };
    case 'tool_use':
    case 'server_tool_use': {
      const input = text.length === 0 ? raw?.['input'] : parseJson(text.toString());
      return { ...raw, input: isJsonObject(input) ? input : {} };
    }
    case 'redacted_thinking':
    case 'server_tool_result':
    case 'tool_run':
    case 'tool_result':
    case 'attachment':
    case 'unknown':
      return raw ?? {};
    default:
      return assertNever(head);
  }
}

/** An error as the API gives it. */
export interface WireError {
  readonly status: number;
  readonly body: JsonObject;
}

const errorTypes: ReadonlyMap<number, string> = new Map([
  [400, 'invalid_request_error'],
  [401, 'authentication_error'],
  [402, 'billing_error'],
  [403, 'permission_error'],
  [404, 'not_found_error'],
  [413, 'request_too_large'],
  [429, 'rate_limit_error'],
  [504, 'timeout_error'],
  [529, 'overloaded_error'],
]);

/** The API's error body (API: errors). */
export function errorBody(type: string, message: string, requestId?: string): JsonObject {
  return {
    type: 'error',
    error: { type, message },
    ...(requestId === undefined ? {} : { request_id: requestId }),
  };
}

/** What a failure was on the wire or, where it never came to an HTTP answer, what a gateway says in its place. */
export function wireError(failure: Failure): WireError {
  const { kind, serverMessage, detail, requestId } = failure;
  // A 200 that failed later is no success.
  const said = failure.status ?? 0;
  const status = said >= 400 ? said : statusOf(kind);
  const type = errorTypes.get(status) ?? (status < 500 ? 'invalid_request_error' : 'api_error');
  return { status, body: errorBody(type, serverMessage ?? detail ?? kind, requestId) };
}

function statusOf(kind: Failure['kind']): number {
  switch (kind) {
    case 'no-key':
    case 'wrong-key':
      return 401;
    case 'rate-limited':
      return 429;
    case 'overloaded':
      return 529;
    case 'timeout':
    case 'stalled':
      return 504;
    default:
      return 502;
  }
}

/** How an answer failed; undefined where it is whole or still to come. */
export function failureOf({ status }: TurnDocument): WireError | undefined {
  switch (status.kind) {
    case 'failed':
    case 'interrupted':
      return wireError(status.cause);
    case 'stopped':
      return { status: 503, body: errorBody('api_error', 'The answer was stopped') };
    default:
      return undefined;
  }
}
