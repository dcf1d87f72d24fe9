import type { ContextBudget } from './contextBudget';
import type { TurnDocument } from './turnDocument';

/** What the meter shows of a conversation. */
export interface ContextUse {
  readonly budget: ContextBudget;
  /** Of all answers, in US dollars; null where the price of one is not known. */
  readonly costUsd: number | null;
  /** Part of the tokens sent that came from the prompt cache, from 0 to 1; null before anything was sent. */
  readonly cacheHitRate: number | null;
}

export function contextUse(turns: readonly TurnDocument[], budget: ContextBudget): ContextUse {
  let costUsd: number | null = 0;
  let read = 0;
  let sent = 0;
  for (const { meta } of turns) {
    if (meta.usage === undefined) continue;
    const { input, cacheRead, cacheWrite5m, cacheWrite1h } = meta.usage;
    read += cacheRead;
    sent += input + cacheRead + cacheWrite5m + cacheWrite1h;
    costUsd = costUsd === null || meta.costUsd === undefined ? null : costUsd + meta.costUsd;
  }
  return { budget, costUsd, cacheHitRate: sent === 0 ? null : read / sent };
}
