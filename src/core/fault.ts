import type { JsonObject } from './json';

/**
 * What went wrong on the wire, as the transport saw it: no judgement yet. `classify` (core/classify.ts) turns it into
 * a {@link Failure}. One variant for each way a stream can end badly (design: "Errors").
 */
export type Fault =
  /** The server answered with a status other than 2xx. `body` is the parsed JSON error, or the text's first 2 kB. */
  | {
      readonly kind: 'http';
      readonly status: number;
      readonly body: unknown;
      readonly headers: Readonly<Record<string, string>>;
      readonly requestId: string | null;
    }
  /** No answer: DNS, refused, reset, TLS, or broken off in the middle. `code` as Node gives it (`ECONNRESET`, …). */
  | { readonly kind: 'network'; readonly code: string | null; readonly message: string }
  /** No response headers, or no bytes at all, for this many milliseconds. */
  | {
      readonly kind: 'timeout';
      readonly phase: 'headers' | 'stream';
      readonly afterMs: number;
    }
  /** An `error` event inside a 200 stream. `body` is the event's data. */
  | { readonly kind: 'stream-error'; readonly body: JsonObject; readonly requestId: string | null }
  /** The body ended without `message_stop`. */
  | { readonly kind: 'truncated'; readonly requestId: string | null }
  /** A 2xx whose body is not an event stream; `sample` is its first 2 kB, empty for an empty body. */
  | {
      readonly kind: 'not-a-stream';
      readonly contentType: string | null;
      readonly sample: string;
    }
  /** No credential was found. */
  | { readonly kind: 'no-key' }
  /** The credential cannot be sent: it holds characters that no header takes. */
  | { readonly kind: 'unusable-key' }
  /** A defect of ours, or anything that fits nowhere else. */
  | { readonly kind: 'unexpected'; readonly message: string };

/** Carries a {@link Fault} through code that can only throw. */
export class FaultError extends Error {
  override readonly name = 'FaultError';

  constructor(
    readonly fault: Fault,
    options?: ErrorOptions,
  ) {
    super(fault.kind, options);
  }

  /** By name, not by class: the transport is a bundle of its own, with its own copy of this class. */
  static is(error: unknown): error is FaultError {
    return error instanceof Error && error.name === 'FaultError' && 'fault' in error;
  }
}
