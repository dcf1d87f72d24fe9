import type { JSX } from 'preact';
import { assertNever } from '../../src/core/assertNever';
import type { TokenUsage } from '../../src/core/tokenUsage';
import type { TurnMeta } from '../../src/core/turnMeta';
import { fillTemplate } from '../fillTemplate';
import { usePanel, type Panel } from '../panel';
import { finalFigures, liveFigures, type TurnFigures } from '../turnFigures';
import type { TurnModel } from '../turnModel';
import { useNow } from '../useNow';
import { IconButton } from './buttons';
import { CopyButton } from './copyButton';
import { Icon } from './icon';

/** The line under an answer: what it is doing, and how fast; afterwards what it took. */
export function TurnFooter({ turn }: { turn: TurnModel }): JSX.Element | null {
  const { status } = turn;
  switch (status.value.kind) {
    case 'queued':
      return <QueuedLine turn={turn} />;
    case 'connecting':
    case 'streaming':
    case 'awaiting-approval':
    case 'running-tools':
      return <LiveLine turn={turn} />;
    case 'waiting':
    case 'paused':
      // Their cards say it.
      return null;
    case 'complete':
    case 'stopped':
    case 'interrupted':
    case 'failed':
      return <FinalLine turn={turn} />;
    default:
      return assertNever(status.value);
  }
}

function QueuedLine({ turn }: { turn: TurnModel }): JSX.Element {
  const { strings, post, focusComposer } = usePanel();
  return (
    <div class="turn-footer">
      <Icon name="history" />
      <span>{strings.queued}</span>
      <IconButton
        icon="close"
        label={strings.stop}
        onClick={() => {
          post({ type: 'stop', turn: turn.id });
          focusComposer();
        }}
      />
    </div>
  );
}

function LiveLine({ turn }: { turn: TurnModel }): JSX.Element {
  const panel = usePanel();
  const now = useNow(true);
  const meta = turn.meta.value;
  const figures = liveFigures(meta, turn.elapsedMs(now), turn.outputLength);
  const bringsNothing = meta.silentSinceMs !== undefined || meta.stalledSinceMs !== undefined;
  return (
    <div class="turn-footer">
      <Icon name="loading" spins />
      <span>{activity(panel, turn, turn.elapsedMs(now))}</span>
      {bringsNothing ? (
        <IconButton
          icon="refresh"
          label={panel.strings.retryNow}
          onClick={() => {
            panel.post({ type: 'retryNow', turn: turn.id });
            panel.focusComposer();
          }}
        />
      ) : null}
      <span class="figures">{figureTexts(panel, figures, meta, true).map(figureElement)}</span>
    </div>
  );
}

function activity({ strings, formats }: Panel, turn: TurnModel, elapsedMs: number): string {
  const { silentSinceMs, stalledSinceMs } = turn.meta.value;
  if (silentSinceMs !== undefined) {
    return fillTemplate(strings.silent, formats.tickingDuration(elapsedMs - silentSinceMs));
  }
  if (stalledSinceMs !== undefined) {
    return fillTemplate(strings.stalled, formats.tickingDuration(elapsedMs - stalledSinceMs));
  }
  const { kind } = turn.status.value;
  if (kind === 'connecting') return strings.connecting;
  if (kind === 'awaiting-approval') return strings.tools.waiting;
  if (kind === 'running-tools') return strings.tools.running;
  const last = turn.blocks.value.at(-1);
  const isThinking = last?.head.kind === 'thinking' && last.state.value === 'open';
  return isThinking ? strings.thinking : strings.streaming;
}

