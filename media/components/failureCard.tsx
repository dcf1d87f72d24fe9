import type { JSX } from 'preact';
import type { Failure, FailureAction } from '../../src/core/failure';
import type { FailureText, ViewStrings } from '../../src/protocol/viewStrings';
import type { ViewCommand } from '../../src/protocol/viewToHost';
import { fillTemplate } from '../fillTemplate';
import { usePanel } from '../panel';
import type { TurnModel } from '../turnModel';
import { TextButton } from './buttons';
import { CopyButton } from './copyButton';
import { Icon } from './icon';

interface FailureCardProps {
  readonly turn: TurnModel;
  readonly cause: Failure;
  /** Whether the answer can go on from what has arrived. */
  readonly canContinue: boolean;
}

/** What went wrong, in the person's words and the server's, and what to do next. */
export function FailureCard({ turn, cause, canContinue }: FailureCardProps): JSX.Element {
  const { strings, conversation } = usePanel();
  const offersContinue = canContinue && conversation.lastTurn.value === turn;
  const text = failureText(strings, cause);
  return (
    <div class="card failure" role="alert">
      <Icon name="error" />
      <div class="card-content">
        <p class="card-title">{text.title}</p>
        <p>{offersContinue ? strings.continueNext : text.next}</p>
        <ServerWords cause={cause} />
        <div class="card-buttons">
          {offersContinue ? <ContinueButton turn={turn} /> : null}
          <FailureButtons turn={turn} action={cause.action} isSecondary={offersContinue} />
          <CopyButton label={strings.copyDetails} text={() => copyText(strings, cause)} />
        </div>
      </div>
    </div>
  );
}

/** The parts of a failure that are for looking up and for reports. */
function ServerWords({ cause }: { cause: Failure }): JSX.Element {
  const { strings } = usePanel();
  const { serverMessage } = cause;
  const details = technicalDetails(strings, cause);
  return (
    <>
      {serverMessage === undefined ? null : (
        <p class="server-words" dir="auto">
          {fillTemplate(strings.serverSaid, serverMessage)}
        </p>
      )}
      {details === '' ? null : (
        <p class="small" dir="ltr">
          {details}
        </p>
      )}
    </>
  );
}

interface FailureButtonsProps {
  readonly turn: TurnModel;
  readonly action: FailureAction;
  /** Whether a better next step stands before these. */
  readonly isSecondary: boolean;
}

function FailureButtons({ turn, action, isSecondary }: FailureButtonsProps): JSX.Element {
  const { strings, post, conversation, focusComposer } = usePanel();
  const command = commandOf(action);
  const canTryAgain = conversation.lastTurn.value === turn;
  return (
    <>
      {command === undefined ? null : (
        <TextButton
          label={labelOf(strings, command)}
          secondary={isSecondary}
          onClick={() => post({ type: 'run', command })}
        />
      )}
      {canTryAgain ? (
        <TextButton
          label={strings.tryAgain}
          secondary={isSecondary || command !== undefined}
          onClick={() => {
            post({ type: 'tryAgain', turn: turn.id });
            // The button goes away with its card: the focus must not go with it.
            focusComposer();
          }}
        />
      ) : null}
    </>
  );
}

function ContinueButton({ turn }: { turn: TurnModel }): JSX.Element {
  const { strings, post, focusComposer } = usePanel();
  return (
    <TextButton
      label={strings.continueAnswer}
      onClick={() => {
        post({ type: 'continueTurn', turn: turn.id });
        focusComposer();
      }}
    />
  );
}

type FailureCommand = Extract<
  ViewCommand,
  'setKey' | 'chooseModel' | 'newChat' | 'openSettings' | 'showLog'
>;

const commands: Readonly<Partial<Record<FailureAction, FailureCommand>>> = {
  'set-key': 'setKey',
  'choose-model': 'chooseModel',
  'new-chat': 'newChat',
  'open-settings': 'openSettings',
  'show-log': 'showLog',
};

function commandOf(action: FailureAction): FailureCommand | undefined {
  return commands[action];
}

function labelOf(strings: ViewStrings, command: FailureCommand): string {
  return strings[command];
}

/** A kind from a journal of a newer version counts as unexpected. */
export function failureText(strings: ViewStrings, cause: Failure): FailureText {
  const known: Readonly<Partial<Record<string, FailureText>>> = strings.failures;
  return known[cause.kind] ?? strings.failures.unexpected;
}

/** Status, error code and request id, as far as there are any. */
function technicalDetails(strings: ViewStrings, { status, detail, requestId }: Failure): string {
  return [
    // The detail of an answer begins with its status.
    detail ?? (status === undefined ? undefined : `HTTP ${status}`),
    requestId === undefined ? undefined : fillTemplate(strings.requestId, requestId),
  ]
    .filter((part) => part !== undefined)
    .join(' · ');
}

function copyText(strings: ViewStrings, cause: Failure): string {
  const { title, next } = failureText(strings, cause);
  const { serverMessage } = cause;
  return [
    title,
    next,
    serverMessage && fillTemplate(strings.serverSaid, serverMessage),
    technicalDetails(strings, cause),
  ]
    .filter((line) => line !== undefined && line !== '')
    .join('\n');
}
