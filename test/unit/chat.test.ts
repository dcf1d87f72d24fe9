import assert from 'node:assert/strict';
import { Chat, type ChatPorts } from '../../src/core/chat';
import type { ChatSettings } from '../../src/core/chatSettings';
import type { Conversation } from '../../src/core/conversation';
import { FaultError } from '../../src/core/fault';
import type { TurnDocument } from '../../src/core/turnDocument';
import { ManualClock, settle } from './manualClock';
import { askingLimits, steadyNetwork } from './retryLimits';
import { ScriptedTransport } from './scriptedTransport';
import { SilentLogger } from './silentLogger';

const defaults: ChatSettings = {
  model: undefined,
  effort: undefined,
  thinking: 'auto',
  maxOutputTokens: undefined,
  ...askingLimits,
  maxRetries: 2,
};

function harness(more: Partial<ChatPorts> = {}) {
  const clock = new ManualClock();
  const transport = new ScriptedTransport();
  const log = new SilentLogger();
  let serial = 0;
  const chat = new Chat({
    transport: () => Promise.resolve(transport),
    modelInfo: () => Promise.resolve(undefined),
    settings: () => defaults,
    clock,
    log,
    newId: () => `id${++serial}`,
    random: () => 0.5,
    connectivity: steadyNetwork(clock),
    ...more,
  });
  const conversation = chat.newConversation();
  return {
    chat,
    clock,
    log,
    transport,
    conversation,
    send(text: string, to: Conversation = conversation): TurnDocument {
      return chat.send(to, { text, attachments: [] });
    },
  };
}

function statuses(...turns: TurnDocument[]): string[] {
  return turns.map(({ status }) => status.kind);
}

/** The prompts of the latest request, in order. */
function asked(transport: ScriptedTransport): string[] {
  return transport.last.request.messages
    .filter(({ role }) => role === 'user')
    .flatMap(({ content }) => (Array.isArray(content) ? content : []))
    .map((block) => (block.type === 'text' ? block.text : ''));
}

