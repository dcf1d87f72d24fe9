import type { JSX } from 'preact';
import { usePanel } from '../panel';
import { TextButton } from './buttons';

/** What the person is asked before the draft goes out. */
export function SendQuestion(): JSX.Element | null {
  const { composer, strings } = usePanel();
  const question = composer.question.value;
  if (question === null) return null;
  return (
    <div class="composer-note send-question" role="alert" data-testid="send-question">
      <p>{question}</p>
      <TextButton label={strings.sendAnyway} onClick={() => void composer.send(true)} />
      <TextButton
        label={strings.cancel}
        secondary
        onClick={() => (composer.question.value = null)}
      />
    </div>
  );
}
