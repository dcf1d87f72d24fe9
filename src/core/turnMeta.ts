import type { JsonObject } from './json';
import type { TokenUsage } from './tokenUsage';

/** What is known about a turn besides its content. All times are milliseconds since the turn was sent. */
export interface TurnMeta {
  readonly model?: string;
  readonly messageId?: string;
  readonly requestId?: string;
  /** Requests made so far, the first included. */
  readonly attempts?: number;
  readonly headersMs?: number;
  readonly firstEventMs?: number;
  /** When the first visible output (text or thinking) arrived: time to first token. */
  readonly firstTokenMs?: number;
  readonly endedMs?: number;
  /** Summed over all attempts: each was billed. */
  readonly usage?: TokenUsage;
  /** In US dollars; undefined where the model's price is not known. */
  readonly costUsd?: number;
  /** The server's explanation of a refusal. */
  readonly stopDetails?: JsonObject;
}