describe('chat', () => {
  it('sends the prompt and brings the answer, and says when something is going on', async () => {
    const h = harness();
    const activity: number[] = [];
    h.chat.onDidChangeActivity(() => activity.push(h.chat.runningTurns.length));
    const turn = h.send('Hi');
    assert.deepEqual(h.chat.runningTurns, [turn]);
    await settle();
    assert.deepEqual(asked(h.transport), ['Hi']);
    h.transport.last.whole('Hello');
    await settle();
    assert.deepEqual(turn.status, { kind: 'complete', stopReason: 'end_turn' });
    assert.equal(turn.answerText(), 'Hello');
    assert.deepEqual(activity, [1, 0]);
    assert.equal(h.chat.conversation(h.conversation.id), h.conversation);
  });

  it('asks the chosen model, else the one the server prefers, else ours', async () => {
    const info = {
      id: 'from-list',
      displayName: '',
      line: null,
      lifecycle: null,
      retiresAt: null,
      maxInputTokens: null,
      maxOutputTokens: null,
      capabilities: null,
    };
    const requested: (string | undefined)[] = [];
    for (const [settings, found] of [
      [{ ...defaults, model: 'chosen' }, info],
      [defaults, info],
      [defaults, undefined],
    ] as const) {
      const h = harness({ settings: () => settings, modelInfo: () => Promise.resolve(found) });
      h.send('Hi');
      await settle();
      requested.push(h.transport.last.request.model);
    }
    assert.deepEqual(requested, ['chosen', 'from-list', 'claude-opus-5-5']);
  });

  it('asks all the same where nothing can be learnt about the model', async () => {
    const h = harness({ modelInfo: () => Promise.reject(new Error('404')) });
    h.send('Hi');
    await settle();
    assert.deepEqual(asked(h.transport), ['Hi']);
  });

  it('sends nothing before the prompt is durable (T47)', async () => {
    let durable: () => void = () => assert.fail();
    const h = harness({ makeDurable: () => new Promise((resolve) => (durable = resolve)) });
    h.send('Hi');
    await settle();
    assert.equal(h.transport.calls.length, 0);
    durable();
    await settle();
    assert.equal(h.transport.calls.length, 1);
  });

  it('fails a turn where no key is set, and keeps the prompt', async () => {
    const h = harness({ transport: () => Promise.reject(new FaultError({ kind: 'no-key' })) });
    const turn = h.send('Hi');
    await settle();
    assert(turn.status.kind === 'failed');
    assert.equal(turn.status.cause.kind, 'no-key');
    assert.equal(h.conversation.turns[0]?.answerText(), 'Hi');
  });

  it('runs many conversations at once, each by itself', async () => {
    const h = harness();
    const turns = Array.from({ length: 20 }, (_, i) => h.send(`p${i}`, h.chat.newConversation()));
    await settle();
    assert.equal(h.chat.runningTurns.length, 20);
    h.chat.stop(turns[3]!.id);
    for (const [i, call] of h.transport.calls.entries()) call.whole(`a${i}`);
    await settle();
    assert.deepEqual(
      turns.map((turn) => turn.answerText()),
      turns.map((_, i) => (i === 3 ? '' : `a${i}`)),
    );
    assert.equal(turns[3]?.status.kind, 'stopped');
    assert.equal(h.clock.pendingTimers, 0);
  });

  describe('the queue', () => {
    it('holds prompts while the conversation streams, and goes on in order', async () => {
      const h = harness();
      const [a, b, c] = [h.send('a'), h.send('b'), h.send('c')];
      await settle();
      assert.deepEqual(statuses(a, b, c), ['connecting', 'queued', 'queued']);
      assert.deepEqual(h.chat.runningTurns, [a]);
      h.transport.last.whole('1');
      await settle();
      assert.deepEqual(statuses(a, b, c), ['complete', 'connecting', 'queued']);
      assert.deepEqual(asked(h.transport), ['a', 'b']);
      h.transport.last.whole('2');
      await settle();
      h.transport.last.whole('3');
      await settle();
      assert.deepEqual(statuses(a, b, c), ['complete', 'complete', 'complete']);
      assert.equal(h.transport.calls.length, 3);
    });

    it('goes on when the running turn is stopped: a queued prompt survives (T72)', async () => {
      const h = harness();
      const [a, b] = [h.send('a'), h.send('b')];
      await settle();
      h.chat.stopRunning(h.conversation);
      assert.deepEqual(statuses(a, b), ['stopped', 'connecting']);
      await settle();
      assert.deepEqual(asked(h.transport), ['a', 'b']);
    });

    it('gives a queued prompt back: it is neither asked nor remembered', async () => {
      const h = harness();
      const [a, b, c] = [h.send('a'), h.send('b'), h.send('c')];
      await settle();
      h.chat.stop(b.id);
      assert.deepEqual(statuses(a, b, c), ['connecting', 'stopped', 'queued']);
      h.transport.last.whole('1');
      await settle();
      assert.deepEqual(statuses(a, b, c), ['complete', 'stopped', 'connecting']);
      assert.deepEqual(asked(h.transport), ['a', 'c']);
    });

    it('waits after a failure, and goes on once that turn was tried again with success', async () => {
      const h = harness();
      const [a, b] = [h.send('a'), h.send('b')];
      await settle();
      h.transport.last.refuse({ kind: 'no-key' });
      await settle();
      assert.deepEqual(statuses(a, b), ['failed', 'queued']);
      assert.deepEqual(h.chat.runningTurns, []);
      h.chat.tryAgain(a.id);
      await settle();
      assert.deepEqual(asked(h.transport), ['a']);
      h.transport.last.whole('1');
      await settle();
      assert.deepEqual(statuses(a, b), ['complete', 'connecting']);
      assert.deepEqual(asked(h.transport), ['a', 'b']);
    });

    it('waits after an interruption, and goes on with the next prompt that is sent', async () => {
      const h = harness();
      const [a, b] = [h.send('a'), h.send('b')];
      await settle();
      h.transport.last.headers().start().text('half').end();
      await settle();
      assert.deepEqual(statuses(a, b), ['interrupted', 'queued']);
      const c = h.send('c');
      assert.deepEqual(statuses(a, b, c), ['interrupted', 'connecting', 'queued']);
    });
  });

  describe('try again', () => {
    it('runs in the same turn: what it had is dropped, the attempts count on', async () => {
      const h = harness();
      const turn = h.send('a');
      await settle();
      h.transport.last.headers().start().text('half').end();
      await settle();
      assert.equal(turn.status.kind, 'interrupted');
      h.clock.advance(5_000);
      h.chat.tryAgain(turn.id);
      assert.deepEqual(turn.status, { kind: 'connecting', attempt: 2 });
      assert.equal(turn.answerText(), '');
      await settle();
      h.clock.advance(40);
      h.transport.last.whole('whole');
      await settle();
      assert.deepEqual(
        turn.blocks.map(({ attempt, state, text }) => [attempt, state, text.toString()]),
        [
          [1, 'dropped', 'half'],
          [2, 'closed', 'whole'],
        ],
      );
      assert.equal(turn.meta.firstTokenMs, 40);
      assert.equal(turn.meta.attempts, 2);
      assert.equal(turn.meta.usage?.input, 20);
      assert.deepEqual(asked(h.transport), ['a']);
    });

    it('gives all automatic retries again', async () => {
      const h = harness();
      const turn = h.send('a');
      for (let run = 0; run < 2; run++) {
        await settle();
        for (let attempt = 0; attempt <= defaults.maxRetries; attempt++) {
          h.transport.last.refuse({ kind: 'network', code: 'ECONNREFUSED', message: '' });
          await h.clock.advanceAsync(60_000);
        }
        assert.equal(turn.status.kind, 'failed');
        h.chat.tryAgain(turn.id);
      }
      assert.equal(h.transport.calls.length, 6);
    });

    it('does nothing to a turn that is whole, runs, or was built upon', async () => {
      const h = harness();
      const a = h.send('a');
      await settle();
      h.chat.tryAgain(a.id);
      h.transport.last.headers().start().text('half').end();
      await settle();
      const b = h.send('b');
      await settle();
      h.transport.last.whole('2');
      await settle();
      for (const turn of h.conversation.turns) h.chat.tryAgain(turn.id);
      h.chat.tryAgain('nobody');
      await settle();
      assert.deepEqual(statuses(a, b), ['interrupted', 'complete']);
      assert.equal(h.transport.calls.length, 2);
    });

    it('puts a prompt that was given back into the queue again', async () => {
      const h = harness();
      const [a, b] = [h.send('a'), h.send('b')];
      await settle();
      h.chat.stop(b.id);
      h.chat.tryAgain(b.id);
      assert.deepEqual(statuses(a, b), ['connecting', 'queued']);
      h.transport.last.whole('1');
      await settle();
      assert.deepEqual(asked(h.transport), ['a', 'b']);
    });
  });

  describe('stop', () => {
    it('in the same tick as send: stopped, nothing leaves, the next prompt goes on (T70)', async () => {
      const h = harness();
      const turn = h.send('a');
      h.chat.stop(turn.id);
      assert.equal(turn.status.kind, 'stopped');
      await settle();
      assert.equal(h.transport.calls.length, 0);
      h.send('b');
      await settle();
      assert.deepEqual(asked(h.transport), ['a', 'b']);
    });

    it('while the model list is awaited: nothing leaves', async () => {
      let answer: (value: undefined) => void = () => assert.fail();
      const h = harness({ modelInfo: () => new Promise((resolve) => (answer = resolve)) });
      const turn = h.send('a');
      await settle();
      h.chat.stop(turn.id);
      answer(undefined);
      await settle();
      assert.equal(turn.status.kind, 'stopped');
      assert.equal(h.transport.calls.length, 0);
    });

    it('leaves other conversations alone, and does nothing to what is over', async () => {
      const h = harness();
      const other = h.chat.newConversation();
      const [a, b] = [h.send('a'), h.send('b', other)];
      await settle();
      h.chat.stopRunning(h.conversation);
      h.chat.stopRunning(h.conversation);
      h.chat.stop(a.id);
      h.chat.stop('nobody');
      assert.deepEqual(statuses(a, b), ['stopped', 'connecting']);
    });
  });

  it('goes back to before a prompt: what ran is stopped, what was queued does not start', async () => {
    const h = harness();
    const first = h.send('a');
    await settle();
    h.send('b');
    const [prompt] = h.conversation.turns;
    assert.deepEqual(h.chat.rewind(prompt?.id ?? ''), { text: 'a', attachments: [] });
    assert.equal(first.status.kind, 'stopped');
    assert.deepEqual(h.conversation.turns, []);
    await settle();
    assert.equal(h.transport.calls.length, 1);
    assert.equal(h.chat.rewind('nobody'), undefined);
    const again = h.send('c');
    await settle();
    assert.equal(again.status.kind, 'connecting');
  });

  it('ends a back-off on request', async () => {
    const h = harness();
    const turn = h.send('a');
    await settle();
    h.transport.last.refuse({ kind: 'network', code: 'ECONNREFUSED', message: '' });
    await settle();
    h.chat.retryNow('nobody');
    assert.equal(turn.status.kind, 'waiting');
    h.chat.retryNow(turn.id);
    await settle();
    assert.equal(turn.status.kind, 'connecting');
    assert.equal(h.transport.calls.length, 2);
  });

  it('does not send refused thinking again in later turns (T115)', async () => {
    const h = harness();
    h.send('a');
    await settle();
    h.transport.last
      .headers()
      .start()
      .block(0, { type: 'thinking', thinking: '', signature: '' })
      .delta(0, { type: 'signature_delta', signature: 'sig' })
      .stop(0)
      .text('one', 1)
      .stop(1)
      .messageStop();
    await settle();
    const second = h.send('b');
    await settle();
    assert.match(JSON.stringify(h.transport.last.request.messages), /sig/);
    h.transport.last.refuse({
      kind: 'http',
      status: 400,
      body: {
        error: {
          type: 'invalid_request_error',
          message: 'Invalid `signature` in `thinking` block',
        },
      },
      headers: {},
      requestId: null,
    });
    await settle();
    assert.doesNotMatch(JSON.stringify(h.transport.last.request.messages), /sig/);
    h.transport.last.whole('two');
    await settle();
    assert.equal(second.status.kind, 'complete');
    h.send('c');
    await settle();
    assert.doesNotMatch(JSON.stringify(h.transport.last.request.messages), /sig/);
  });

  it('takes a conversation away and stops what runs in it', async () => {
    const h = harness();
    const [a, b] = [h.send('a'), h.send('b')];
    await settle();
    h.chat.remove(h.conversation.id);
    await settle();
    assert.deepEqual(statuses(a, b), ['stopped', 'stopped']);
    assert.deepEqual(h.chat.conversations, []);
    assert.deepEqual(h.chat.runningTurns, []);
    assert.equal(h.transport.calls.length, 1);
  });

  it('closes every connection when disposed, and leaves the turns for the journal to judge', async () => {
    const h = harness();
    const [a, b] = [h.send('a'), h.send('b')];
    await settle();
    h.chat.dispose();
    await settle();
    assert.deepEqual(statuses(a, b), ['connecting', 'queued']);
    assert.equal(h.transport.last.signal.aborted, true);
    assert.equal(h.clock.pendingTimers, 0);
  });
});
