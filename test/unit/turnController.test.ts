import assert from 'node:assert/strict';
import type { Fault } from '../../src/core/fault';
import { TurnController, type TurnLimits, type TurnRequest } from '../../src/core/turnController';
import type { TurnDocument } from '../../src/core/turnDocument';
import type { TurnStatus } from '../../src/core/turnStatus';
import { ManualClock, settle } from './manualClock';
import { askingLimits, steadyNetwork } from './retryLimits';
import { ScriptedTransport } from './scriptedTransport';
import { SilentLogger } from './silentLogger';
import { newTurn } from './turnPipeline';

const limits = askingLimits;

function harness(options: Partial<TurnLimits> = {}, plan: Partial<TurnRequest> = {}) {
  const clock = new ManualClock();
  const log = new SilentLogger();
  const transport = new ScriptedTransport();
  const turn = newTurn(clock);
  const request = { model: 'claude-opus-5-5', max_tokens: 100, messages: [] };
  let prepared = 0;
  const prepare = (): Promise<TurnRequest> => {
    prepared++;
    return Promise.resolve({ request, withoutThinking: undefined, ...plan });
  };
  const ports = {
    transport: () => Promise.resolve(transport),
    clock,
    log,
    random: () => 0.5,
    connectivity: steadyNetwork(clock),
  };
  const newController = (): TurnController =>
    new TurnController(turn, prepare, { ...limits, ...options }, ports);
  const controller = newController();
  const statuses: TurnStatus[] = [];
  let lastKind = 'queued';
  turn.onDidChange(() => {
    if (turn.status.kind === lastKind) return;
    lastKind = turn.status.kind;
    statuses.push(turn.status);
  });
  return {
    clock,
    log,
    transport,
    turn,
    controller,
    newController,
    request,
    statuses,
    prepared: () => prepared,
    kinds: () => statuses.map(({ kind }) => kind),
    /** Starts the run and waits for the request. */
    async start(): Promise<void> {
      void controller.run();
      await settle();
    },
  };
}

function textOf(turn: TurnDocument): string {
  return turn.answerText();
}

function causeOf(status: TurnStatus): string {
  return 'cause' in status ? status.cause.kind : '';
}

