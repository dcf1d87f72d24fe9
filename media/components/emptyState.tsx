import type { JSX } from 'preact';
import { fillTemplate } from '../fillTemplate';
import { usePanel } from '../panel';
import { TextButton } from './buttons';
import { Icon } from './icon';

/** What a conversation shows before its first prompt. */
export function EmptyState(): JSX.Element | null {
  const { state, strings, post, settings } = usePanel();
  const known = state.value;
  if (known === undefined) return null;
  if (known.key === 'missing') {
    return (
      <div class="empty">
        <Icon name="key" />
        <h2>{strings.noKeyTitle}</h2>
        <p>{strings.noKeyText}</p>
        <TextButton
          label={strings.setKey}
          onClick={() => post({ type: 'run', command: 'setKey' })}
        />
      </div>
    );
  }
  return (
    <div class="empty">
      <Icon name="comment-discussion" />
      <h2>{strings.emptyTitle}</h2>
      <p>{strings.emptyHint}</p>
      <p class="small">
        {settings.value.sendKey === 'enter'
          ? strings.composerHintEnter
          : fillTemplate(strings.composerHintModEnter, modKeyName())}
      </p>
    </div>
  );
}

/** The key that goes with others on this system, as people call it. */
export function modKeyName(): string {
  return /mac|iphone|ipad/i.test(navigator.userAgent) ? 'Cmd' : 'Ctrl';
}
