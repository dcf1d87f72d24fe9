import type { JSX } from 'preact';
import { stringMember } from '../../src/core/json';
import type { StopReason } from '../../src/core/turnStatus';
import { usePanel } from '../panel';
import type { TurnModel } from '../turnModel';
import { Icon } from './icon';

/** Says why an answer ended, where that is not simply its end. */
export function StopNote({
  turn,
  reason,
}: {
  turn: TurnModel;
  reason: StopReason;
}): JSX.Element | null {
  const { strings } = usePanel();
  switch (reason) {
    case 'max_tokens':
      return <Note text={strings.reachedMaxTokens} />;
    case 'model_context_window_exceeded':
      return <Note text={strings.contextFull} />;
    case 'refusal': {
      const details = turn.meta.value.stopDetails;
      const explanation = details && stringMember(details, 'explanation');
      return <Note text={strings.refused} more={explanation} />;
    }
    default:
      return null;
  }
}

function Note({ text, more }: { text: string; more?: string | undefined }): JSX.Element {
  return (
    <div class="card">
      <Icon name="info" />
      <div class="card-content">
        <p>{text}</p>
        {more === undefined ? null : (
          <p class="server-words" dir="auto">
            {more}
          </p>
        )}
      </div>
    </div>
  );
}
