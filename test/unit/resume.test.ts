import assert from 'node:assert/strict';
import { Connectivity } from '../../src/core/connectivity';
import { FaultError } from '../../src/core/fault';
import type { MessageRequest } from '../../src/core/messageTransport';
import { TurnController, type TurnLimits, type TurnRequest } from '../../src/core/turnController';
import type { TurnDocument } from '../../src/core/turnDocument';
import { ManualClock, settle } from './manualClock';
import { askingLimits } from './retryLimits';
import { ScriptedTransport } from './scriptedTransport';
import { SilentLogger } from './silentLogger';
import { newTurn } from './turnPipeline';

const reset = { kind: 'network', code: 'ECONNRESET', message: 'read' } as const;
const refused = { kind: 'network', code: 'ECONNREFUSED', message: 'connect' } as const;

function harness(options: Partial<TurnLimits> = {}, request: Partial<MessageRequest> = {}) {
  const clock = new ManualClock();
  const transport = new ScriptedTransport();
  const turn = newTurn(clock);
  let isOnline = true;
  const plan: TurnRequest = {
    request: {
      model: 'claude-opus-5-5',
      max_tokens: 100,
      messages: [{ role: 'user', content: 'Hi' }],
      ...request,
    },
    withoutThinking: undefined,
  };
  const ports = {
    transport: () => Promise.resolve(transport),
    clock,
    log: new SilentLogger(),
    random: () => 0.5,
    connectivity: new Connectivity({
      probe: () => Promise.resolve(isOnline),
      clock,
      random: () => 0.5,
    }),
  };
  const limits: TurnLimits = { ...askingLimits, resume: 'resume', ...options };
  const newController = (): TurnController =>
    new TurnController(turn, () => Promise.resolve(plan), limits, ports);
  const controller = newController();
  return {
    clock,
    transport,
    turn,
    controller,
    newController,
    setOnline(value: boolean): void {
      isOnline = value;
    },
    async start(): Promise<void> {
      void controller.run();
      await settle();
    },
    async cut(): Promise<void> {
      transport.last.fail(reset);
      await settle();
    },
    async wait(): Promise<void> {
      await clock.advanceAsync(60_000);
    },
  };
}

function messagesOf({ request }: { request: MessageRequest }): unknown[] {
  return request.messages.slice(1).map(({ role, content }) => [role, content]);
}

function shown(turn: TurnDocument): string[] {
  return turn.blocks
    .filter(({ state }) => state !== 'dropped')
    .map(({ head, state, text }) => `${head.kind} ${state}: ${text.toString()}`);
}

