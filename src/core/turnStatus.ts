import { assertNever } from './assertNever';
import type { Failure } from './failure';
import type { ToolQuestion } from './toolQuestion';

/**
 * Why the model stopped (API: handling stop reasons). Newer servers may add more, so any string is carried.
 */
export type StopReason =
  | 'end_turn'
  | 'max_tokens'
  | 'stop_sequence'
  | 'tool_use'
  | 'pause_turn'
  | 'refusal'
  | 'model_context_window_exceeded'
  | 'compaction'
  | (string & {});

/** Where a turn is. Every way a stream can end leads to one of the four last ones. */
export type TurnStatus =
  | { readonly kind: 'queued' }
  | { readonly kind: 'connecting'; readonly attempt: number }
  | { readonly kind: 'streaming'; readonly attempt: number }
  /** The person is asked; calls that need no approval wait as well. */
  | { readonly kind: 'awaiting-approval'; readonly questions: readonly ToolQuestion[] }
  | { readonly kind: 'running-tools' }
  /** Backing off. `retryInMs` counts from when the status was set; `waitedMs` on the patch says how much has gone. */
  | {
      readonly kind: 'waiting';
      readonly attempt: number;
      readonly retryInMs: number;
      readonly cause: Failure;
    }
  | { readonly kind: 'paused'; readonly reason: 'offline'; readonly cause: Failure }
  | { readonly kind: 'complete'; readonly stopReason: StopReason }
  /** By the user: not an error. */
  | { readonly kind: 'stopped' }
  /** Some of the answer arrived, then `cause`. */
  | { readonly kind: 'interrupted'; readonly cause: Failure; readonly resumable: boolean }
  /** None of the answer arrived. */
  | { readonly kind: 'failed'; readonly cause: Failure };

/** Whether the turn is over: nothing will change it any more unless somebody asks. */
export function isTerminal(status: TurnStatus): boolean {
  switch (status.kind) {
    case 'complete':
    case 'stopped':
    case 'interrupted':
    case 'failed':
      return true;
    case 'queued':
    case 'connecting':
    case 'streaming':
    case 'awaiting-approval':
    case 'running-tools':
    case 'waiting':
    case 'paused':
      return false;
    default:
      return assertNever(status);
  }
}
