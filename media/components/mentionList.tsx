import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Suggestion, SuggestionKind } from '../../src/protocol/suggestion';
import { usePanel } from '../panel';
import { Icon, type IconName } from './icon';

const icons: Readonly<Record<SuggestionKind, IconName>> = {
  file: 'file',
  folder: 'folder',
  editor: 'file-code',
  symbol: 'symbol-method',
  problems: 'warning',
  changes: 'diff',
  commit: 'git-commit',
  terminal: 'terminal',
  url: 'globe',
  conversation: 'comment-discussion',
};

/** What can be attached, behind an `@` in the prompt. */
export function MentionList({
  id,
  onChoose,
}: {
  readonly id: string;
  readonly onChoose: (item: Suggestion) => void;
}): JSX.Element | null {
  const { mentions, strings } = usePanel();
  const list = useRef<HTMLUListElement>(null);
  const index = mentions.index.value;
  const items = mentions.items.value;
  useEffect(() => {
    list.current?.children[index]?.scrollIntoView({ block: 'nearest' });
  }, [index, items]);
  if (!mentions.isOpen.value) return null;
  return (
    <ul ref={list} id={id} class="mentions" role="listbox" aria-label={strings.attach.suggestions}>
      {items.length === 0 ? (
        <li class="mention" role="option" aria-disabled="true" aria-selected="false">
          {strings.attach.noSuggestions}
        </li>
      ) : null}
      {items.map((item, place) => (
        <li
          key={`${item.kind} ${item.key}`}
          id={`${id}-${place}`}
          class="mention"
          role="option"
          aria-selected={place === index}
          title={item.detail}
          // The field keeps the focus.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onChoose(item)}
        >
          <Icon name={icons[item.kind]} />
          <span class="mention-label">{item.label}</span>
          <span class="mention-detail">{item.detail === item.label ? '' : item.detail}</span>
        </li>
      ))}
    </ul>
  );
}
