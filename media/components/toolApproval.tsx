import type { JSX } from 'preact';
import type { ApprovalRule } from '../../src/core/approvalPolicy';
import { assertNever } from '../../src/core/assertNever';
import type { ToolSubject } from '../../src/core/tool';
import type { ToolDecision, ToolQuestion } from '../../src/core/toolQuestion';
import type { TurnStatus } from '../../src/core/turnStatus';
import { fillTemplate } from '../fillTemplate';
import { usePanel } from '../panel';
import type { TurnModel } from '../turnModel';
import { TextButton } from './buttons';
import { modKeyName } from './emptyState';
import { Icon } from './icon';

export type CallQuestion = Extract<ToolQuestion, { readonly kind: 'call' }>;

/** What is asked about a call; undefined where nothing is. */
export function callQuestion(status: TurnStatus, toolUseId: string): CallQuestion | undefined {
  return questionsOf(status).find((question) => question.toolUseId === toolUseId);
}

/** All calls that are asked about, in order. */
export function questionsOf(status: TurnStatus): readonly CallQuestion[] {
  if (status.kind !== 'awaiting-approval') return [];
  return status.questions.filter((question) => question.kind === 'call');
}

/** Asks whether a call may run: what, where and why. */
export function ToolApproval({
  turn,
  question,
}: {
  readonly turn: TurnModel;
  readonly question: CallQuestion;
}): JSX.Element {
  const { strings, post, focusComposer } = usePanel();
  const { tools } = strings;
  const { toolUseId, name, effect, subject, reason, grants, canReview } = question;
  const decide = (decision: ToolDecision) => (): void => {
    post({ type: 'decideTool', turn: turn.id, call: toolUseId, decision });
    focusComposer();
  };
  const why = tools.reasons[reason];
  return (
    <div class="tool-approval" data-testid="approval">
      <p class="card-title" role="alert">
        {fillTemplate(tools.ask[effect], name)}
      </p>
      <Subject subject={subject} />
      {why === undefined ? null : <p class="tool-why">{why}</p>}
      <div class="card-buttons">
        <TextButton label={tools.allow} onClick={decide('once')} />
        {canReview === true ? (
          <TextButton
            label={tools.review}
            secondary
            onClick={() => post({ type: 'reviewTool', turn: turn.id, call: toolUseId })}
          />
        ) : null}
        <TextButton label={tools.deny} secondary onClick={decide('deny')} />
        {grants.length === 0 ? null : (
          <>
            <TextButton
              label={tools.allowInConversation}
              secondary
              onClick={decide('conversation')}
            />
            <TextButton label={tools.allowInWorkspace} secondary onClick={decide('workspace')} />
            <TextButton label={tools.neverInWorkspace} secondary onClick={decide('never')} />
          </>
        )}
      </div>
      {grants.length === 0 ? null : (
        <p class="tool-note">{fillTemplate(tools.grants, grants.map(grantText).join(', '))}</p>
      )}
      <p class="tool-note">{fillTemplate(tools.shortcuts, modKeyName())}</p>
    </div>
  );
}

function Subject({ subject }: { readonly subject: ToolSubject }): JSX.Element | null {
  const lines = subjectLines(subject);
  if (lines.length === 0) return null;
  return (
    <ul class="tool-subject" dir="ltr">
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}

function subjectLines(subject: ToolSubject): readonly string[] {
  switch (subject.kind) {
    case 'none':
      return [];
    case 'paths':
      return subject.paths.map(({ path }) => path);
    case 'command':
      return [subject.command, ...(subject.cwd === '' ? [] : [`→ ${subject.cwd}`])];
    case 'url':
      return [subject.url];
    default:
      return assertNever(subject);
  }
}

function grantText({ tool, path, command, host }: ApprovalRule): string {
  return [tool, path ?? command ?? host].filter((part) => part !== undefined).join(' ');
}

/** Asks whether an answer goes on that has become long or dear. */
export function LimitCard({
  turn,
  question,
}: {
  readonly turn: TurnModel;
  readonly question: Extract<ToolQuestion, { readonly kind: 'limit' }>;
}): JSX.Element {
  const { strings, formats, post, focusComposer } = usePanel();
  const { tools } = strings;
  const { limit, used } = question;
  const text =
    limit === 'messages'
      ? fillTemplate(tools.limitMessages, formats.count(used))
      : fillTemplate(tools.limitCost, formats.dollars(used));
  const answer = (goesOn: boolean) => (): void => {
    post({ type: 'goOn', turn: turn.id, goesOn });
    focusComposer();
  };
  return (
    <div class="card" data-testid="limit">
      <Icon name="question" />
      <div class="card-content">
        <p class="card-title" role="alert">
          {text}
        </p>
        <div class="card-buttons">
          <TextButton label={tools.goOn} onClick={answer(true)} />
          <TextButton label={strings.stop} secondary onClick={answer(false)} />
        </div>
      </div>
    </div>
  );
}
