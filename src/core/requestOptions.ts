import type { ThinkingConfigParam } from '@anthropic-ai/sdk/resources/messages';
import type { ChatSettings } from './chatSettings';
import type { MessageRequest } from './messageTransport';
import type { Effort, ModelInfo } from './modelInfo';
import { systemPrompt } from './systemPrompt';

/** Output tokens asked for where a model allows more: thinking counts towards it, so it is generous. */
const largestMaxTokens = 64_000;
/** Output tokens asked of a model about which nothing is known. */
const cautiousMaxTokens = 8_192;
/** Smallest `budget_tokens` that the API takes. */
const smallestBudget = 1_024;
const largestBudget = 16_000;

/**
 * Everything of a request but its messages. What a server did not say that a model can do is left out, so that servers
 * other than Anthropic's get nothing they do not know; sampling parameters are never sent (API 2026-10-21 refuses them).
 *
 * @param info What the server says about the model; undefined where it does not list it.
 */
export function requestOptions(
  model: string,
  info: ModelInfo | undefined,
  settings: Pick<ChatSettings, 'effort' | 'thinking' | 'maxOutputTokens'>,
): Omit<MessageRequest, 'messages'> {
  const maxTokens = maxOutputTokens(info, settings.maxOutputTokens);
  const base = { model, max_tokens: maxTokens, system: systemPrompt };
  const capabilities = info?.capabilities;
  if (capabilities === undefined || capabilities === null) return base;
  const thinking = thinkingConfig(capabilities.thinking, settings.thinking, maxTokens);
  const effort = effortFor(capabilities.effort, settings.effort, thinking);
  return {
    ...base,
    ...(thinking === undefined ? {} : { thinking }),
    ...(effort === undefined ? {} : { output_config: { effort } }),
    cache_control: { type: 'ephemeral' },
  };
}

function maxOutputTokens(info: ModelInfo | undefined, wanted: number | undefined): number {
  const allowed = info?.maxOutputTokens ?? undefined;
  if (wanted !== undefined) return Math.max(1, Math.min(wanted, allowed ?? wanted));
  if (allowed !== undefined) return Math.min(allowed, largestMaxTokens);
  return info?.capabilities ? largestMaxTokens : cautiousMaxTokens;
}

function thinkingConfig(
  supported: readonly ThinkingConfigParam['type'][],
  wanted: ChatSettings['thinking'],
  maxTokens: number,
): ThinkingConfigParam | undefined {
  if (wanted === 'off') {
    if (supported.includes('disabled')) return { type: 'disabled' };
    if (supported.includes('between_tools')) return { type: 'between_tools' };
  }
  if (supported.includes('adaptive')) return { type: 'adaptive', display: 'summarized' };
  const budget = Math.min(largestBudget, Math.floor(maxTokens / 2));
  return supported.includes('enabled') && wanted === 'auto' && budget >= smallestBudget
    ? { type: 'enabled', budget_tokens: budget }
    : undefined;
}

/** Levels above `high` need full thinking: without it they are a 400, so the highest that goes without is sent. */
function effortFor(
  supported: readonly Effort[],
  wanted: Effort | undefined,
  thinking: ThinkingConfigParam | undefined,
): Effort | undefined {
  if (wanted === undefined || !supported.includes(wanted)) return undefined;
  const limited = thinking?.type === 'disabled' || thinking?.type === 'between_tools';
  return limited && (wanted === 'xhigh' || wanted === 'max') && supported.includes('high')
    ? 'high'
    : wanted;
}
