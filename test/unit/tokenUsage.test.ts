import assert from 'node:assert/strict';
import { addUsage, noUsage, updateUsage } from '../../src/core/tokenUsage';

describe('updateUsage', () => {
  it('replaces, never adds: the figures are cumulative (T86)', () => {
    const start = updateUsage(noUsage, { input_tokens: 472, output_tokens: 2 });
    const first = updateUsage(start, { output_tokens: 40 });
    const second = updateUsage(first, { output_tokens: 89, input_tokens: 500 });
    assert.deepEqual(second, { ...noUsage, input: 500, output: 89 });
  });

  it('keeps what the start said where a later figure is null or missing (T86)', () => {
    const start = updateUsage(noUsage, {
      input_tokens: 10,
      cache_read_input_tokens: 7,
      cache_creation_input_tokens: 30,
      cache_creation: { ephemeral_5m_input_tokens: 20, ephemeral_1h_input_tokens: 10 },
    });
    const later = updateUsage(start, {
      input_tokens: null,
      cache_read_input_tokens: null,
      cache_creation: null,
      output_tokens: 5,
    });
    assert.deepEqual(later, { ...start, output: 5 });
    assert.equal(later.cacheWrite5m, 20);
    assert.equal(later.cacheWrite1h, 10);
  });

  it('counts an unsplit cache write as a five-minute one', () => {
    assert.equal(updateUsage(noUsage, { cache_creation_input_tokens: 30 }).cacheWrite5m, 30);
  });

  it('does not count the one-hour part twice when only the sum comes again (T86)', () => {
    const start = updateUsage(noUsage, {
      cache_creation: { ephemeral_5m_input_tokens: 20, ephemeral_1h_input_tokens: 10 },
    });
    const later = updateUsage(start, { cache_creation_input_tokens: 30, cache_creation: null });
    assert.equal(later.cacheWrite5m, 20);
    assert.equal(later.cacheWrite1h, 10);
  });

  it('reads thinking tokens and web searches', () => {
    const usage = updateUsage(noUsage, {
      output_tokens_details: { thinking_tokens: 40 },
      server_tool_use: { web_search_requests: 3 },
    });
    assert.equal(usage.thinking, 40);
    assert.equal(usage.webSearches, 3);
  });

  it('passes over nonsense', () => {
    for (const wire of [undefined, null, 7, 'x', [], { input_tokens: 'many' }]) {
      assert.deepEqual(updateUsage(noUsage, wire), noUsage);
    }
    assert.deepEqual(updateUsage(noUsage, { output_tokens: -5 }), noUsage);
  });
});

describe('addUsage', () => {
  it('sums every figure: each attempt was billed', () => {
    const one = {
      input: 1,
      output: 2,
      cacheRead: 3,
      cacheWrite5m: 4,
      cacheWrite1h: 5,
      thinking: 6,
      webSearches: 7,
    };
    assert.deepEqual(
      Object.values(addUsage(one, one)),
      Object.values(one).map((n) => 2 * n),
    );
  });
});
