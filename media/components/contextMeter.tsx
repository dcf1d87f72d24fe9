import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import { tokensTaken, withPrompt, type ContextBudget } from '../../src/core/contextBudget';
import type { ContextUse } from '../../src/core/contextUse';
import { usePanel } from '../panel';
import { TextButton } from './buttons';

/** Part of the window from which on the meter asks for attention. */
const nearlyFull = 0.8;

/** How much of the model's window the next request takes; a click shows of what it is made. */
export function ContextMeter(): JSX.Element | null {
  const { state, composer, strings, formats } = usePanel();
  const isOpen = useSignal(false);
  const id = useId();
  const use = state.value?.context;
  if (use === undefined) return null;
  const draft = { text: composer.text.value, attachments: composer.attachments.value };
  const budget = withPrompt(use.budget, draft);
  const taken = tokensTaken(budget);
  const share = budget.window === null ? null : taken / budget.window;
  const about = budget.isEstimate ? '~' : '';
  const shown = about + (share === null ? formats.count(taken) : formats.percent(share));
  return (
    <div class="context-meter">
      <button
        type="button"
        class={share !== null && share >= nearlyFull ? 'context-button full' : 'context-button'}
        aria-expanded={isOpen.value}
        aria-controls={isOpen.value ? id : undefined}
        aria-label={`${strings.context}: ${shown}`}
        title={strings.context}
        data-testid="context-meter"
        onClick={() => (isOpen.value = !isOpen.value)}
      >
        {shown}
      </button>
      {isOpen.value ? (
        <div id={id} class="context-details" role="region" aria-label={strings.context}>
          <Details use={use} budget={budget} />
        </div>
      ) : null}
    </div>
  );
}

function Details({ use, budget }: { use: ContextUse; budget: ContextBudget }): JSX.Element {
  const { strings, formats, post } = usePanel();
  const rows: readonly (readonly [string, string])[] = [
    [strings.contextSystem, formats.count(budget.system)],
    [strings.contextTools, formats.count(budget.tools)],
    [strings.contextHistory, formats.count(budget.history)],
    [strings.contextAttachments, formats.count(budget.attachments)],
    ...(budget.free === null
      ? []
      : [[strings.contextFree, formats.count(Math.max(0, budget.free))] as const]),
    ...(use.cacheHitRate === null
      ? []
      : [[strings.contextCache, formats.percent(use.cacheHitRate)] as const]),
    ...(use.costUsd === null ? [] : [[strings.contextCost, formats.dollars(use.costUsd)] as const]),
  ];
  return (
    <>
      <dl>
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {budget.isEstimate ? <p>{strings.contextEstimated}</p> : null}
      <TextButton
        label={strings.compactNow}
        secondary
        onClick={() => post({ type: 'run', command: 'compact' })}
      />
    </>
  );
}
