import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { isInputMethodKey } from '../composerKeys';
import { fillTemplate } from '../fillTemplate';
import { usePanel } from '../panel';
import { IconButton } from './buttons';

/** Finds in the conversation, as the editor's own find does in a file. */
export function FindBar(): JSX.Element | null {
  const { find } = usePanel();
  return find.isOpen.value ? <OpenFindBar /> : null;
}

function OpenFindBar(): JSX.Element {
  const { strings, find, focusComposer } = usePanel();
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);
  const close = (): void => {
    find.close();
    focusComposer();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (isInputMethodKey(event)) return;
    if (event.key === 'Escape') close();
    else if (event.key === 'Enter' && event.shiftKey) find.previous();
    else if (event.key === 'Enter') find.next();
    else return;
    event.preventDefault();
  };
  const hasNone = find.total.value === 0;
  return (
    <div class="find-bar" role="search" onKeyDown={onKeyDown} data-testid="find-bar">
      <input
        ref={field}
        class="find-field"
        type="text"
        aria-label={strings.find}
        placeholder={strings.find}
        value={find.query.value}
        onInput={({ currentTarget }) => find.setQuery(currentTarget.value)}
      />
      <span class={hasNone ? 'find-count none' : 'find-count'} role="status">
        <Count />
      </span>
      <IconButton
        icon="arrow-up"
        label={strings.previousMatch}
        disabled={hasNone}
        onClick={() => find.previous()}
      />
      <IconButton
        icon="arrow-down"
        label={strings.nextMatch}
        disabled={hasNone}
        onClick={() => find.next()}
      />
      <IconButton icon="close" label={strings.closeFind} onClick={close} />
    </div>
  );
}

function Count(): JSX.Element | null {
  const { strings, formats, find } = usePanel();
  const total = find.total.value;
  if (total === undefined) return null;
  if (total === 0) return <>{strings.noMatches}</>;
  const position = find.position.value ?? 1;
  return <>{fillTemplate(strings.matchOf, formats.count(position), formats.count(total))}</>;
}
