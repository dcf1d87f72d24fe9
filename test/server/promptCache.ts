import { isJsonObject, type JsonObject } from '../../src/core/json';
import { contentOf } from './contentBlocks';
import { findModel } from './modelTable';
import { hashOf } from './thinkingSignature';
import { estimateTokens } from './tokenEstimate';

/** How many blocks before a mark may already be cached. */
const lookBack = 20;
const minuteMs = 60_000;

/** How the tokens of one prompt are billed. */
export interface PromptUsage {
  readonly input: number;
  readonly read: number;
  readonly written5m: number;
  readonly written1h: number;
}

interface Block {
  readonly tokens: number;
  /** Names everything up to and including this block. */
  readonly key: string;
  readonly ttl: '5m' | '1h' | undefined;
}

/** The prompt cache (API: prompt caching), so that its figures move as they really do. Times in ms. */
export class PromptCache {
  private readonly expiry = new Map<string, number>();

  /** Counts the prompt, and remembers what it marks. */
  use(request: JsonObject, now: number): PromptUsage {
    const smallest = findModel(request['model'])?.smallestCache ?? Number.POSITIVE_INFINITY;
    const blocks = blocksOf(request);
    const totals = runningTotals(blocks);
    const total = totals.at(-1) ?? 0;
    const marks = [...blocks.keys()].filter(
      (i) => blocks[i]?.ttl !== undefined && (totals[i] ?? 0) >= smallest,
    );
    let read = 0;
    for (const mark of marks) {
      for (let i = mark; i >= Math.max(0, mark - lookBack); i--) {
        if ((this.expiry.get(blocks[i]?.key ?? '') ?? 0) > now)
          read = Math.max(read, totals[i] ?? 0);
      }
    }
    const written = { '5m': 0, '1h': 0 };
    let cached = read;
    for (const mark of marks) {
      const { key = '', ttl = '5m' } = blocks[mark] ?? {};
      this.expiry.set(key, now + (ttl === '1h' ? 60 : 5) * minuteMs);
      const upTo = totals[mark] ?? 0;
      if (upTo > cached) written[ttl] += upTo - cached;
      cached = Math.max(cached, upTo);
    }
    return { input: total - cached, read, written5m: written['5m'], written1h: written['1h'] };
  }
}

/** Tools, then system, then messages. A mark on the request itself is one on its last block. */
function blocksOf(request: JsonObject): Block[] {
  const { model, tools, system, messages, cache_control: ownMark } = request;
  const parts: JsonObject[] = [
    ...(Array.isArray(tools) ? tools.filter(isJsonObject) : []),
    ...(contentOf(system) ?? []),
    ...(Array.isArray(messages) ? messages.filter(isJsonObject) : []).flatMap(({ role, content }) =>
      (contentOf(content) ?? []).map((block) => ({ role, ...block })),
    ),
  ];
  let key = hashOf(model ?? null);
  return parts.map((part, i) => {
    key = hashOf([key, part]);
    const mark = part['cache_control'] ?? (i === parts.length - 1 ? ownMark : undefined);
    const ttl = isJsonObject(mark) ? (mark['ttl'] === '1h' ? '1h' : '5m') : undefined;
    return { tokens: estimateTokens(part), key, ttl };
  });
}

function runningTotals(blocks: readonly Block[]): number[] {
  let total = 0;
  return blocks.map(({ tokens }) => (total += tokens));
}
