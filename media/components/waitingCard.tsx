import type { JSX } from 'preact';
import type { TurnStatus } from '../../src/core/turnStatus';
import { fillTemplate } from '../fillTemplate';
import { usePanel } from '../panel';
import type { TurnModel } from '../turnModel';
import { useNow } from '../useNow';
import { TextButton } from './buttons';
import { failureText } from './failureCard';
import { Icon } from './icon';

interface WaitingCardProps {
  readonly turn: TurnModel;
  readonly status: Extract<TurnStatus, { kind: 'waiting' }>;
}

/** Counts down to the next attempt, which the person may bring forward or call off. */
export function WaitingCard({ turn, status }: WaitingCardProps): JSX.Element {
  const { strings } = usePanel();
  const { title } = failureText(strings, status.cause);
  return (
    <div class="card">
      <Icon name="history" />
      <div class="card-content">
        <p class="card-title">{title}</p>
        <Countdown turn={turn} status={status} />
        {status.cause.serverMessage === undefined ? null : (
          <p class="server-words" dir="auto">
            {fillTemplate(strings.serverSaid, status.cause.serverMessage)}
          </p>
        )}
        <div class="card-buttons">
          <RetryNowButton turn={turn} />
          <StopTurnButton turn={turn} />
        </div>
      </div>
    </div>
  );
}

function Countdown({ turn, status }: WaitingCardProps): JSX.Element {
  const { strings, formats } = usePanel();
  const leftMs = Math.max(0, status.retryInMs - turn.statusAgeMs(useNow(true)));
  const left = formats.tickingDuration(Math.ceil(leftMs / 1000) * 1000);
  const goesOn = turn.blocks.value.some(
    ({ head, state, length }) => head.kind === 'text' && state.value !== 'dropped' && length > 0,
  );
  return (
    <p class="countdown">
      {fillTemplate(goesOn ? strings.waitingResume : strings.waitingRetry, left)}
    </p>
  );
}

/** The network is gone; the turn goes on when it is back. */
export function PausedCard({ turn }: { turn: TurnModel }): JSX.Element {
  const { strings } = usePanel();
  return (
    <div class="card">
      <Icon name="debug-disconnect" />
      <div class="card-content">
        <p class="card-title">{strings.paused}</p>
        <div class="card-buttons">
          <RetryNowButton turn={turn} />
          <StopTurnButton turn={turn} />
        </div>
      </div>
    </div>
  );
}

function RetryNowButton({ turn }: { turn: TurnModel }): JSX.Element {
  const { strings, post, focusComposer } = usePanel();
  return (
    <TextButton
      label={strings.retryNow}
      onClick={() => {
        post({ type: 'retryNow', turn: turn.id });
        focusComposer();
      }}
    />
  );
}

function StopTurnButton({ turn }: { turn: TurnModel }): JSX.Element {
  const { strings, post, focusComposer } = usePanel();
  return (
    <TextButton
      label={strings.stop}
      secondary
      onClick={() => {
        post({ type: 'stop', turn: turn.id });
        focusComposer();
      }}
    />
  );
}
