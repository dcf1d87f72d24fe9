/** The kinds of failure a person can tell apart; each has its own words and next step in the view. */
export type FailureKind =
  | 'no-key'
  | 'wrong-key'
  | 'no-permission'
  | 'no-credit'
  | 'spend-limit'
  | 'unknown-model'
  | 'not-found'
  | 'rate-limited'
  | 'overloaded'
  | 'server-error'
  | 'bad-request'
  | 'prompt-too-long'
  | 'request-too-large'
  | 'invalid-thinking-signature'
  | 'no-network'
  | 'host-not-found'
  | 'connection-refused'
  | 'connection-lost'
  | 'tls'
  | 'timeout'
  | 'stalled'
  | 'truncated'
  | 'empty-response'
  | 'not-the-api'
  /** The extension host ended (a reload, a crash) while the answer was coming. */
  | 'host-ended'
  | 'unexpected';

/** What the person can do next; the view makes a button of it. */
export type FailureAction =
  'set-key' | 'choose-model' | 'new-chat' | 'open-settings' | 'try-again' | 'show-log';

/** A classified failure: everything the retry controller and the view need to know about it. */
export interface Failure {
  readonly kind: FailureKind;
  /** Whether the same request may succeed later without anybody changing anything. */
  readonly retryable: boolean;
  /** The server's wish, in ms from when it was received. */
  readonly retryAfterMs?: number;
  readonly action: FailureAction;
  readonly status?: number;
  /** The server's own words, plain text. */
  readonly serverMessage?: string;
  readonly requestId?: string;
  /** A short technical detail (`ECONNREFUSED 127.0.0.1:1`): shown small, for reports. */
  readonly detail?: string;
}
