import { activeCompaction, isCompaction } from './compaction';
import type { PromptAttachment } from './conversation';
import type { TurnDocument } from './turnDocument';

/** What the next request would take of the model's window, in tokens. */
export interface ContextBudget {
  /** Tokens that the model can read; null where the server does not say. */
  readonly window: number | null;
  readonly system: number;
  readonly tools: number;
  readonly history: number;
  readonly attachments: number;
  /** Null where the window is not known; negative where it does not fit. */
  readonly free: number | null;
  /** The figures come from lengths, not from the server's count. */
  readonly isEstimate: boolean;
}

export interface BudgetSource {
  readonly system: string;
  /** The tools as they go into a request. */
  readonly tools: readonly unknown[];
  readonly turns: readonly TurnDocument[];
  readonly window: number | null;
  /** What the server counted for all of it; undefined where it did not. */
  readonly counted?: number | undefined;
}

/** UTF-16 units per token, cautiously: models since 4.7 make more tokens of the same text (API: token counting). */
const unitsPerToken = 3;
/** Part of the window from which on the conversation is compacted before the next prompt. */
const compactFrom = 0.8;

export function estimateTokens(text: string): number {
  return tokensOf(text.length);
}

/** What the next request would take, without the prompt that is not sent yet. */
export function contextBudget(source: BudgetSource): ContextBudget {
  const { system, tools, turns, window, counted } = source;
  const units = { history: 0, attachments: 0 };
  const start = activeCompaction(turns);
  for (const [index, turn] of turns.entries()) {
    if (index < start || (isCompaction(turn) && index !== start)) continue;
    for (const { head, text, state } of turn.blocks) {
      if (state === 'dropped') continue;
      units[head.kind === 'attachment' ? 'attachments' : 'history'] += text.length;
    }
  }
  const estimate = {
    system: estimateTokens(system),
    tools: tools.length === 0 ? 0 : estimateTokens(JSON.stringify(tools)),
    history: tokensOf(units.history),
    attachments: tokensOf(units.attachments),
  };
  const total = sumOf(estimate);
  // The server counts the whole; its parts keep their shares.
  const factor = counted === undefined || total === 0 ? 1 : counted / total;
  const parts = {
    system: Math.round(estimate.system * factor),
    tools: Math.round(estimate.tools * factor),
    history: Math.round(estimate.history * factor),
    attachments: Math.round(estimate.attachments * factor),
  };
  return {
    ...parts,
    window,
    free: window === null ? null : window - sumOf(parts),
    isEstimate: counted === undefined,
  };
}

/** The same with a prompt that is about to be sent. Its tokens are always estimated. */
export function withPrompt(
  budget: ContextBudget,
  prompt: { readonly text: string; readonly attachments: readonly PromptAttachment[] },
): ContextBudget {
  const text = estimateTokens(prompt.text);
  const attached = prompt.attachments.reduce((sum, { content }) => sum + content.length, 0);
  const attachments = tokensOf(attached);
  if (text + attachments === 0) return budget;
  return {
    ...budget,
    history: budget.history + text,
    attachments: budget.attachments + attachments,
    free: budget.free === null ? null : budget.free - text - attachments,
    isEstimate: true,
  };
}

/** Tokens taken, whatever the window. */
export function tokensTaken(budget: ContextBudget): number {
  return sumOf(budget);
}

/** Whether the conversation should be compacted before it goes on. */
export function isNearLimit(budget: ContextBudget): boolean {
  return budget.window !== null && sumOf(budget) >= budget.window * compactFrom;
}

function sumOf(parts: Pick<ContextBudget, 'system' | 'tools' | 'history' | 'attachments'>): number {
  return parts.system + parts.tools + parts.history + parts.attachments;
}

function tokensOf(units: number): number {
  return Math.ceil(units / unitsPerToken);
}
