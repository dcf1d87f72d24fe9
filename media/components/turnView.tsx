import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import { assertNever } from '../../src/core/assertNever';
import type { BlockModel } from '../blockModel';
import { fillTemplate } from '../fillTemplate';
import { usePanel } from '../panel';
import type { TurnModel } from '../turnModel';
import { AttachmentChip } from './attachmentChip';
import { BlockBoundary } from './blockBoundary';
import { IconButton } from './buttons';
import { CompactionCard } from './compactionCard';
import { FailureCard } from './failureCard';
import { RawBlock } from './rawBlock';
import { ServerToolCard } from './serverToolCard';
import { StopNote } from './stopNote';
import { Sources } from './sources';
import { StreamedText } from './streamedText';
import { RedactedThinking, ThinkingBlock } from './thinkingBlock';
import { LimitCard } from './toolApproval';
import { ToolCard } from './toolCard';
import { TurnFooter } from './turnFooter';
import { PausedCard, WaitingCard } from './waitingCard';

/** One turn of the conversation. Renders when its status or its list of blocks changes, not when text comes. */
export function TurnView({
  turn,
  room,
}: {
  readonly turn: TurnModel;
  /** Pixels it is taken to be high until it is laid out. */
  readonly room: number;
}): JSX.Element {
  const { strings } = usePanel();
  const headingId = useId();
  const isUser = turn.role === 'user';
  const context = { webviewSection: 'turn', turnId: turn.id, turnRole: turn.role };
  return (
    <article
      class={`turn turn-${turn.role}`}
      aria-labelledby={headingId}
      tabIndex={-1}
      style={{ containIntrinsicBlockSize: `auto ${room}px` }}
      data-turn={turn.id}
      data-role={turn.role}
      data-status={turn.status.value.kind}
      data-vscode-context={JSON.stringify(context)}
    >
      <h2 id={headingId} class="visually-hidden">
        {isUser ? strings.you : strings.assistant}
      </h2>
      {isUser ? <UserContent turn={turn} /> : <AssistantContent turn={turn} />}
    </article>
  );
}

function UserContent({ turn }: { turn: TurnModel }): JSX.Element {
  const { strings, post } = usePanel();
  const blocks = turn.blocks.value;
  const attachments = blocks.flatMap((block) =>
    block.head.kind === 'attachment' ? [{ block, attachment: block.head.attachment }] : [],
  );
  return (
    <>
      {attachments.length === 0 ? null : (
        <ul class="chips" aria-label={strings.attachments}>
          {attachments.map(({ block, attachment }) => (
            <AttachmentChip key={block.id} attachment={attachment} content={() => block.text} />
          ))}
        </ul>
      )}
      {blocks
        .filter((block) => block.head.kind === 'text')
        .map((block) => (
          <div key={block.id} class="prompt-row">
            <IconButton
              icon="discard"
              class="restore-button"
              label={strings.tools.restore}
              testId="restore"
              onClick={() => post({ type: 'restore', turn: turn.id })}
            />
            <div class="bubble">
              <StreamedText turn={turn} block={block} as="plain" />
            </div>
          </div>
        ))}
    </>
  );
}

function AssistantContent({ turn }: { turn: TurnModel }): JSX.Element {
  const { strings, reportError } = usePanel();
  if (turn.meta.value.compaction !== undefined) {
    return (
      <>
        <CompactionCard turn={turn} />
        <TurnCard turn={turn} />
        <TurnFooter turn={turn} />
      </>
    );
  }
  return (
    <>
      {turn.blocks.value.map((block) => (
        <BlockBoundary
          key={block.id}
          block={block}
          note={strings.brokenBlock}
          onError={reportError}
        >
          <BlockView turn={turn} block={block} />
        </BlockBoundary>
      ))}
      <Sources turn={turn} />
      <TurnCard turn={turn} />
      <TurnFooter turn={turn} />
    </>
  );
}

function BlockView({ turn, block }: { turn: TurnModel; block: BlockModel }): JSX.Element | null {
  const { strings } = usePanel();
  if (block.state.value === 'dropped') return null;
  const { head } = block;
  switch (head.kind) {
    case 'text':
      return (
        <div class="answer" data-testid="answer">
          <StreamedText turn={turn} block={block} as="markdown" />
        </div>
      );
    case 'thinking':
      return <ThinkingBlock turn={turn} block={block} />;
    case 'redacted_thinking':
      return <RedactedThinking />;
    case 'tool_use':
      return <ToolCard turn={turn} block={block} toolUseId={head.toolUseId} name={head.name} />;
    case 'server_tool_use':
      return (
        <ServerToolCard turn={turn} block={block} toolUseId={head.toolUseId} name={head.name} />
      );
    case 'server_tool_result':
      if (turn.blocks.value.some((one) => isCall(one, head.toolUseId))) return null;
      return (
        <RawBlock
          turn={turn}
          block={block}
          icon="tools"
          label={fillTemplate(strings.toolCall, head.type)}
          startsOpen={false}
        />
      );
    case 'tool_run':
    case 'tool_result':
      // Part of the card of their call.
      return null;
    case 'attachment':
      // Only people attach.
      return null;
    case 'unknown':
      return (
        <RawBlock
          turn={turn}
          block={block}
          icon="question"
          label={fillTemplate(strings.unknownBlock, head.type)}
          startsOpen={false}
        />
      );
    default:
      return assertNever(head);
  }
}

/** Whether the block is the call that a result of the server's belongs to, and is part of whose card. */
function isCall({ head, state }: BlockModel, toolUseId: string): boolean {
  return (
    head.kind === 'server_tool_use' && head.toolUseId === toolUseId && state.value !== 'dropped'
  );
}

/** What stands between the answer and its footer when something else than an answer happened. */
function TurnCard({ turn }: { turn: TurnModel }): JSX.Element | null {
  const status = turn.status.value;
  switch (status.kind) {
    case 'waiting':
      return <WaitingCard turn={turn} status={status} />;
    case 'paused':
      return <PausedCard turn={turn} />;
    case 'failed':
      return <FailureCard turn={turn} cause={status.cause} canContinue={false} />;
    case 'interrupted':
      return <FailureCard turn={turn} cause={status.cause} canContinue={status.resumable} />;
    case 'complete':
      return <StopNote turn={turn} reason={status.stopReason} />;
    case 'awaiting-approval': {
      const limit = status.questions.find((question) => question.kind === 'limit');
      return limit === undefined ? null : <LimitCard turn={turn} question={limit} />;
    }
    case 'queued':
    case 'connecting':
    case 'streaming':
    case 'running-tools':
    case 'stopped':
      return null;
    default:
      return assertNever(status);
  }
}
