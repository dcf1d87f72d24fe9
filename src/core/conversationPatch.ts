import type { TurnCursor, TurnPatch } from './turnPatch';

/** How far a reader of one conversation has come. */
export interface ConversationCursor {
  readonly conversation: string;
  readonly turns: Readonly<Record<string, TurnCursor>>;
}

/** What is new in a conversation for one reader. */
export interface ConversationPatch {
  readonly conversation: string;
  /** Counts the patches of one feed from 1, without gaps; acknowledged by `painted`. */
  readonly seq: number;
  /** The reader starts from nothing: whatever it showed before is another conversation's, or stale. */
  readonly reset: boolean;
  /** All turns in order, sent when the list changed. */
  readonly order?: readonly string[];
  readonly turns: readonly TurnPatch[];
}
