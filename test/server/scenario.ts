import type { JsonObject } from '../../src/core/json';
import { refusal } from './refusal';

/** How one request is answered: plain data, so that a test reads like a script. Times in ms. */
export interface Scenario {
  readonly blocks?: readonly ScriptedBlock[];
  readonly stopReason?: string;
  readonly stopSequence?: string;
  /** As on a refusal. */
  readonly stopDetails?: JsonObject;
  /** Takes the place of single figures that the server counts by itself. */
  readonly usage?: JsonObject;
  /** Each is one more `message_delta` before the last one; `usage` counts from the start, as the API's does (T86). */
  readonly earlyMessageDeltas?: readonly {
    readonly delta?: JsonObject;
    readonly usage?: JsonObject;
  }[];
  /** The model that says it answers, where it is not the one that was asked. */
  readonly model?: string;
  /** Deltas per second; as fast as the socket takes them where missing. */
  readonly rate?: number | 'unlimited';
  /** UTF-16 units per delta, or about a word each, as tokens come. */
  readonly deltaSize?: number | 'word';
  /** Cuts deltas inside surrogate pairs too, as some servers do (T95). */
  readonly splitSurrogates?: boolean;
  readonly delayHeadersMs?: number;
  /** Between `message_start` and the first block. */
  readonly delayFirstMs?: number;
  /** Silences in the middle, after which the stream goes on (T112). Pings go on through them. */
  readonly pauses?: readonly ScriptedPause[];
  /** A ping every so often, from the headers on. */
  readonly pingEveryMs?: number;
  readonly lineEnd?: '\n' | '\r\n' | '\r';
  /** Leaves the `event:` lines out, as some proxies do (T81). */
  readonly dataOnly?: boolean;
  /** Writes the bytes in pieces of this size, or of these sizes in turn, inside UTF-8 characters too (T95). */
  readonly splitBytes?: number | readonly number[];
  /** Headers of the answer besides the usual ones. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly fault?: ScriptedFault;
  /** Events put in after so many deltas (0: right after `message_start`). */
  readonly inject?: readonly { readonly afterDeltas: number; readonly event: RawEvent }[];
  /** The last word on which events are sent, and in which order (T110). */
  readonly arrange?: (events: readonly ScriptedEvent[]) => readonly ScriptedEvent[];
}

interface Placed {
  /** Where the block says it is; its place in the list where missing (T92). */
  readonly index?: number;
}

interface Grown extends Placed {
  /** The deltas one by one, in place of `deltaSize`; none at all where empty. */
  readonly pieces?: readonly string[];
}

export type ScriptedBlock =
  | (Grown & {
      readonly type: 'text';
      readonly text: string;
      readonly citations?: readonly JsonObject[];
    })
  | (Grown & {
      readonly type: 'thinking';
      readonly text: string;
      /** In place of a valid one. */
      readonly signature?: string;
    })
  | (Placed & {
      readonly type: 'redacted_thinking';
      /** In place of data that is bound to the conversation. */
      readonly data?: string;
    })
  | (Grown & {
      readonly type: 'tool_use' | 'server_tool_use';
      readonly id: string;
      readonly name: string;
      /** May be invalid or cut, as with eager input streaming (T90). */
      readonly json: string;
    })
  | (Placed & {
      readonly type: 'web_search_tool_result';
      readonly toolUseId: string;
      readonly results: readonly { readonly title: string; readonly url: string }[];
    })
  /** Any other block, with its deltas as they are sent. */
  | (Placed & {
      readonly type: 'raw';
      readonly block: JsonObject;
      readonly deltas?: readonly JsonObject[];
    });

/** An event as it is spelt on the wire; `raw` is sent as it is, for comments and nonsense. */
export type RawEvent =
  { readonly event: string | null; readonly data: string } | { readonly raw: string };

/** One event of the script. */
export interface ScriptedEvent {
  readonly event: string;
  readonly data: string;
  /** Those are paced and counted. */
  readonly isDelta: boolean;
  /** What the event adds to which block. */
  readonly adds?: { readonly index: number; readonly type: string; readonly text: string };
}

export type ScriptedPause =
  | { readonly afterDeltas: number; readonly ms: number }
  /** As long as the test wants. */
  | { readonly afterDeltas: number; readonly until: Promise<unknown> };

/** Where a stream breaks. */
interface FaultPlace {
  /** 0 is right after `message_start`, -1 right after the headers. */
  readonly afterDeltas: number;
  /** Lets the block that is open there end first: the fault comes between blocks. */
  readonly afterBlock?: boolean;
}

export type ScriptedFault =
  /** An HTTP answer instead of a stream. A string body is sent as HTML; the API's own error where it is missing. */
  | {
      readonly kind: 'http';
      readonly status: number;
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'reset-before-headers' }
  | ({ readonly kind: 'reset' } & FaultPlace)
  | { readonly kind: 'reset-after-bytes'; readonly bytes: number }
  | ({ readonly kind: 'stall' } & FaultPlace)
  | ({ readonly kind: 'stall-with-pings'; readonly everyMs: number } & FaultPlace)
  | { readonly kind: 'never-answers' }
  /** The body ends in good order, before its time. */
  | ({ readonly kind: 'eof' } & FaultPlace)
  | { readonly kind: 'eof-after-bytes'; readonly bytes: number }
  /** The end of the last block comes, `message_stop` does not. */
  | { readonly kind: 'eof-before-message-stop' }
  | ({
      readonly kind: 'error-event';
      readonly type: string;
      readonly message?: string;
    } & FaultPlace)
  | { readonly kind: 'empty' }
  | { readonly kind: 'html'; readonly html: string }
  /** The whole message as JSON where a stream was asked for. */
  | { readonly kind: 'whole-json' };

export function textAnswer(text: string, more: Omit<Scenario, 'blocks'> = {}): Scenario {
  return { blocks: [{ type: 'text', text }], ...more };
}

export function thinkingAnswer(
  thinking: string,
  text: string,
  more: Omit<Scenario, 'blocks'> = {},
): Scenario {
  return {
    blocks: [
      { type: 'thinking', text: thinking },
      { type: 'text', text },
    ],
    ...more,
  };
}

/** A call of a client tool; where `chunks` are given, its JSON comes in exactly those. */
export function toolCall(id: string, name: string, ...chunks: readonly string[]): ScriptedBlock {
  return { type: 'tool_use', id, name, json: chunks.join(''), pieces: chunks };
}

/** A web search by the server, from the call to the text that cites what was found. */
export function webSearch(
  query: string,
  title: string,
  url: string,
  text: string,
): ScriptedBlock[] {
  const id = 'srvtoolu_search';
  return [
    { type: 'server_tool_use', id, name: 'web_search', json: JSON.stringify({ query }) },
    { type: 'web_search_tool_result', toolUseId: id, results: [{ title, url }] },
    {
      type: 'text',
      text,
      citations: [
        {
          type: 'web_search_result_location',
          url,
          title,
          encrypted_index: 'Eo8BCioIAhgB',
          cited_text: text.slice(0, 150),
        },
      ],
    },
  ];
}

/** An answer other than 200, in the API's own shape; its usual words where none are given. */
export function httpError(
  status: number,
  type?: string,
  message?: string,
  headers: Readonly<Record<string, string>> = {},
): Scenario {
  const { type: saidType, message: said } = refusal(status, message, type);
  const body = { type: 'error', error: { type: saidType, message: said } };
  return { fault: { kind: 'http', status, body, headers } };
}
