export const suggestionKinds = [
  'file',
  'folder',
  'editor',
  'symbol',
  'problems',
  'changes',
  'commit',
  'terminal',
  'url',
  'conversation',
] as const;
export type SuggestionKind = (typeof suggestionKinds)[number];

/** Something that can be attached, as the list behind `@` shows it. */
export interface Suggestion {
  readonly kind: SuggestionKind;
  /** By which the host finds it again: an address, a hash, an id. */
  readonly key: string;
  readonly label: string;
  readonly detail: string;
}
