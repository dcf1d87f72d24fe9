import {
  isJsonObject,
  isShallow,
  numberMember,
  parseJson,
  stringMember,
  type JsonObject,
} from './json';
import type { SseFrame } from './sseFrame';

/** One event of a streamed message (API: streaming). Everything beyond the discriminant is checked where it is used. */
export type WireEvent =
  | { readonly type: 'message_start'; readonly message: JsonObject }
  | { readonly type: 'content_block_start'; readonly index: number; readonly block: JsonObject }
  | { readonly type: 'content_block_delta'; readonly index: number; readonly delta: JsonObject }
  | { readonly type: 'content_block_stop'; readonly index: number }
  | {
      readonly type: 'message_delta';
      readonly delta: JsonObject;
      readonly usage: JsonObject | undefined;
    }
  | { readonly type: 'message_stop' }
  | { readonly type: 'ping' }
  | { readonly type: 'error'; readonly body: JsonObject }
  /** A type this version does not know: the API asks clients to ignore those. */
  | { readonly type: 'unknown'; readonly name: string }
  /** Not JSON, or a known type without its required members: worth a line in the log, never an exception. */
  | { readonly type: 'malformed'; readonly name: string };

/** Enough of an error's text to say what happened; UTF-16 units. */
const errorTextLength = 2_000;

/**
 * Reads one frame. The type is taken from the data, where the API always repeats it, and from the `event:` line only
 * where the data has none: proxies that drop `event:` lines do no harm (T81). Never throws.
 *
 * An error is recognised also where a proxy says it in a shape of its own, for it ends the stream.
 */
export function decodeWireEvent(frame: SseFrame): WireEvent {
  const parsed = parseJson(frame.data);
  const data = isJsonObject(parsed) && isShallow(parsed) ? parsed : undefined;
  if (frame.event === 'error') return { type: 'error', body: data ?? errorBody(frame.data) };
  const name = (data && stringMember(data, 'type')) ?? frame.event ?? '';
  if (data === undefined) return name === 'ping' ? { type: 'ping' } : { type: 'malformed', name };
  if (name === '' && data['error'] !== undefined) return { type: 'error', body: data };
  const index = numberMember(data, 'index');
  switch (name) {
    case 'message_start':
      return { type: name, message: objectMember(data, 'message') ?? {} };
    case 'content_block_start': {
      const block = objectMember(data, 'content_block');
      return index === undefined || block === undefined
        ? { type: 'malformed', name }
        : { type: name, index, block };
    }
    case 'content_block_delta': {
      const delta = objectMember(data, 'delta');
      return index === undefined || delta === undefined
        ? { type: 'malformed', name }
        : { type: name, index, delta };
    }
    case 'content_block_stop':
      return index === undefined ? { type: 'malformed', name } : { type: name, index };
    case 'message_delta':
      return {
        type: name,
        delta: objectMember(data, 'delta') ?? {},
        usage: objectMember(data, 'usage'),
      };
    case 'message_stop':
    case 'ping':
      return { type: name };
    case 'error':
      return { type: name, body: data };
    default:
      return { type: 'unknown', name };
  }
}

/** An error that a proxy said in plain text, in the API's own shape. */
function errorBody(text: string): JsonObject {
  return { type: 'error', error: { type: 'api_error', message: text.slice(0, errorTextLength) } };
}

function objectMember(object: JsonObject, name: string): JsonObject | undefined {
  const value = object[name];
  return isJsonObject(value) ? value : undefined;
}
