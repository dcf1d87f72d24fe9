import type { Failure } from './failure';

export interface RetryLimits {
  /** Automatic attempts after the first one. */
  readonly maxRetries: number;
  /** The longest `retry-after` that is waited for, in ms. */
  readonly maxRetryAfterMs: number;
}

/** What follows a failed attempt. */
export type NextStep =
  /** Take away what the attempt brought, wait, and send the same request again. */
  | { readonly kind: 'retry'; readonly inMs: number }
  /** Send the request again at once, without the thinking of earlier answers (API: preserved thinking, T115). */
  | { readonly kind: 'heal' }
  /** Some of the answer is there: keep it, and say what happened. */
  | { readonly kind: 'interrupted'; readonly resumable: boolean }
  | { readonly kind: 'failed' };

export interface FailedAttempt {
  readonly failure: Failure;
  /** Automatic attempts made so far, the first request not counted. */
  readonly retries: number;
  /** Whether any text, thinking or tool input of this run has arrived. */
  readonly hasOutput: boolean;
  /** Whether the request carried thinking of earlier answers and was not yet sent without it. */
  readonly canHeal: boolean;
}

/** Window of the first back-off, in ms; longer where the server asks for less load. */
const firstWindowMs = 1_000;
const firstWindowUnderLoadMs = 2_000;
const longestWindowMs = 30_000;
/** No wait is shorter, in ms, whatever the jitter or the server says. */
const floorMs = 500;
/** Clients that were told the same time do not come back in the same moment: up to so much is added, in ms. */
const spreadMs = 1_000;

/**
 * The one place that decides what happens after a failure. Before any output a transient failure is retried by itself.
 * Afterwards it never is: text that was shown is not taken away without being asked for, and nothing is billed twice in
 * silence (T54, T79, T82).
 *
 * @param random In [0, 1).
 */
export function nextStep(
  { failure, retries, hasOutput, canHeal }: FailedAttempt,
  limits: RetryLimits,
  random: number,
): NextStep {
  if (hasOutput) return { kind: 'interrupted', resumable: failure.retryable };
  if (failure.kind === 'invalid-thinking-signature' && canHeal) return { kind: 'heal' };
  const mayRetry =
    failure.retryable &&
    retries < limits.maxRetries &&
    (failure.retryAfterMs ?? 0) <= limits.maxRetryAfterMs;
  return mayRetry
    ? { kind: 'retry', inMs: backoffMs(failure, retries, random) }
    : { kind: 'failed' };
}

/**
 * Exponential back-off with full jitter and a floor. A server that asks for less load gets a floor that grows with the
 * window: one that always says "1 s" would else see all attempts within seconds (T77). Its `retry-after` is the least
 * wait, never the longest.
 */
function backoffMs(failure: Failure, retries: number, random: number): number {
  const underLoad = failure.kind === 'rate-limited' || failure.kind === 'overloaded';
  const first = underLoad ? firstWindowUnderLoadMs : firstWindowMs;
  const window = Math.min(longestWindowMs, first * 2 ** retries);
  const floor = underLoad ? window / 2 : floorMs;
  const backoff = floor + random * (window - floor);
  const asked = failure.retryAfterMs ?? 0;
  return Math.round(Math.max(backoff, asked === 0 ? 0 : asked + random * spreadMs));
}
