/** How one request is answered: plain data, so that a test reads like a script. Times in ms. */
export interface Scenario {
  readonly blocks?: readonly ScriptedBlock[];
  readonly stopReason?: string;
  readonly usage?: Readonly<Record<string, unknown>>;
  readonly model?: string;
  /** Deltas per second; unlimited where missing. */
  readonly rate?: number;
  /** Characters per delta. */
  readonly deltaSize?: number;
  readonly delayHeadersMs?: number;
  /** Between `message_start` and the first block. */
  readonly delayFirstMs?: number;
  /** A ping every so often, from the headers on. */
  readonly pingEveryMs?: number;
  readonly lineEnd?: '\n' | '\r\n' | '\r';
  /** Leaves the `event:` lines out, as some proxies do. */
  readonly dataOnly?: boolean;
  /** Writes the bytes in pieces of this size, inside UTF-8 characters too. */
  readonly splitBytes?: number;
  readonly fault?: ScriptedFault;
  /** Raw events put in after so many deltas (0: right after `message_start`). */
  readonly inject?: readonly { readonly afterDeltas: number; readonly event: RawEvent }[];
}

export type ScriptedBlock =
  | { readonly type: 'text'; readonly text: string; readonly index?: number }
  | { readonly type: 'thinking'; readonly text: string; readonly index?: number }
  | { readonly type: 'redacted_thinking'; readonly data: string; readonly index?: number }
  | {
      readonly type: 'tool_use';
      readonly id: string;
      readonly name: string;
      readonly json: string;
      readonly index?: number;
    }
  /** Any other block, given whole at its start. */
  | {
      readonly type: 'raw';
      readonly block: Readonly<Record<string, unknown>>;
      readonly index?: number;
    };

export interface RawEvent {
  readonly event: string | null;
  readonly data: string;
}

export type ScriptedFault =
  /** An HTTP answer instead of a stream. A string body is sent as HTML. */
  | {
      readonly kind: 'http';
      readonly status: number;
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'reset-before-headers' }
  | { readonly kind: 'reset'; readonly afterDeltas: number }
  | { readonly kind: 'reset-after-bytes'; readonly bytes: number }
  | { readonly kind: 'stall'; readonly afterDeltas: number }
  | { readonly kind: 'stall-with-pings'; readonly afterDeltas: number; readonly everyMs: number }
  | { readonly kind: 'never-answers' }
  | { readonly kind: 'eof'; readonly afterDeltas: number }
  /** The end of the last block comes, `message_stop` does not. */
  | { readonly kind: 'eof-before-message-stop' }
  | {
      readonly kind: 'error-event';
      /** -1: instead of `message_start`. */
      readonly afterDeltas: number;
      readonly type: string;
      readonly message?: string;
    }
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

export function httpError(
  status: number,
  type: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Scenario {
  const body = { type: 'error', error: { type, message } };
  return { fault: { kind: 'http', status, body, headers } };
}
