import type { BlockHead, BlockState } from './contentBlock';
import type { TurnMeta } from './turnMeta';
import type { TurnStatus } from './turnStatus';

/**
 * How far a reader of one turn has come. An old cursor is as good as a new one: `readTurn` answers either.
 */
export interface TurnCursor {
  /** Everything up to this revision has been seen, texts apart. */
  readonly revision: number;
  /** UTF-16 units seen of each block, by block id. */
  readonly seen: readonly number[];
}

export const startOfTurn: TurnCursor = { revision: -1, seen: [] };

/** What is new in one block. Applying it twice, or one that overlaps what is there, does no harm. */
export interface BlockPatch {
  readonly id: number;
  /** Present when the reader had not seen the block. */
  readonly head?: BlockHead;
  readonly attempt: number;
  /** Offset of `text` in the block's text. */
  readonly at: number;
  readonly text: string;
  readonly state: BlockState;
  readonly openedMs: number;
  readonly closedMs?: number;
}

/** What is new in one turn since a cursor. */
export interface TurnPatch {
  readonly turn: string;
  readonly role: 'user' | 'assistant';
  readonly createdAt: number;
  /** The reader's cursor becomes `{ revision: to, … }` once the patch is applied. */
  readonly from: number;
  readonly to: number;
  readonly blocks: readonly BlockPatch[];
  readonly status?: TurnStatus;
  readonly meta?: TurnMeta;
  /** The turn's own time when the patch was read, so that the view needs no common clock. */
  readonly elapsedMs: number;
  /** How long the status has lasted. */
  readonly statusAgeMs: number;
}
