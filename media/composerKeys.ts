import type { ViewSettings } from '../src/protocol/hostToView';

/** What matters of a KeyboardEvent. */
export interface ComposerKey {
  readonly key: string;
  readonly keyCode: number;
  readonly isComposing: boolean;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

/** `pass`: the text field does what it always does. */
export type ComposerKeyAction = 'send' | 'recall' | 'pass';

/**
 * Whether a key belongs to an input method: while it composes, Enter chooses a word and Esc closes the list of
 * candidates (T99). 229 is what browsers report where `isComposing` comes too late.
 */
export function isInputMethodKey(key: Pick<ComposerKey, 'isComposing' | 'keyCode'>): boolean {
  return key.isComposing || key.keyCode === 229;
}

/** What a key in the composer does. */
export function composerKeyAction(
  key: ComposerKey,
  situation: { readonly sendKey: ViewSettings['sendKey']; readonly isEmpty: boolean },
): ComposerKeyAction {
  if (isInputMethodKey(key)) return 'pass';
  const mod = key.ctrlKey || key.metaKey;
  if (key.key === 'Enter' && !key.shiftKey && !key.altKey) {
    return mod || situation.sendKey === 'enter' ? 'send' : 'pass';
  }
  const isPlain = !mod && !key.shiftKey && !key.altKey;
  if (key.key === 'ArrowUp' && isPlain && situation.isEmpty) return 'recall';
  return 'pass';
}
