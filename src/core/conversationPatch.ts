import type { TurnCursor, TurnPatch } from './turnPatch';

/** How far a reader of one conversation has come. */
export interface ConversationCursor {
  readonly conversation: string;
  readonly turns: Readonly<Record<string, TurnCursor>>;
}

/** A turn as a reader knows it that has not read it: enough to leave room for it. */
export interface TurnOutline {
  readonly id: string;
  readonly role: 'user' | 'assistant';
  /** UTF-16 units of its text, when the list was sent. */
  readonly size: number;
}

/** What is new in a conversation for one reader. */
export interface ConversationPatch {
  readonly conversation: string;
  /** Counts the patches of one feed from 1, without gaps; acknowledged by `painted`. */
  readonly seq: number;
  /** The reader starts from nothing: whatever it showed before is another conversation's, or stale. */
  readonly reset: boolean;
  /** All turns in order, sent when the list changed. */
  readonly order?: readonly TurnOutline[];
  readonly turns: readonly TurnPatch[];
}