describe('an answer that was cut', () => {
  it('stays on screen while it waits, and goes on in the same block (T54)', async () => {
    const h = harness();
    await h.start();
    h.transport.last.headers().start().text('The answer is');
    await settle();
    await h.cut();
    assert.equal(h.turn.status.kind, 'waiting');
    assert.deepEqual(shown(h.turn), ['text open: The answer is']);
    await h.wait();
    h.transport.last.headers().start().text('The answer is forty-two.').stop(0).messageStop();
    await settle();
    assert.equal(h.turn.status.kind, 'complete');
    assert.deepEqual(shown(h.turn), ['text closed: The answer is forty-two.']);
    assert.deepEqual(h.turn.meta.seams, [{ attempt: 2, block: 0, at: 13 }]);
    assert.equal(h.clock.pendingTimers, 0);
  });

  it('is asked for by a turn of its own on later models, by a prefill on earlier ones', async () => {
    for (const model of ['claude-opus-5-5', 'claude-haiku-4-5']) {
      const h = harness({}, { model });
      await h.start();
      h.transport.last.headers().start().text('Half of it ');
      await settle();
      await h.cut();
      await h.wait();
      const [answer, prompt] = messagesOf(h.transport.last) as [
        [string, unknown],
        [string, unknown]?,
      ];
      const isPrefill = model === 'claude-haiku-4-5';
      assert.deepEqual(answer, [
        'assistant',
        [{ type: 'text', text: isPrefill ? 'Half of it' : 'Half of it ' }],
      ]);
      assert.equal(prompt?.[0], isPrefill ? undefined : 'user');
    }
  });

  it('keeps no thinking of a continuation, which was about the cut (T83)', async () => {
    const h = harness();
    await h.start();
    h.transport.last.headers().start().text('One, two');
    await settle();
    await h.cut();
    await h.wait();
    h.transport.last
      .headers()
      .start()
      .block(0, { type: 'thinking', thinking: '', signature: '' })
      .delta(0, { type: 'thinking_delta', thinking: 'Where was I?' })
      .delta(0, { type: 'signature_delta', signature: 'sig' })
      .stop(0);
    await settle();
    assert.deepEqual(shown(h.turn), ['text open: One, two', 'thinking closed: Where was I?']);
    h.transport.last.text(', three', 1).stop(1).messageStop();
    await settle();
    assert.deepEqual(shown(h.turn), ['text closed: One, two, three']);
  });

  it('goes on after a proxy began the continuation again by itself (T80)', async () => {
    const h = harness();
    await h.start();
    h.transport.last.headers().start().text('One, two');
    await settle();
    await h.cut();
    await h.wait();
    h.transport.last.headers().start().text(', three, four, five and');
    h.transport.last.event({ type: 'message_start', message: { id: 'msg_2', usage: {} } });
    h.transport.last.text(', three, four, five and six').stop(0).messageStop();
    await settle();
    assert.deepEqual(shown(h.turn), ['text closed: One, two, three, four, five and six']);
  });

  it('does not show what may be there already when it is cut again, or stopped', async () => {
    for (const end of ['cut', 'stop'] as const) {
      const h = harness();
      await h.start();
      h.transport.last.headers().start().text('We count one two three four five six seven');
      await settle();
      await h.cut();
      await h.wait();
      h.transport.last.headers().start().text('four five');
      await settle();
      if (end === 'stop') h.controller.stop();
      else await h.cut();
      await settle();
      assert.equal(h.turn.answerText(), 'We count one two three four five six seven');
      h.controller.stop();
    }
  });

  it('counts each attempt that brings nothing, and begins to count anew after one that does', async () => {
    const h = harness({ maxRetries: 2 });
    await h.start();
    h.transport.last.headers().start().text('a1');
    await settle();
    for (const more of [', b2', ', c3', ', d4']) {
      await h.cut();
      assert.equal(h.turn.status.kind, 'waiting');
      await h.wait();
      h.transport.last.headers().start().text(more);
      await settle();
    }
    await h.cut();
    for (let i = 0; i < 2; i++) {
      await h.wait();
      h.transport.last.refuse(reset);
      await settle();
    }
    assert.equal(h.turn.status.kind, 'interrupted');
    assert.equal(h.turn.answerText(), 'a1, b2, c3, d4');
  });

  it('asks the person once the attempts cost more than the limit', async () => {
    const h = harness({ maxRetryCostUsd: 0.01 });
    await h.start();
    h.transport.last.headers().start({ input_tokens: 1_000_000, output_tokens: 1 }).text('dear');
    await settle();
    await h.cut();
    assert.equal(h.turn.status.kind, 'interrupted');
    assert.equal(h.clock.pendingTimers, 0);
  });

  it('is asked for anew where the settings say so', async () => {
    const h = harness({ resume: 'startOver' });
    await h.start();
    h.transport.last.headers().start().text('Half');
    await settle();
    await h.cut();
    assert.deepEqual(shown(h.turn), []);
    await h.wait();
    assert.deepEqual(messagesOf(h.transport.last), []);
    h.transport.last.whole('All of it');
    await settle();
    assert.deepEqual(shown(h.turn), ['text closed: All of it']);
  });

  it('goes on when the person says so, also days later', async () => {
    const h = harness({ resume: 'ask' });
    await h.start();
    h.transport.last.headers().start().text('Half of');
    await settle();
    await h.cut();
    assert.deepEqual(shown(h.turn), ['text cut: Half of']);
    await h.clock.advanceAsync(3 * 24 * 3_600_000);
    void h.newController().run('continue');
    await settle();
    h.transport.last.headers().start().text(' it').stop(0).messageStop();
    await settle();
    assert.deepEqual(shown(h.turn), ['text closed: Half of it']);
    assert.equal(h.turn.meta.attempts, 2);
  });

  it('heals refused thinking on the way, and what it has stays (T115)', async () => {
    const h = harness();
    await h.start();
    h.transport.last
      .headers()
      .start()
      .block(0, { type: 'thinking', thinking: '', signature: '' })
      .delta(0, { type: 'thinking_delta', thinking: 'Hm' })
      .delta(0, { type: 'signature_delta', signature: 'sig' })
      .stop(0)
      .text('Half of', 1);
    await settle();
    await h.cut();
    await h.wait();
    const body = {
      type: 'error',
      error: {
        type: 'invalid_request_error',
        message: 'messages.1.content.0: Invalid `signature` in `thinking` block',
      },
    };
    h.transport.last.refuse({ kind: 'http', status: 400, body, headers: {}, requestId: null });
    await settle();
    assert.deepEqual(messagesOf(h.transport.last)[0], [
      'assistant',
      [{ type: 'text', text: 'Half of' }],
    ]);
    h.transport.last.headers().start().text(' it').stop(0).messageStop();
    await settle();
    assert.equal(h.turn.answerText(), 'Half of it');
  });

  it('waits for the network, however long, and then goes on (T51–T53)', async () => {
    const h = harness();
    await h.start();
    h.transport.last.headers().start().text('Half of');
    await settle();
    h.setOnline(false);
    await h.cut();
    await h.clock.advanceAsync(2_000);
    h.transport.last.refuse(refused);
    await settle();
    assert.equal(h.turn.status.kind, 'paused');
    await h.clock.advanceAsync(8 * 3_600_000);
    assert.equal(h.transport.calls.length, 2);
    assert.equal(h.turn.status.kind, 'paused');
    h.setOnline(true);
    await h.wait();
    h.transport.last.headers().start().text(' it').stop(0).messageStop();
    await settle();
    assert.equal(h.turn.answerText(), 'Half of it');
    assert.equal(h.clock.pendingTimers, 0);
  });

  it('can be stopped, or tried at once, while it waits for the network', async () => {
    for (const act of ['stop', 'retryNow'] as const) {
      const h = harness();
      await h.start();
      h.setOnline(false);
      h.transport.last.refuse({ ...refused, code: 'ENETUNREACH' });
      await settle();
      assert.equal(h.turn.status.kind, 'paused');
      h.controller[act]();
      await settle();
      assert.equal(h.turn.status.kind, act === 'stop' ? 'stopped' : 'connecting');
      assert.equal(h.clock.pendingTimers, 0);
    }
  });

  it('tells a silence that is worth telling, and goes on after one that is too long (T41–T44)', async () => {
    const h = harness({ silenceLimitMs: 60_000 });
    await h.start();
    h.transport.last.headers().start().text('Half of');
    await settle();
    await h.clock.advanceAsync(14_000);
    assert.equal(h.turn.meta.silentSinceMs, undefined);
    await h.clock.advanceAsync(2_000);
    assert.notEqual(h.turn.meta.silentSinceMs, undefined);
    h.transport.last.event({ type: 'ping' });
    await settle();
    assert.equal(h.turn.meta.silentSinceMs, undefined);
    await h.clock.advanceAsync(60_100);
    assert.equal(h.turn.status.kind, 'waiting');
    assert.equal(h.turn.meta.silentSinceMs, undefined);
    await h.wait();
    h.transport.last.headers().start().text(' it').stop(0).messageStop();
    await settle();
    assert.equal(h.turn.answerText(), 'Half of it');
    assert.equal(h.clock.pendingTimers, 0);
  });

  it('tells when only pings come, and asks for the rest at once when the person wants (T112)', async () => {
    for (const resume of ['resume', 'ask'] as const) {
      const h = harness({ silenceLimitMs: 60_000, resume });
      await h.start();
      h.transport.last.headers().start().text('Half of');
      for (let s = 0; s < 8; s++) {
        await h.clock.advanceAsync(10_000);
        h.transport.last.event({ type: 'ping' });
        await settle();
      }
      assert.equal(h.turn.status.kind, 'streaming');
      assert.equal(h.turn.meta.silentSinceMs, undefined);
      assert.notEqual(h.turn.meta.stalledSinceMs, undefined);
      h.controller.retryNow();
      await h.clock.advanceAsync(0);
      assert.equal(h.turn.status.kind, 'connecting');
      assert.equal(h.turn.meta.stalledSinceMs, undefined);
      h.transport.last.headers().start().text(' it');
      await settle();
      // What comes is no reason to ask again.
      h.controller.retryNow();
      h.transport.last.stop(0).messageStop();
      await settle();
      assert.equal(h.turn.answerText(), 'Half of it');
      assert.equal(h.turn.meta.attempts, 2);
      assert.equal(h.clock.pendingTimers, 0);
    }
  });

  it('leaves a failure of ours to the person', async () => {
    const h = harness();
    await h.start();
    h.transport.last.headers().start().text('Half');
    await settle();
    h.transport.last.fail(new FaultError({ kind: 'unexpected', message: 'bug' }).fault);
    await settle();
    assert.equal(h.turn.status.kind, 'interrupted');
  });
});
