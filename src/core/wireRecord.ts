import type { Fault } from './fault';
import type { MessageRequest, SentRequest } from './messageTransport';
import type { RunStart, TurnLimits } from './turnController';
import type { TurnStatus } from './turnStatus';

/** One thing that happened between a turn and the server, or between it and a view. Attempts count from 1. */
export type WireEntry =
  /** The turn begins, is asked again, or goes on with what it has. */
  | {
      readonly kind: 'run';
      readonly start: RunStart;
      readonly limits: TurnLimits;
      /** Milliseconds since the Unix epoch. */
      readonly wallMs: number;
    }
  | { readonly kind: 'request'; readonly attempt: number; readonly request: MessageRequest }
  /** The request's head as it left, without its credential. */
  | ({ readonly kind: 'sent'; readonly attempt: number } & SentRequest)
  /** The head of the answer. */
  | {
      readonly kind: 'headers';
      readonly attempt: number;
      readonly status: number;
      readonly requestId: string | null;
      readonly headers: Readonly<Record<string, string>>;
    }
  /** One server-sent event, pings included. */
  | {
      readonly kind: 'event';
      readonly attempt: number;
      /** The `event:` field; null where the line was missing. */
      readonly event: string | null;
      readonly data: string;
    }
  /** The attempt ended before the answer was whole. */
  | { readonly kind: 'cut'; readonly attempt: number; readonly fault: Fault }
  /**
   * A view says that it has painted what was new of the turn. On the same scale as `atMs`: when it was given to it, and
   * when it was on screen.
   */
  | { readonly kind: 'painted'; readonly postedMs: number; readonly paintedMs: number }
  | { readonly kind: 'end'; readonly status: TurnStatus };

/** `atMs`: milliseconds since the first record of the turn, by a clock that never jumps. */
export type WireRecord = WireEntry & { readonly atMs: number };

/** What is known of one turn's way over the wire. */
export interface TurnRecording {
  readonly turn: string;
  /** In the order in which it happened. */
  readonly records: readonly WireRecord[];
  /** Records that were let go of, from the beginning, because there were too many. */
  readonly lost: number;
}

/** Takes down what happens. Must never throw, and costs next to nothing. */
export interface WireObserver {
  record(turn: string, entry: WireEntry): void;
}
