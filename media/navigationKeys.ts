import type { Destination } from '../src/protocol/hostToView';

/** Where a key leads within the conversation: those of the editor's own find, and Alt with the arrows from prompt to prompt. */
export function destinationOf(event: KeyboardEvent): Destination | undefined {
  const { key, altKey, shiftKey, ctrlKey, metaKey, target } = event;
  const isMod = ctrlKey !== metaKey;
  if (isMod && !altKey && !shiftKey && key.toLowerCase() === 'f') return 'find';
  if (!altKey || isMod || shiftKey) return undefined;
  // On a Mac these move by paragraphs in a text.
  const isInText =
    (target instanceof HTMLTextAreaElement || target instanceof HTMLInputElement) &&
    target.value !== '';
  if (isInText) return undefined;
  if (key === 'ArrowUp') return 'previousPrompt';
  return key === 'ArrowDown' ? 'nextPrompt' : undefined;
}
