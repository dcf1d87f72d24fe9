import type { Failure } from './failure';

/** What is done by itself when an answer is cut that has begun. */
export type ResumeMode =
  /** It goes on from its last character. */
  | 'resume'
  /** What is there is taken away, and it is asked for again. */
  | 'startOver'
  /** Nothing: the person decides. */
  | 'ask';

export interface RetryLimits {
  /** Automatic attempts after the first one, and after each one that brought something. */
  readonly maxRetries: number;
  /** The longest `retry-after` that is waited for, in ms. */
  readonly maxRetryAfterMs: number;
  readonly resume: ResumeMode;
  /** What failed attempts of one answer may have cost, in US dollars, before the person is asked. */
  readonly maxRetryCostUsd: number;
}

/** What follows a failed attempt. */
export type NextStep =
  /** Take away what the attempt brought, wait, and send the same request again. */
  | { readonly kind: 'retry'; readonly inMs: number }
  /** Keep what can be continued, wait, and ask for the rest. */
  | { readonly kind: 'resume'; readonly inMs: number }
  /** The network is gone: wait until it is back, then do what `then` says at once. */
  | { readonly kind: 'pause'; readonly then: 'retry' | 'resume' }
  /** Send the request again at once, without the thinking of earlier answers (API: preserved thinking, T115). */
  | { readonly kind: 'heal' }
  /** Some of the answer is there: keep it, and say what happened. */
  | { readonly kind: 'interrupted'; readonly resumable: boolean }
  | { readonly kind: 'failed' };

export interface FailedAttempt {
  readonly failure: Failure;
  /** Automatic attempts since one brought something, the first request not counted. */
  readonly retries: number;
  /** All automatic attempts of this answer. */
  readonly allRetries: number;
  /** What the attempts so far cost, in US dollars; undefined where no price is known. */
  readonly costUsd: number | undefined;
  /** Whether any text, thinking or tool input of this run has arrived. */
  readonly hasOutput: boolean;
  /** Whether some of that can be kept and continued. */
  readonly canResume: boolean;
  /** Whether the server has been reached before: then a connection that cannot be made means a network that is gone. */
  readonly wasReached: boolean;
  /** Whether the request carried thinking of earlier answers and was not yet sent without it. */
  readonly canHeal: boolean;
}

/** Window of the first back-off, in ms; longer where the server asks for less load. */
const firstWindowMs = 1_000;
const firstWindowUnderLoadMs = 2_000;
const longestWindowMs = 30_000;
/** No wait is shorter, in ms, whatever the jitter or the server says. */
const floorMs = 500;
/** However much each attempt brings, an answer is not asked for more often by itself. */
const mostRetries = 20;
/** Clients that were told the same time do not come back in the same moment: up to so much is added, in ms. */
const spreadMs = 1_000;

/**
 * The one place that decides what happens after a failure. A transient one is retried by itself: before any output with
 * the same request, afterwards by asking for the rest of the answer, as far as attempts and cost allow. Text that was
 * shown is never taken away unless the person's settings say so, and each attempt is seen and counted (T54, T79, T82).
 *
 * @param random In [0, 1).
 */
export function nextStep(attempt: FailedAttempt, limits: RetryLimits, random: number): NextStep {
  const { failure, hasOutput, canResume } = attempt;
  if (failure.kind === 'invalid-thinking-signature' && attempt.canHeal) return { kind: 'heal' };
  const mayRepeat = !hasOutput || limits.resume !== 'ask';
  if (!failure.retryable || !mayRepeat || isExhausted(attempt, limits)) {
    return hasOutput ? { kind: 'interrupted', resumable: canResume } : { kind: 'failed' };
  }
  const kind = canResume && limits.resume === 'resume' ? 'resume' : 'retry';
  if (isOffline(attempt)) return { kind: 'pause', then: kind };
  return attempt.retries < limits.maxRetries
    ? { kind, inMs: backoffMs(failure, attempt.retries, random) }
    : hasOutput
      ? { kind: 'interrupted', resumable: canResume }
      : { kind: 'failed' };
}

function isExhausted(
  { failure, allRetries, costUsd }: FailedAttempt,
  limits: RetryLimits,
): boolean {
  return (
    allRetries >= mostRetries ||
    (costUsd ?? 0) > limits.maxRetryCostUsd ||
    (failure.retryAfterMs ?? 0) > limits.maxRetryAfterMs
  );
}

/** A name that is not found may be a slip in a setting, and a refusal a server that is not started: once reached, not. */
function isOffline({ failure: { kind }, wasReached }: FailedAttempt): boolean {
  switch (kind) {
    case 'no-network':
      return true;
    case 'host-not-found':
    case 'connection-refused':
      return wasReached;
    default:
      return false;
  }
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
