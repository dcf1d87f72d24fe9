import type { ToolDecision } from '../src/core/toolQuestion';

/** What a key says about the call that is asked about: Ctrl or ⌘ with Enter allows, with Alt as well it denies. */
export function approvalOf(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>,
): Extract<ToolDecision, 'once' | 'deny'> | undefined {
  if (event.key !== 'Enter' || event.shiftKey || !(event.ctrlKey || event.metaKey)) {
    return undefined;
  }
  return event.altKey ? 'deny' : 'once';
}