function FinalLine({ turn }: { turn: TurnModel }): JSX.Element {
  const panel = usePanel();
  const { strings, post, settings, conversation, focusComposer } = panel;
  const meta = turn.meta.value;
  const blocks = turn.blocks.value;
  const showedThinking =
    settings.value.thinking !== 'hidden' &&
    blocks.some((block) => block.head.kind === 'thinking' && block.length > 0);
  const figures = finalFigures(meta, turn.outputLength, showedThinking);
  const texts = [
    ...figureTexts(panel, figures, meta, false),
    ...usageTexts(panel, meta.usage),
    ...costTexts(panel, meta),
  ];
  const inspect = (): void => post({ type: 'inspect', turn: turn.id });
  const wasStopped = turn.status.value.kind === 'stopped';
  const hasAnswer = blocks.some((block) => block.head.kind === 'text' && block.length > 0);
  return (
    <div class="turn-footer">
      {wasStopped ? (
        <span class="stopped" title={strings.stoppedHint}>
          <Icon name="circle-slash" />
          {strings.stopped}
        </span>
      ) : null}
      {hasAnswer ? <CopyButton label={strings.copyAnswer} text={() => turn.answerText()} /> : null}
      {wasStopped && hasAnswer && conversation.lastTurn.value === turn ? (
        <IconButton
          icon="debug-continue"
          label={strings.continueAnswer}
          onClick={() => {
            post({ type: 'continueTurn', turn: turn.id });
            focusComposer();
          }}
        />
      ) : null}
      {wasStopped && conversation.lastTurn.value === turn ? (
        <IconButton
          icon="refresh"
          label={strings.tryAgain}
          onClick={() => {
            post({ type: 'tryAgain', turn: turn.id });
            focusComposer();
          }}
        />
      ) : null}
      {texts.length === 0 ? (
        <IconButton icon="pulse" label={strings.inspect} onClick={inspect} />
      ) : (
        <button type="button" class="figures" title={strings.inspect} onClick={inspect}>
          {texts.map(figureElement)}
        </button>
      )}
    </div>
  );
}

interface FigureText {
  readonly text: string;
  /** What the figure is, in full. */
  readonly title: string;
}

function figureElement({ text, title }: FigureText, index: number): JSX.Element {
  return (
    <span key={index} class="figure" title={title}>
      {text}
    </span>
  );
}

function figureTexts(
  { strings, formats }: Panel,
  figures: TurnFigures,
  meta: TurnMeta,
  isLive: boolean,
): FigureText[] {
  const { firstTokenMs, tokensPerSecond, isEstimate, elapsedMs } = figures;
  const texts: FigureText[] = [];
  if (firstTokenMs !== undefined) {
    const duration = formats.duration(firstTokenMs);
    texts.push({
      text: fillTemplate(strings.firstTokenShort, duration),
      title: fillTemplate(strings.firstToken, duration),
    });
  }
  if (tokensPerSecond !== undefined) {
    const count = `${isEstimate ? '≈ ' : ''}${formats.count(tokensPerSecond)}`;
    const text = fillTemplate(strings.tokensPerSecond, count);
    texts.push({ text, title: text });
  }
  if (elapsedMs !== undefined) {
    const text = isLive ? formats.tickingDuration(elapsedMs) : formats.duration(elapsedMs);
    texts.push({ text, title: fillTemplate(strings.elapsed, text) });
  }
  // One request for each message of the model is no attempt too many.
  const attempts = (meta.attempts ?? 1) - (meta.messages ?? 1) + 1;
  if (attempts > 1) {
    const count = formats.count(attempts);
    texts.push({
      text: fillTemplate(strings.attemptsShort, count),
      title: fillTemplate(strings.attempts, count),
    });
  }
  return texts;
}

function usageTexts({ strings, formats }: Panel, usage: TokenUsage | undefined): FigureText[] {
  if (usage === undefined) return [];
  const written = usage.cacheWrite5m + usage.cacheWrite1h;
  const tokensIn = formats.count(usage.input + usage.cacheRead + written);
  const tokensOut = formats.count(usage.output);
  const texts: FigureText[] = [
    {
      text: fillTemplate(strings.tokensInShort, tokensIn),
      title: [
        fillTemplate(strings.tokensIn, formats.count(usage.input)),
        fillTemplate(strings.tokensCached, formats.count(usage.cacheRead)),
        fillTemplate(strings.tokensCacheWrite, formats.count(written)),
      ].join('\n'),
    },
    {
      text: fillTemplate(strings.tokensOutShort, tokensOut),
      title: fillTemplate(strings.tokensOut, tokensOut),
    },
  ];
  if (usage.cacheRead > 0) {
    const cached = formats.count(usage.cacheRead);
    texts.push({
      text: fillTemplate(strings.tokensCachedShort, cached),
      title: fillTemplate(strings.tokensCached, cached),
    });
  }
  return texts;
}

function costTexts({ strings, formats }: Panel, { costUsd }: TurnMeta): FigureText[] {
  if (costUsd === undefined) return [];
  const text = formats.dollars(costUsd);
  return [{ text, title: fillTemplate(strings.cost, text) }];
}
