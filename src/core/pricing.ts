import type { TokenUsage } from './tokenUsage';

/** US dollars per million tokens. */
interface Rates {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
}

/** Rates that hold for prompts of up to so many tokens, cached ones included. */
interface Tier extends Rates {
  readonly upTo: number;
}

/** Writing to the cache costs the input rate times this. */
const cacheWrite5m = 1.25;
const cacheWrite1h = 2;
/** Reading from it costs the input rate times this, unless the model has its own rate. */
const cacheRead = 0.1;
/** US dollars per search. */
const webSearch = 0.01;
const million = 1_000_000;

/** Prices of Anthropic's own API as published in November 2026. */
const prices: ReadonlyMap<string, readonly Tier[]> = new Map([
  ['claude-fable-5-2', flat(8, 40, 0.2)],
  ['claude-mythos-5-2', flat(8, 40, 0.2)],
  ['claude-fable-5-1', flat(10, 50, 0.25)],
  ['claude-mythos-5-1', flat(10, 50, 0.25)],
  ['claude-opus-5-5', flat(4, 20, 0.2)],
  ['claude-sonnet-5-5', flat(2, 10, 0.1)],
  [
    'claude-haiku-5-5',
    [
      { upTo: 100_000, input: 0.1, output: 0.5, cacheRead: 0.01 },
      { upTo: Number.POSITIVE_INFINITY, input: 0.5, output: 2.5, cacheRead: 0.05 },
    ],
  ],
  ['claude-opus-5', flat(5, 25)],
  ['claude-sonnet-5', flat(2, 10)],
  ['claude-fable-5', flat(10, 50)],
  ['claude-mythos-5', flat(10, 50)],
  ['claude-opus-4-8', flat(5, 25)],
  ['claude-opus-4-7', flat(5, 25)],
  ['claude-opus-4-6', flat(5, 25)],
  ['claude-sonnet-4-6', flat(3, 15)],
  ['claude-opus-4-5', flat(5, 25)],
  ['claude-sonnet-4-5', flat(3, 15)],
  ['claude-haiku-4-5', flat(1, 5)],
]);

/**
 * What one request cost, in US dollars; undefined for a model whose price is not known. A tier is chosen by the size
 * of one prompt, so the usage of several requests is priced one by one.
 */
export function costUsd(model: string, usage: TokenUsage): number | undefined {
  const tiers = prices.get(model.replace(/-\d{8}$/, ''));
  if (tiers === undefined) return undefined;
  const prompt = usage.input + usage.cacheRead + usage.cacheWrite5m + usage.cacheWrite1h;
  const rates = tiers.find((tier) => prompt <= tier.upTo);
  if (rates === undefined) return undefined;
  const weighted =
    usage.input * rates.input +
    usage.cacheWrite5m * rates.input * cacheWrite5m +
    usage.cacheWrite1h * rates.input * cacheWrite1h +
    usage.cacheRead * rates.cacheRead +
    usage.output * rates.output;
  return weighted / million + usage.webSearches * webSearch;
}

function flat(input: number, output: number, read = input * cacheRead): readonly Tier[] {
  return [{ upTo: Number.POSITIVE_INFINITY, input, output, cacheRead: read }];
}
