import assert from 'node:assert/strict';
import { costUsd } from '../../src/core/pricing';
import { noUsage, type TokenUsage } from '../../src/core/tokenUsage';
import { wireModels } from '../server/modelTable';

const million = 1_000_000;

function cost(model: string, usage: Partial<TokenUsage>): number | undefined {
  return costUsd(model, { ...noUsage, ...usage });
}

function assertCost(model: string, usage: Partial<TokenUsage>, expected: number): void {
  assert.equal(cost(model, usage)?.toFixed(9), expected.toFixed(9));
}

describe('pricing', () => {
  it('prices input, output and both kinds of cache', () => {
    assertCost('claude-opus-5-5', { input: million }, 4);
    assertCost('claude-opus-5-5', { output: million }, 20);
    assertCost('claude-opus-5-5', { cacheRead: million }, 0.2);
    assertCost('claude-opus-5-5', { cacheWrite5m: million }, 5);
    assertCost('claude-opus-5-5', { cacheWrite1h: million }, 8);
    assertCost('claude-sonnet-5-5', { cacheRead: million }, 0.1);
    assertCost('claude-fable-5-2', { cacheRead: million, output: 1_000 }, 0.2 + 0.04);
    assertCost(
      'claude-sonnet-4-6',
      { input: 1_000, output: 500, cacheRead: 2_000 },
      0.003 + 0.0075 + 0.0006,
    );
  });

  it('counts thinking only once: it is part of the output', () => {
    assert.equal(
      cost('claude-opus-5-5', { output: 100, thinking: 80 }),
      cost('claude-opus-5-5', { output: 100 }),
    );
  });

  it('takes the tier by the size of the whole prompt', () => {
    assertCost('claude-haiku-5-5', { input: 100_000 }, 0.01);
    assertCost('claude-haiku-5-5', { input: 100_001 }, 0.050_000_5);
    assertCost(
      'claude-haiku-5-5',
      { input: 10, cacheRead: 100_000, output: 1_000 },
      (10 * 0.5 + 100_000 * 0.05 + 1_000 * 2.5) / million,
    );
  });

  it('adds web searches', () => {
    assertCost('claude-opus-5', { webSearches: 3 }, 0.03);
  });

  it('knows dated ids, and nothing of models it does not know', () => {
    assertCost('claude-haiku-4-5-20251001', { input: million }, 1);
    assert.equal(cost('llama-4', { input: 1 }), undefined);
    assert.equal(cost('', { input: 1 }), undefined);
    assert.equal(cost('__proto__', { input: 1 }), undefined);
  });

  it('knows every model that the server lists', () => {
    for (const { id } of wireModels) assert.notEqual(cost(id, { input: 1 }), undefined, id);
  });
});
