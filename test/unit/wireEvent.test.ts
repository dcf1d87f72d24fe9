import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isShallow } from '../../src/core/json';
import { decodeWireEvent, type WireEvent } from '../../src/core/wireEvent';
import { checkProperty } from './propertyRuns';

function decode(data: unknown, event: string | null = null): WireEvent {
  return decodeWireEvent({ event, data: typeof data === 'string' ? data : JSON.stringify(data) });
}

describe('decodeWireEvent', () => {
  it('reads every event of the API, with its `event:` line or without (T81)', () => {
    const events: [unknown, WireEvent][] = [
      [
        { type: 'message_start', message: { id: 'm' } },
        { type: 'message_start', message: { id: 'm' } },
      ],
      [
        { type: 'content_block_start', index: 2, content_block: { type: 'text' } },
        { type: 'content_block_start', index: 2, block: { type: 'text' } },
      ],
      [
        { type: 'content_block_delta', index: 2, delta: { type: 'text_delta' } },
        { type: 'content_block_delta', index: 2, delta: { type: 'text_delta' } },
      ],
      [
        { type: 'content_block_stop', index: 2 },
        { type: 'content_block_stop', index: 2 },
      ],
      [
        { type: 'message_delta', delta: { stop_reason: null }, usage: { output_tokens: 1 } },
        { type: 'message_delta', delta: { stop_reason: null }, usage: { output_tokens: 1 } },
      ],
      [{ type: 'message_stop' }, { type: 'message_stop' }],
      [{ type: 'ping' }, { type: 'ping' }],
    ];
    for (const [data, expected] of events) {
      assert.deepEqual(decode(data), expected);
      assert.deepEqual(decode(data, expected.type), expected);
    }
  });

  it('takes the type from the `event:` line where the data has none', () => {
    assert.deepEqual(decode({}, 'message_stop'), { type: 'message_stop' });
    assert.deepEqual(decode('', 'ping'), { type: 'ping' });
  });

  it('believes the data rather than the `event:` line, errors apart', () => {
    assert.deepEqual(decode({ type: 'message_stop' }, 'message'), { type: 'message_stop' });
  });

  it('knows an error in whatever shape a proxy says it (T73)', () => {
    const api = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };
    assert.deepEqual(decode(api), { type: 'error', body: api });
    assert.deepEqual(decode(api, 'error'), { type: 'error', body: api });
    const bare = { type: 'overloaded_error', message: 'Overloaded' };
    assert.deepEqual(decode(bare, 'error'), { type: 'error', body: bare });
    const untyped = { error: { message: 'upstream gone', code: 502 } };
    assert.deepEqual(decode(untyped), { type: 'error', body: untyped });
    assert.deepEqual(decode('upstream gone', 'error'), {
      type: 'error',
      body: { type: 'error', error: { type: 'api_error', message: 'upstream gone' } },
    });
  });

  it('passes on what it does not know by name', () => {
    assert.deepEqual(decode({ type: 'future' }), { type: 'unknown', name: 'future' });
    assert.deepEqual(decode({ type: 'toString' }), { type: 'unknown', name: 'toString' });
    assert.deepEqual(decode({}), { type: 'unknown', name: '' });
  });

  it('calls malformed what is no JSON object or lacks what its type requires (T110)', () => {
    for (const data of ['', '{', 'null', '[]', '"x"', '42', '[DONE]']) {
      assert.deepEqual(decode(data), { type: 'malformed', name: '' });
    }
    for (const index of [undefined, null, '0', [], {}]) {
      const data = { type: 'content_block_stop', index };
      assert.deepEqual(decode(data), { type: 'malformed', name: 'content_block_stop' });
    }
    assert.equal(decode({ type: 'content_block_start', index: 0 }).type, 'malformed');
    assert.equal(decode({ type: 'content_block_delta', index: 0, delta: 'x' }).type, 'malformed');
  });

  it('refuses what is nested too deep to be stored or posted', () => {
    const deep = '['.repeat(3_000) + ']'.repeat(3_000);
    const data = `{"type":"content_block_start","index":0,"content_block":{"type":"x","v":${deep}}}`;
    assert.deepEqual(decode(data), { type: 'malformed', name: '' });
    assert.equal(isShallow([[]], 2), true);
    assert.equal(isShallow([[]], 1), false);
    assert.equal(isShallow({ a: { b: 1 } }, 2), true);
  });

  it('tolerates a message without body or usage, as small servers send it', () => {
    assert.deepEqual(decode({ type: 'message_start' }), { type: 'message_start', message: {} });
    assert.deepEqual(decode({ type: 'message_delta' }), {
      type: 'message_delta',
      delta: {},
      usage: undefined,
    });
  });

  it('never throws (T110)', async () => {
    await checkProperty(
      fc.property(
        fc.option(fc.string(), { nil: null }),
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.jsonValue().map((v) => JSON.stringify({ type: v })),
        ),
        (event, data) => {
          decodeWireEvent({ event, data });
        },
      ),
      1_000,
    );
  });
});
