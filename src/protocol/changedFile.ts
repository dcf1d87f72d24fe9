/** A file that the tools of a conversation changed, as the panel lists it. */
export interface ChangedFileSummary {
  /** By which a message names it. */
  readonly file: string;
  /** Relative to the workspace where it is in it, with `/`. */
  readonly path: string;
  readonly kind: 'changed' | 'created' | 'deleted';
  /** Lines; null where it is no text, or what it was is not kept. */
  readonly added: number | null;
  readonly removed: number | null;
  /** What it was is kept. */
  readonly canUndo: boolean;
}

/** What can be done with all changes of a conversation, or with one file's. */
export const changeActions = ['open', 'undo', 'reviewAll'] as const;
export type ChangeAction = (typeof changeActions)[number];