describe('turnController', () => {
  describe('a whole answer', () => {
    it('goes from connecting over streaming to complete, and only message_stop makes it so', async () => {
      const h = harness();
      await h.start();
      h.transport.last.headers().start().text('Hel').delta(0, { type: 'text_delta', text: 'lo' });
      await settle();
      assert.equal(h.turn.status.kind, 'streaming');
      h.transport.last.stop(0);
      h.transport.last.event({
        type: 'message_delta',
        delta: { stop_reason: 'max_tokens' },
        usage: { output_tokens: 9 },
      });
      await settle();
      assert.equal(h.turn.status.kind, 'streaming');
      h.transport.last.event({ type: 'message_stop' });
      await settle();
      assert.deepEqual(h.turn.status, { kind: 'complete', stopReason: 'max_tokens' });
      assert.deepEqual(h.kinds(), ['connecting', 'streaming', 'complete']);
      assert.equal(textOf(h.turn), 'Hello');
      assert.equal(h.clock.pendingTimers, 0);
      assert.equal(h.transport.last.isClosed, true);
    });

    it('is complete before the body ends, and its connection is not cut', async () => {
      const h = harness();
      await h.start();
      h.transport.last.headers().start().text('x').stop(0).messageStop();
      await settle();
      assert.equal(h.turn.status.kind, 'complete');
      assert.equal(h.transport.last.signal.aborted, false);
    });

    it('shows the figures of the turn, measured from when it was sent', async () => {
      const h = harness();
      h.clock.advance(1_000);
      await h.start();
      h.clock.advance(100);
      h.transport.last.headers('req_7');
      await settle();
      h.clock.advance(20);
      h.transport.last.start({ input_tokens: 100, output_tokens: 1, cache_read_input_tokens: 50 });
      await settle();
      h.clock.advance(30);
      h.transport.last
        .block(0, { type: 'text', text: '' })
        .delta(0, { type: 'text_delta', text: '' });
      await settle();
      assert.equal(h.turn.meta.firstTokenMs, undefined);
      h.clock.advance(7);
      h.transport.last.delta(0, { type: 'text_delta', text: 'x' });
      await settle();
      h.clock.advance(43);
      h.transport.last.stop(0).messageStop('end_turn', { output_tokens: 1_000 });
      await settle();
      assert.deepEqual(h.turn.meta, {
        attempts: 1,
        model: 'claude-opus-5-5',
        headersMs: 100,
        requestId: 'req_7',
        firstEventMs: 120,
        messageId: 'msg_1',
        firstTokenMs: 157,
        endedMs: 200,
        usage: {
          input: 100,
          output: 1_000,
          cacheRead: 50,
          cacheWrite5m: 0,
          cacheWrite1h: 0,
          thinking: 0,
          webSearches: 0,
        },
        costUsd: (100 * 4 + 50 * 0.2 + 1_000 * 20) / 1e6,
      });
    });

    it('counts the first thinking as the first token', async () => {
      const h = harness();
      await h.start();
      h.clock.advance(5);
      h.transport.last
        .headers()
        .start()
        .block(0, { type: 'thinking', thinking: '', signature: '' })
        .delta(0, { type: 'thinking_delta', thinking: 'Hm' });
      await settle();
      assert.equal(h.turn.meta.firstTokenMs, 5);
    });

    it('keeps what a refusal says', async () => {
      const h = harness();
      await h.start();
      h.transport.last
        .headers()
        .start()
        .event({
          type: 'message_delta',
          delta: { stop_reason: 'refusal', stop_details: { type: 'refusal', category: 'cyber' } },
          usage: {},
        })
        .event({ type: 'message_stop' });
      await settle();
      assert.deepEqual(h.turn.status, { kind: 'complete', stopReason: 'refusal' });
      assert.deepEqual(h.turn.meta.stopDetails, { type: 'refusal', category: 'cyber' });
    });

    it('puts each delta into the document in the tick in which it is read', async () => {
      const h = harness();
      const seen: string[] = [];
      h.turn.onDidChange(() => seen.push(textOf(h.turn)));
      await h.start();
      h.transport.last.headers().start().text('a');
      await settle();
      assert.equal(seen.at(-1), 'a');
      assert.equal(h.clock.now(), 0);
    });

    it('goes on after events that are unknown, malformed or out of order (T62, T110)', async () => {
      const h = harness();
      await h.start();
      h.transport.last
        .headers()
        .delta(4, { type: 'citations_delta' })
        .event({ type: 'new_thing', x: 1 })
        .stop(7)
        .start()
        .text('ok')
        .stop(0)
        .stop(0)
        .messageStop();
      await settle();
      assert.equal(h.turn.status.kind, 'complete');
      assert.equal(textOf(h.turn), 'ok');
    });
  });

  describe('before any output', () => {
    const transientFaults: readonly (readonly [string, Fault, string])[] = [
      ['408', http(408), 'timeout'],
      ['409', http(409), 'server-error'],
      ['429', http(429, 'rate_limit_error'), 'rate-limited'],
      ['500', http(500, 'api_error'), 'server-error'],
      ['502 with HTML', http(502, undefined, '<html><title>Bad gateway</title>'), 'server-error'],
      ['504', http(504, 'timeout_error'), 'timeout'],
      ['529', http(529, 'overloaded_error'), 'overloaded'],
      ['DNS', network('ENOTFOUND'), 'host-not-found'],
      ['refused', network('ECONNREFUSED'), 'connection-refused'],
      ['reset', network('ECONNRESET'), 'connection-lost'],
      ['connect timeout', network('ETIMEDOUT'), 'timeout'],
      ['headers timeout', { kind: 'timeout', phase: 'headers', afterMs: 600_000 }, 'timeout'],
    ];

    for (const [name, fault, kind] of transientFaults) {
      it(`retries after ${name}, with the countdown visible`, async () => {
        const h = harness();
        await h.start();
        h.transport.last.refuse(fault);
        await settle();
        assert.equal(h.turn.status.kind, 'waiting');
        assert.equal(causeOf(h.turn.status), kind);
        await h.clock.advanceAsync(60_000);
        assert.equal(h.transport.calls.length, 2);
        h.transport.last.whole('fine');
        await settle();
        assert.equal(h.turn.status.kind, 'complete');
        assert.equal(textOf(h.turn), 'fine');
        assert.equal(h.turn.meta.attempts, 2);
        assert.equal(h.clock.pendingTimers, 0);
      });
    }

    it('waits for the network where there is none, and leaves no timer (T51)', async () => {
      for (const code of ['EAI_AGAIN', 'ENETUNREACH']) {
        const h = harness();
        await h.start();
        h.transport.last.refuse(network(code));
        await settle();
        assert.equal(h.turn.status.kind, 'paused');
        assert.equal(causeOf(h.turn.status), 'no-network');
        await h.clock.advanceAsync(60_000);
        assert.equal(h.transport.calls.length, 2);
        h.transport.last.whole('fine');
        await settle();
        assert.equal(h.turn.status.kind, 'complete');
        assert.equal(h.clock.pendingTimers, 0);
      }
    });

    const streamFaults: readonly (readonly [
      string,
      (h: ReturnType<typeof harness>) => void,
      string,
    ])[] = [
      [
        'an error as the first event (T73)',
        (h) => h.transport.last.error('overloaded_error'),
        'overloaded',
      ],
      [
        'an error after message_start (T74)',
        (h) => h.transport.last.start().error('api_error'),
        'server-error',
      ],
      [
        'an error after an empty block',
        (h) =>
          h.transport.last.start().block(0, { type: 'text', text: '' }).error('overloaded_error'),
        'overloaded',
      ],
      [
        'an empty body',
        (h) => h.transport.last.fail({ kind: 'not-a-stream', contentType: null, sample: '' }),
        'empty-response',
      ],
      ['an end without message_stop', (h) => h.transport.last.start().end(), 'truncated'],
      ['a reset', (h) => h.transport.last.start().fail(network('ECONNRESET')), 'connection-lost'],
    ];

    for (const [name, strike, kind] of streamFaults) {
      it(`retries a 200 that brought ${name}`, async () => {
        const h = harness();
        await h.start();
        h.transport.last.headers();
        strike(h);
        await settle();
        assert.equal(h.turn.status.kind, 'waiting');
        assert.equal(causeOf(h.turn.status), kind);
        assert.equal(h.transport.last.isClosed, true);
        await h.clock.advanceAsync(60_000);
        h.transport.last.whole('second');
        await settle();
        assert.equal(h.turn.status.kind, 'complete');
        assert.equal(textOf(h.turn), 'second');
      });
    }

    const permanentFaults: readonly (readonly [string, Fault, string])[] = [
      ['a wrong key', http(401, 'authentication_error'), 'wrong-key'],
      ['no credit', http(402, 'billing_error'), 'no-credit'],
      ['no permission', http(403, 'permission_error'), 'no-permission'],
      [
        'an unknown model',
        http(404, 'not_found_error', undefined, 'model: claude-9'),
        'unknown-model',
      ],
      ['a wrong path', http(404), 'not-found'],
      ['a large body', http(413, 'request_too_large'), 'request-too-large'],
      [
        'a bad request (T78)',
        http(400, 'invalid_request_error', undefined, 'x: bad'),
        'bad-request',
      ],
      [
        'a long prompt (T78)',
        http(400, 'invalid_request_error', undefined, 'prompt is too long: 1 > 0'),
        'prompt-too-long',
      ],
      ['a certificate', network('SELF_SIGNED_CERT_IN_CHAIN'), 'tls'],
      [
        'a sign-in page',
        { kind: 'not-a-stream', contentType: 'text/html', sample: '<html>' },
        'not-the-api',
      ],
      ['no key', { kind: 'no-key' }, 'no-key'],
    ];

    for (const [name, fault, kind] of permanentFaults) {
      it(`fails at once after ${name}`, async () => {
        const h = harness();
        await h.start();
        h.transport.last.refuse(fault);
        await settle();
        assert.equal(h.turn.status.kind, 'failed');
        assert.equal(causeOf(h.turn.status), kind);
        assert.equal(h.transport.calls.length, 1);
        assert.equal(h.clock.pendingTimers, 0);
      });
    }

    it('sends the same bytes again, prepared once', async () => {
      const h = harness();
      await h.start();
      h.transport.last.refuse(http(529));
      await h.clock.advanceAsync(60_000);
      assert.equal(h.prepared(), 1);
      assert.equal(h.transport.calls[0]?.request, h.transport.calls[1]?.request);
    });

    it('fails when the attempts are used up, and says why', async () => {
      const h = harness({ maxRetries: 2 });
      await h.start();
      for (let attempt = 1; attempt <= 3; attempt++) {
        h.transport.last.refuse(http(529, 'overloaded_error'));
        await h.clock.advanceAsync(60_000);
      }
      assert.equal(h.transport.calls.length, 3);
      assert.equal(h.turn.status.kind, 'failed');
      assert.equal(causeOf(h.turn.status), 'overloaded');
      assert.equal(h.clock.pendingTimers, 0);
    });

    it('waits as long as the server asks, and no shorter', async () => {
      const h = harness();
      await h.start();
      h.transport.last.refuse(
        http(429, 'rate_limit_error', undefined, '', { 'retry-after': '20' }),
      );
      await h.clock.advanceAsync(19_999);
      assert.equal(h.turn.status.kind, 'waiting');
      assert.equal(h.transport.calls.length, 1);
      await h.clock.advanceAsync(2_000);
      assert.equal(h.transport.calls.length, 2);
    });

    it('fails where the server asks for more than the limit, and shows how much', async () => {
      const h = harness({ maxRetryAfterMs: 60_000 });
      await h.start();
      h.transport.last.refuse(http(429, undefined, undefined, '', { 'retry-after': '3600' }));
      await settle();
      const { status } = h.turn;
      assert(status.kind === 'failed');
      assert.equal(status.cause.retryAfterMs, 3_600_000);
      assert.match(status.cause.detail ?? '', /3600 s/);
    });

    it('ends the wait on retryNow, and leaves no timer (T75)', async () => {
      const h = harness();
      await h.start();
      h.transport.last.refuse(http(529));
      await settle();
      h.controller.retryNow();
      await settle();
      assert.equal(h.transport.calls.length, 2);
      assert.equal(h.clock.pendingTimers, 0);
      h.controller.retryNow();
      h.transport.last.whole('now');
      await settle();
      assert.equal(h.turn.status.kind, 'complete');
    });

    it('drops what an attempt without output had opened (T79)', async () => {
      const h = harness();
      await h.start();
      h.transport.last
        .headers()
        .start()
        .block(0, { type: 'redacted_thinking', data: 'xyz' })
        .stop(0)
        .error('overloaded_error');
      await settle();
      assert.deepEqual(
        h.turn.blocks.map(({ state }) => state),
        ['dropped'],
      );
    });

    it('asks again without earlier thinking, once and at once (T115)', async () => {
      const bare = { model: 'claude-opus-5-5', max_tokens: 100, messages: [] };
      const h = harness({}, { withoutThinking: () => bare });
      const refusal = http(
        400,
        'invalid_request_error',
        undefined,
        'messages.1.content.0: Invalid `signature` in `thinking` block. The block is bound to a different conversation',
      );
      await h.start();
      h.transport.last.refuse(refusal);
      await settle();
      assert.equal(h.transport.calls.length, 2);
      assert.equal(h.transport.last.request, bare);
      assert.equal(h.controller.hasHealed, true);
      h.transport.last.refuse(refusal);
      await settle();
      assert.equal(h.turn.status.kind, 'failed');
      assert.equal(causeOf(h.turn.status), 'invalid-thinking-signature');
    });

    it('fails as unexpected where a defect throws, and never prints [object Object] (T111)', async () => {
      const h = harness();
      await h.start();
      h.transport.last.refuseWith({ odd: true });
      await settle();
      const { status } = h.turn;
      assert(status.kind === 'failed');
      assert.equal(status.cause.kind, 'unexpected');
      assert.doesNotMatch(JSON.stringify([status, h.log.lines]), /object Object/);
    });

    it('fails where the request cannot be made', async () => {
      const clock = new ManualClock();
      const turn = newTurn(clock);
      const ports = {
        transport: () => Promise.resolve(new ScriptedTransport()),
        clock,
        log: new SilentLogger(),
        random: () => 0,
        connectivity: steadyNetwork(clock),
      };
      await new TurnController(turn, () => Promise.reject(new Error('bug')), limits, ports).run();
      assert.equal(turn.status.kind, 'failed');
      assert.equal(causeOf(turn.status), 'unexpected');
    });
  });

  describe('after output', () => {
    const faults: readonly (readonly [string, (h: ReturnType<typeof harness>) => void, string])[] =
      [
        ['a reset', (h) => h.transport.last.fail(network('ECONNRESET')), 'connection-lost'],
        ['an end of the body', (h) => h.transport.last.end(), 'truncated'],
        ['an overload', (h) => h.transport.last.error('overloaded_error'), 'overloaded'],
        [
          'a refusal of the request',
          (h) => h.transport.last.error('invalid_request_error', 'no'),
          'bad-request',
        ],
      ];
    for (const [name, strike, kind] of faults) {
      it(`keeps the text and says what happened after ${name}`, async () => {
        const h = harness();
        await h.start();
        h.transport.last.headers().start().text('Half of 😀');
        strike(h);
        await settle();
        const { status } = h.turn;
        assert(status.kind === 'interrupted');
        assert.equal(status.cause.kind, kind);
        assert.equal(status.resumable, true);
        assert.equal(textOf(h.turn), 'Half of 😀');
        assert.deepEqual(
          h.turn.blocks.map(({ state }) => state),
          ['cut'],
        );
        assert.equal(h.transport.calls.length, 1);
        assert.equal(h.clock.pendingTimers, 0);
      });
    }

    it('counts thinking and tool input as output too', async () => {
      for (const [block, delta] of [
        [
          { type: 'thinking', thinking: '', signature: '' },
          { type: 'thinking_delta', thinking: 'Hm' },
        ],
        [
          { type: 'tool_use', id: 't', name: 'n', input: {} },
          { type: 'input_json_delta', partial_json: '{"a"' },
        ],
      ] as const) {
        const h = harness();
        await h.start();
        h.transport.last.headers().start().block(0, block).delta(0, delta).end();
        await settle();
        assert.equal(h.turn.status.kind, 'interrupted');
      }
    });

    it('gives a silent connection up at the limit, pings counting as life (T41, T43)', async () => {
      const h = harness({ silenceLimitMs: 10_000 });
      await h.start();
      h.transport.last.headers().start().text('x');
      await settle();
      for (let i = 0; i < 20; i++) {
        await h.clock.advanceAsync(9_000);
        h.transport.last.event({ type: 'ping' });
      }
      await settle();
      assert.equal(h.turn.status.kind, 'streaming');
      await h.clock.advanceAsync(10_000);
      assert.equal(h.turn.status.kind, 'interrupted');
      assert.equal(causeOf(h.turn.status), 'stalled');
      assert.equal(h.transport.last.isClosed, true);
      assert.equal(h.clock.pendingTimers, 0);
    });
  });

  describe('stop', () => {
    function assertStopped(h: ReturnType<typeof harness>, text: string): void {
      assert.deepEqual(h.turn.status, { kind: 'stopped' });
      assert.equal(textOf(h.turn), text);
      assert(h.turn.blocks.every(({ state }) => state !== 'open'));
      assert.equal(h.clock.pendingTimers, 0);
    }

    async function assertStaysStopped(h: ReturnType<typeof harness>, text: string): Promise<void> {
      const calls = h.transport.calls.length;
      await h.clock.advanceAsync(3_600_000);
      assertStopped(h, text);
      assert.equal(h.transport.calls.length, calls);
      assert(h.transport.calls.every(({ isClosed }) => isClosed));
      assert.deepEqual(h.log.messages('error'), []);
    }

    it('works in the same tick as the start, and no request leaves (T70)', async () => {
      const h = harness();
      void h.controller.run();
      h.controller.stop();
      assertStopped(h, '');
      await assertStaysStopped(h, '');
      assert.equal(h.transport.calls.length, 0);
    });

    it('works before headers, in the same tick (T64)', async () => {
      const h = harness();
      await h.start();
      h.controller.stop();
      assertStopped(h, '');
      assert.equal(h.transport.last.signal.aborted, true);
      await assertStaysStopped(h, '');
    });

    it('works while nothing arrives, and keeps the text byte for byte (T63, T65)', async () => {
      const h = harness();
      await h.start();
      h.transport.last.headers().start().text(' \n😀 half\ud83d');
      await settle();
      h.controller.stop();
      assertStopped(h, ' \n😀 half\ud83d');
      await assertStaysStopped(h, ' \n😀 half\ud83d');
    });

    it('works while deltas are waiting to be read (T117)', async () => {
      const h = harness();
      await h.start();
      h.transport.last.headers().start().text('a');
      await settle();
      for (let i = 0; i < 100; i++) h.transport.last.delta(0, { type: 'text_delta', text: 'b' });
      h.controller.stop();
      assertStopped(h, 'a');
      await assertStaysStopped(h, 'a');
    });

    it('works in a back-off, and ends it (T67)', async () => {
      const h = harness();
      await h.start();
      h.transport.last.refuse(http(529));
      await settle();
      assert.equal(h.turn.status.kind, 'waiting');
      h.controller.stop();
      assertStopped(h, '');
      await assertStaysStopped(h, '');
      assert.equal(h.transport.calls.length, 1);
    });

    it('is no failure: nothing is retried, nothing is logged as an error (T66)', async () => {
      const h = harness();
      await h.start();
      h.transport.last.headers().start();
      await settle();
      h.controller.stop();
      await assertStaysStopped(h, '');
      assert.deepEqual(h.kinds(), ['connecting', 'streaming', 'stopped']);
    });

    it('does nothing to a turn that is over', async () => {
      const h = harness();
      await h.start();
      h.transport.last.whole('done');
      await settle();
      h.controller.stop();
      assert.equal(h.turn.status.kind, 'complete');
    });
  });

  it('leaves an abandoned turn as it is and closes its socket', async () => {
    const h = harness();
    await h.start();
    h.transport.last.headers().start().text('x');
    await settle();
    h.controller.abandon();
    await settle();
    assert.equal(h.turn.status.kind, 'streaming');
    assert.equal(h.transport.last.isClosed, true);
    assert.equal(h.clock.pendingTimers, 0);
  });

  it('sums usage and cost over attempts and runs, each priced by itself (T86)', async () => {
    const h = harness();
    await h.start();
    // Two prompts below the tier's limit, together above it.
    h.transport.last
      .headers()
      .start({ input_tokens: 90_000, output_tokens: 0 }, 'claude-haiku-5-5');
    h.transport.last.error('overloaded_error');
    await h.clock.advanceAsync(60_000);
    h.transport.last
      .headers()
      .start({ input_tokens: 90_000, output_tokens: 0 }, 'claude-haiku-5-5');
    h.transport.last.text('x').fail(network('ECONNRESET'));
    await settle();
    assert.equal(h.turn.meta.usage?.input, 180_000);
    assert.equal(h.turn.meta.costUsd, 0.018);
    for (const block of h.turn.blocks) h.turn.endBlock(block.id, 'dropped');
    h.clock.advance(500);
    void h.newController().run();
    await settle();
    assert.equal(h.turn.meta.firstTokenMs, undefined);
    h.transport.last.headers().start({ input_tokens: 10, output_tokens: 0 }, 'claude-haiku-5-5');
    h.transport.last.text('again').stop(0).messageStop('end_turn', { output_tokens: 20 });
    await settle();
    assert.equal(h.turn.meta.attempts, 3);
    assert.equal(h.turn.meta.usage.input, 180_010);
    assert.equal(h.turn.meta.usage.output, 20);
    assert.equal(h.turn.meta.costUsd.toFixed(9), (0.018 + (10 * 0.1 + 20 * 0.5) / 1e6).toFixed(9));
    assert.equal(h.turn.meta.firstTokenMs, 0);
  });

  it('shows no cost where the price is not known', async () => {
    const h = harness();
    await h.start();
    h.transport.last.headers().start({ input_tokens: 5, output_tokens: 1 }, 'llama-9');
    h.transport.last.text('x').stop(0).messageStop();
    await settle();
    assert.equal(h.turn.meta.usage?.input, 5);
    assert.equal(h.turn.meta.costUsd, undefined);
  });
});

function network(code: string): Fault {
  return { kind: 'network', code, message: `connect ${code}` };
}

function http(
  status: number,
  type?: string,
  html?: string,
  message = type ?? '',
  headers: Readonly<Record<string, string>> = {},
): Fault {
  const body = html ?? (type === undefined ? '' : { type: 'error', error: { type, message } });
  return { kind: 'http', status, body, headers, requestId: 'req_9' };
}
