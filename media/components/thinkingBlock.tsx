import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { BlockModel } from '../blockModel';
import { fillTemplate } from '../fillTemplate';
import { usePanel } from '../panel';
import type { TurnModel } from '../turnModel';
import { useNow } from '../useNow';
import { Disclosure } from './disclosure';
import { Icon } from './icon';
import { StreamedText } from './streamedText';

interface ThinkingProps {
  readonly turn: TurnModel;
  readonly block: BlockModel;
}

/** The model's thinking: hidden, folded or open by the setting, until the person decides for this one. */
export function ThinkingBlock({ turn, block }: ThinkingProps): JSX.Element | null {
  const { settings, strings } = usePanel();
  const choice = useSignal<boolean | undefined>(undefined);
  const shown = settings.value.thinking;
  if (shown === 'hidden') return null;
  const isOpen = choice.value ?? shown === 'expanded';
  const hasNoText = block.state.value !== 'open' && block.length === 0;
  return (
    <div class="thinking">
      <Disclosure
        label={<ThinkingLabel turn={turn} block={block} />}
        isOpen={isOpen}
        onToggle={() => (choice.value = !isOpen)}
      >
        {hasNoText ? (
          <p class="note">{strings.thinkingHiddenByModel}</p>
        ) : (
          <StreamedText turn={turn} block={block} as="markdown" />
        )}
      </Disclosure>
    </div>
  );
}

function ThinkingLabel({ turn, block }: ThinkingProps): JSX.Element {
  const { strings, formats } = usePanel();
  const isThinking = block.state.value === 'open';
  const now = useNow(isThinking);
  if (isThinking) {
    const elapsed = formats.tickingDuration(turn.elapsedMs(now) - block.openedMs);
    return <span>{`${strings.thinking}… ${elapsed}`}</span>;
  }
  const duration = formats.duration((block.closedMs ?? block.openedMs) - block.openedMs);
  return <span>{fillTemplate(strings.thoughtFor, duration)}</span>;
}

/** Thinking that the server sends encrypted: there is nothing to unfold. */
export function RedactedThinking(): JSX.Element | null {
  const { settings, strings } = usePanel();
  if (settings.value.thinking === 'hidden') return null;
  return (
    <p class="note">
      <Icon name="lock" />
      <span>{strings.thinkingRedacted}</span>
    </p>
  );
}
