import type { JsonObject } from './json';
import type { Source } from './source';
import type { TokenUsage } from './tokenUsage';

/** One cut in an answer, and what goes on from there. */
export interface TurnSeam {
  /** The attempt that goes on. What it brings was asked for by another request than what was there before. */
  readonly attempt: number;
  /** The id of the block that goes on; undefined where the cut was between blocks. */
  readonly block?: number;
  /** Offset in that block's text at which new text begins, in UTF-16 units. */
  readonly at?: number;
}

/** What is known about a turn besides its content. All times are milliseconds since the turn was sent. */
export interface TurnMeta {
  /** The turn is a summary of all before it; requests begin with it unless it was undone. */
  readonly compaction?: 'active' | 'undone';
  readonly model?: string;
  readonly messageId?: string;
  readonly requestId?: string;
  /** Requests made so far, the first included. */
  readonly attempts?: number;
  /** Messages of the model that this answer is made of, where tools ran between them: more than 1. */
  readonly messages?: number;
  readonly headersMs?: number;
  readonly firstEventMs?: number;
  /** When the first visible output (text or thinking) arrived: time to first token. */
  readonly firstTokenMs?: number;
  readonly endedMs?: number;
  /** Where the answer goes on after it was cut, in the order in which that happened. */
  readonly seams?: readonly TurnSeam[];
  /** Pages that the answer cites, in their order, each once. */
  readonly sources?: readonly Source[];
  /** Since when nothing at all has arrived, pings included; undefined while something does. */
  readonly silentSinceMs?: number | undefined;
  /** Since when nothing of the answer has arrived, only pings; undefined while something does. */
  readonly stalledSinceMs?: number | undefined;
  /** Summed over all attempts: each was billed. Of one that was cut, the output is estimated from what arrived. */
  readonly usage?: TokenUsage;
  /** In US dollars; undefined where the model's price is not known. */
  readonly costUsd?: number;
  /** The server's explanation of a refusal. */
  readonly stopDetails?: JsonObject;
  /** The one of the request's stop sequences that ended the answer. */
  readonly stopSequence?: string;
}
