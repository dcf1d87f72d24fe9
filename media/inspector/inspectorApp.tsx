import type { JSX } from 'preact';
import { IconButton } from '../components/buttons';
import { fillTemplate } from '../fillTemplate';
import { usePage } from './context';
import { Details } from './details';
import { EventList } from './eventList';
import { Timeline } from './timeline';

export function InspectorApp(): JSX.Element {
  const { model, strings, formats } = usePage();
  const shown = model.shown.value;
  const lost = model.lost.value;
  return (
    <main>
      <h1 class="visually-hidden">{strings.title}</h1>
      <Toolbar />
      {shown === undefined ? (
        <p class="empty-inspector">{strings.empty}</p>
      ) : (
        <>
          {lost > 0 ? <p class="lost">{fillTemplate(strings.lost, formats.count(lost))}</p> : null}
          <Figures />
          <Timeline />
          <div class="panes">
            <EventList />
            <Details />
          </div>
        </>
      )}
    </main>
  );
}

function Toolbar(): JSX.Element {
  const { model, strings, post } = usePage();
  const shown = model.shown.value;
  const { position, isPaused } = model.replay.value;
  const hasNothing = shown === undefined;
  return (
    <div class="toolbar" role="toolbar" aria-label={strings.title}>
      <span class="source">{model.file.value ?? strings.live}</span>
      {model.turns.value.length > 0 ? (
        <select
          aria-label={strings.turn}
          data-testid="turn"
          onChange={(event) => post({ type: 'show', turn: event.currentTarget.value })}
        >
          {model.turns.value.map(({ id, label }) => (
            <option key={id} value={id} selected={id === shown?.turn}>
              {label}
            </option>
          ))}
        </select>
      ) : null}
      <input
        type="search"
        placeholder={strings.filter}
        aria-label={strings.filter}
        data-testid="filter"
        value={model.filter.value}
        onInput={(event) => (model.filter.value = event.currentTarget.value)}
      />
      <span class="buttons" role="group" aria-label={strings.replay}>
        <span class="small">{strings.replay}</span>
        {position !== null && !isPaused ? (
          <IconButton
            icon="debug-pause"
            label={strings.pause}
            onClick={() => post({ type: 'run', command: 'pause' })}
          />
        ) : null}
        <IconButton
          icon="play"
          label={strings.replayReal}
          disabled={hasNothing}
          onClick={() => post({ type: 'replay', pace: 'real' })}
        />
        <button
          type="button"
          class="icon-button fast"
          title={strings.replayFast}
          disabled={hasNothing}
          onClick={() => post({ type: 'replay', pace: 'fast' })}
        >
          10×
        </button>
        <IconButton
          icon="debug-step-over"
          label={strings.replayStep}
          disabled={hasNothing}
          onClick={() => post({ type: 'replay', pace: 'step' })}
        />
        <IconButton
          icon="run-all"
          label={strings.replayOnce}
          disabled={hasNothing}
          onClick={() => post({ type: 'replay', pace: 'once' })}
        />
      </span>
      <span class="buttons">
        <IconButton
          icon="save"
          label={strings.save}
          disabled={hasNothing}
          onClick={() => post({ type: 'run', command: 'save' })}
        />
        <IconButton
          icon="folder-opened"
          label={strings.open}
          onClick={() => post({ type: 'run', command: 'open' })}
        />
        <IconButton
          icon="bug"
          label={strings.bugReport}
          onClick={() => post({ type: 'run', command: 'bugReport' })}
        />
      </span>
    </div>
  );
}

function Figures(): JSX.Element | null {
  const { model, strings, formats } = usePage();
  const shown = model.shown.value;
  const figures = model.figures.value;
  if (shown === undefined || figures === undefined) return null;
  const { usage, costUsd } = shown.inspection.turn.meta;
  const duration = (ms: number | undefined): string =>
    ms === undefined ? '–' : formats.milliseconds(ms);
  const { gaps, viewLag, tokensPerSecond, stalls } = figures;
  const tokensIn = usage && usage.input + usage.cacheRead + usage.cacheWrite5m + usage.cacheWrite1h;
  const list: readonly (readonly [string, string, boolean?])[] = [
    [strings.toHeaders, duration(figures.headersMs)],
    [strings.toFirstEvent, duration(figures.firstEventMs)],
    [strings.toFirstToken, duration(figures.firstTokenMs)],
    [strings.medianGap, duration(gaps?.median)],
    [strings.p95Gap, duration(gaps?.p95)],
    [strings.speed, tokensPerSecond === undefined ? '–' : `≈ ${formats.count(tokensPerSecond)}`],
    [strings.stalls, formats.count(stalls.length), stalls.length > 0],
    [strings.viewLag, duration(viewLag?.median)],
    [strings.attempts, formats.count(figures.attempts.length), figures.attempts.length > 1],
    [strings.events, formats.count(figures.events)],
    [
      strings.tokens,
      usage === undefined
        ? '–'
        : `${formats.count(tokensIn ?? 0)} → ${formats.count(usage.output)}`,
    ],
    [strings.cost, costUsd === undefined ? '–' : formats.dollars(costUsd)],
  ];
  return (
    <dl class="figure-strip" aria-label={strings.figures}>
      {list.map(([name, value, isNotable]) => (
        <div key={name} class={isNotable === true ? 'notable' : ''}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
