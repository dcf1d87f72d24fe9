import assert from 'node:assert/strict';
import { Chat } from '../../src/core/chat';
import type { ChatSettings } from '../../src/core/chatSettings';
import type { ModelInfo } from '../../src/core/modelInfo';
import type { TurnDocument } from '../../src/core/turnDocument';
import { createTransport } from '../../src/node/anthropicTransport';
import { SystemClock } from '../../src/node/systemClock';
import { MessagesServer, type MessagesServerOptions } from '../server/messagesServer';
import { httpError, textAnswer, thinkingAnswer, type Scenario } from '../server/scenario';
import { askingLimits, steadyNetwork } from './retryLimits';
import { SilentLogger } from './silentLogger';

const settings: ChatSettings = {
  model: 'claude-opus-5-5',
  effort: undefined,
  thinking: 'auto',
  maxOutputTokens: undefined,
  ...askingLimits,
  maxRetries: 2,
};
const answer = 'Größe 😀 你好, **whole**.';
const fast = { deltaSize: 3 };

/** The engine as the extension composes it: the real SDK, real sockets, and a server that checks what it gets. */
describe('chat over sockets', function () {
  // A guard against hanging for ever on a busy machine, not a measurement.
  this.timeout(60_000);

  const cleanUp: (() => unknown)[] = [];
  let server: MessagesServer;
  let chat: Chat;
  let log: SilentLogger;

  beforeEach(async () => {
    ({ server, chat, log } = await start());
  });

  afterEach(async () => {
    for (const close of cleanUp.splice(0).reverse()) await close();
  });

  async function start(
    options: MessagesServerOptions = {},
    more: Partial<ChatSettings> = {},
  ): Promise<{ server: MessagesServer; chat: Chat; log: SilentLogger }> {
    const started = await MessagesServer.start(options);
    const clock = new SystemClock();
    const silent = new SilentLogger();
    const transport = createTransport({
      apiKey: 'sk-test',
      baseUrl: started.url,
      authStyle: 'bearer',
      clock,
      log: silent,
    });
    let models: Promise<readonly ModelInfo[]> | undefined;
    let serial = 0;
    const made = new Chat({
      transport: () => Promise.resolve(transport),
      modelInfo: async (id) => {
        models ??= transport.listModels(new AbortController().signal);
        return (await models).find((model) => model.id === id);
      },
      settings: () => ({ ...settings, ...more }),
      clock,
      log: silent,
      newId: () => `id${++serial}`,
      random: Math.random,
      connectivity: steadyNetwork(clock),
    });
    cleanUp.push(
      () => started.close(),
      () => made.dispose(),
    );
    return { server: started, chat: made, log: silent };
  }

  function send(text = 'Hi', conversation = chat.newConversation()): TurnDocument {
    return chat.send(conversation, { text, attachments: [] });
  }

  function conversationOf(turn: TurnDocument): ReturnType<Chat['newConversation']> {
    return (
      chat.conversations.find((conversation) => conversation.turn(turn.id) !== undefined) ??
      assert.fail()
    );
  }

  async function until(turn: TurnDocument, condition: () => boolean): Promise<void> {
    if (condition()) return;
    await new Promise<void>((resolve) => {
      const listening = turn.onDidChange(() => {
        if (!condition()) return;
        listening.dispose();
        resolve();
      });
    });
  }

  /** The kind of the turn's end. Back-offs are cut short, as a person may do. */
  async function end(turn: TurnDocument): Promise<string> {
    await until(turn, () => {
      if (turn.status.kind === 'waiting') setImmediate(() => chat.retryNow(turn.id));
      return turn.isTerminal;
    });
    return turn.status.kind;
  }

  function causeOf({ status }: TurnDocument): string | undefined {
    return 'cause' in status ? status.cause.kind : undefined;
  }

  /** The conversation goes on with an answer, whatever happened before: the server takes the history. */
  async function assertGoesOn(turn: TurnDocument): Promise<void> {
    server.use(textAnswer('next', fast));
    const next = send('And now?', conversationOf(turn));
    assert.equal(await end(next), 'complete', JSON.stringify(next.status));
    assert.equal(next.answerText(), 'next');
  }

  it('brings an answer with thinking, byte for byte', async () => {
    server.use(thinkingAnswer('Hm 😀…', answer, { ...fast, splitBytes: 7 }));
    const turn = send();
    assert.equal(await end(turn), 'complete');
    assert.equal(turn.answerText(), answer);
    assert.deepEqual(
      turn.blocks.map(({ head, state, text }) => [head.kind, state, text.toString()]),
      [
        ['thinking', 'closed', 'Hm 😀…'],
        ['text', 'closed', answer],
      ],
    );
    const { firstTokenMs, headersMs, endedMs, requestId, usage, costUsd, attempts } = turn.meta;
    assert(headersMs !== undefined && firstTokenMs !== undefined && endedMs !== undefined);
    assert(headersMs <= firstTokenMs && firstTokenMs <= endedMs);
    assert.match(requestId ?? '', /^req_/);
    assert((usage?.output ?? 0) > 0 && (costUsd ?? 0) > 0);
    assert.equal(attempts, 1);
  });

  it('keeps a long conversation valid, with thinking bound to all before it (D.5)', async () => {
    const conversation = chat.newConversation();
    for (let i = 0; i < 6; i++) {
      server.use(thinkingAnswer(`thought ${i}`, `answer ${i}`, fast));
      assert.equal(await end(send(`prompt ${i}`, conversation)), 'complete');
    }
    const { messages } = server.messageRequests.at(-1)!.body as { messages: unknown[] };
    assert.equal(messages.length, 11);
    assert.match(JSON.stringify(messages), /"thinking":"thought 0","signature":"/);
  });

  it('works for every model of the list, thinking on and off', async () => {
    const models = (await modelIds()).flatMap((model) => [
      { model, thinking: 'auto' as const },
      { model, thinking: 'off' as const, effort: 'max' as const },
    ]);
    for (const choice of models) {
      const engine = await start({}, choice);
      engine.server.use(textAnswer('x'));
      const turn = engine.chat.send(engine.chat.newConversation(), { text: 'Hi', attachments: [] });
      await until(turn, () => turn.isTerminal);
      assert.equal(turn.status.kind, 'complete', JSON.stringify([choice, turn.status]));
    }
  });

  it('works with a small gateway that knows nothing optional', async () => {
    ({ server, chat } = await start(
      { dialect: 'minimal' },
      { model: 'local-model', effort: 'high' },
    ));
    server.use(textAnswer('x'));
    const turn = send();
    assert.equal(await end(turn), 'complete');
    assert.deepEqual(Object.keys(server.messageRequests[0]!.body).sort(), [
      'max_tokens',
      'messages',
      'model',
      'stream',
      'system',
    ]);
  });

  describe('before any output', () => {
    const transient: readonly (readonly [string, Scenario])[] = [
      ['429', httpError(429, 'rate_limit_error', 'x', { 'retry-after': '1' })],
      ['500', httpError(500, 'api_error', 'x')],
      ['529', httpError(529, 'overloaded_error', 'Overloaded')],
      ['502 with HTML', { fault: { kind: 'http', status: 502, body: '<html>' } }],
      ['a reset before headers', { fault: { kind: 'reset-before-headers' } }],
      [
        'a reset after message_start',
        { ...textAnswer(answer), fault: { kind: 'reset', afterDeltas: 0 } },
      ],
      [
        'an error as the first event (T73)',
        {
          ...textAnswer(answer),
          fault: { kind: 'error-event', afterDeltas: -1, type: 'overloaded_error' },
        },
      ],
      [
        'an error after message_start (T74)',
        {
          ...textAnswer(answer),
          fault: { kind: 'error-event', afterDeltas: 0, type: 'overloaded_error' },
        },
      ],
      ['an empty body', { fault: { kind: 'empty' } }],
      ['an early end', { ...textAnswer(answer), fault: { kind: 'eof', afterDeltas: 0 } }],
    ];
    for (const [name, scenario] of transient) {
      it(`goes on after ${name}, and each attempt is seen`, async () => {
        const seen: string[] = [];
        server.queue(scenario, textAnswer(answer, fast));
        const turn = send();
        turn.onDidChange(() => {
          if (turn.status.kind !== seen.at(-1)) seen.push(turn.status.kind);
        });
        assert.equal(await end(turn), 'complete', JSON.stringify(turn.status));
        assert.equal(turn.answerText(), answer);
        assert(seen.includes('waiting'));
        assert.equal(server.messageRequests.length, 2);
        await assertGoesOn(turn);
      });
    }

    const permanent: readonly (readonly [string, Scenario, string])[] = [
      ['a 400', httpError(400, 'invalid_request_error', 'x: bad'), 'bad-request'],
      [
        'a long prompt (T78)',
        httpError(400, 'invalid_request_error', 'prompt is too long: 2 > 1'),
        'prompt-too-long',
      ],
      ['no credit', httpError(402, 'billing_error', 'x'), 'no-credit'],
      [
        'HTML with a 200',
        { fault: { kind: 'html', html: '<html><title>Sign in</title>' } },
        'not-the-api',
      ],
      [
        'a refused stream',
        { fault: { kind: 'error-event', afterDeltas: -1, type: 'invalid_request_error' } },
        'bad-request',
      ],
    ];
    for (const [name, scenario, kind] of permanent) {
      it(`fails after ${name}, once, and the conversation goes on`, async () => {
        server.queue(scenario);
        const turn = send();
        assert.equal(await end(turn), 'failed');
        assert.equal(causeOf(turn), kind);
        assert.equal(server.messageRequests.length, 1);
        await assertGoesOn(turn);
      });
    }

    it('fails after as many attempts as allowed, and works when tried again', async () => {
      server.use(httpError(529, 'overloaded_error', 'Overloaded'));
      const turn = send();
      assert.equal(await end(turn), 'failed');
      assert.equal(causeOf(turn), 'overloaded');
      assert.equal(server.messageRequests.length, 3);
      server.use(textAnswer(answer));
      chat.tryAgain(turn.id);
      assert.equal(await end(turn), 'complete');
      assert.equal(turn.answerText(), answer);
    });

    it('says that nobody listens', async () => {
      await server.close();
      const turn = send();
      assert.equal(await end(turn), 'failed');
      assert.equal(causeOf(turn), 'connection-refused');
    });

    it('says that the key is wrong', async () => {
      ({ server, chat } = await start({ apiKey: 'sk-right' }));
      const turn = send();
      await end(turn);
      // The models were refused already: a list that cannot be had is not what the turn fails of.
      assert.equal(causeOf(turn), 'wrong-key');
    });
  });

  describe('after output', () => {
    const faults: readonly (readonly [string, Scenario['fault'], string])[] = [
      ['a reset', { kind: 'reset', afterDeltas: 4 }, 'connection-lost'],
      [
        'a reset inside a character',
        { kind: 'reset-after-bytes', bytes: 1_450 },
        'connection-lost',
      ],
      ['an end of the body', { kind: 'eof', afterDeltas: 4 }, 'truncated'],
      [
        'an overload',
        { kind: 'error-event', afterDeltas: 4, type: 'overloaded_error' },
        'overloaded',
      ],
    ];
    for (const [name, fault, kind] of faults) {
      it(`keeps the text after ${name}, asks nothing again, and the conversation goes on`, async () => {
        // At a rate, so that what was written has left before the connection breaks.
        server.queue({
          ...thinkingAnswer('Hm', answer, { ...fast, rate: 100 }),
          ...(fault && { fault }),
        });
        const turn = send();
        assert.equal(await end(turn), 'interrupted', JSON.stringify(turn.status));
        assert.equal(causeOf(turn), kind);
        assert(turn.hasOutput);
        assert(answer.startsWith(turn.answerText()));
        assert(turn.blocks.every(({ state }) => state !== 'open'));
        assert.equal(server.messageRequests.length, 1);
        await assertGoesOn(turn);
      });
    }

    it('is whole once the server said why it stopped, though message_stop is missing', async () => {
      server.queue({ ...textAnswer(answer, fast), fault: { kind: 'eof-before-message-stop' } });
      const turn = send();
      assert.equal(await end(turn), 'complete');
      assert.equal(turn.answerText(), answer);
      assert(turn.blocks.every(({ state }) => state === 'closed'));
      assert.equal(server.messageRequests.length, 1);
    });

    it('goes on after a cut in a thinking block (T83)', async () => {
      server.queue({
        ...thinkingAnswer('a long thought indeed', answer, { ...fast, rate: 100 }),
        fault: { kind: 'eof', afterDeltas: 3 },
      });
      const turn = send();
      assert.equal(await end(turn), 'interrupted');
      assert.deepEqual(
        turn.blocks.map(({ head, state }) => [head.kind, state]),
        [['thinking', 'cut']],
      );
      await assertGoesOn(turn);
    });

    it('goes on after a cut in a tool’s input (T88)', async () => {
      server.queue({
        blocks: [
          { type: 'text', text: 'Let me see.' },
          { type: 'tool_use', id: 'toolu_1', name: 'read', json: '{"path":"src/extension.ts"}' },
        ],
        ...fast,
        rate: 100,
        fault: { kind: 'eof', afterDeltas: 6 },
      });
      const turn = send();
      assert.equal(await end(turn), 'interrupted');
      await assertGoesOn(turn);
    });

    it('goes on after a refusal, which it forgets', async () => {
      server.queue({ ...textAnswer('I cannot'), stopReason: 'refusal' });
      const turn = send('bad words');
      assert.equal(await end(turn), 'complete');
      await assertGoesOn(turn);
      assert.doesNotMatch(JSON.stringify(server.messageRequests.at(-1)?.body), /bad words|cannot/);
    });
  });

  describe('stop', () => {
    const stalls: readonly (readonly [string, Scenario, string])[] = [
      ['before headers (T64)', { fault: { kind: 'never-answers' } }, ''],
      [
        'before the first block',
        { ...textAnswer(answer, fast), fault: { kind: 'stall', afterDeltas: 0 } },
        '',
      ],
      [
        'in silence (T63)',
        { ...textAnswer(answer, fast), fault: { kind: 'stall', afterDeltas: 2 } },
        answer.slice(0, 6),
      ],
      [
        'in thinking',
        { ...thinkingAnswer('Hm, so', answer, fast), fault: { kind: 'stall', afterDeltas: 1 } },
        '',
      ],
      [
        'between pings',
        {
          ...textAnswer(answer, fast),
          fault: { kind: 'stall-with-pings', afterDeltas: 2, everyMs: 5 },
        },
        answer.slice(0, 6),
      ],
    ];
    for (const [name, scenario, text] of stalls) {
      it(`${name}: stopped at once, the server sees the hang-up, the text is whole (T65, T71)`, async () => {
        server.queue(scenario);
        const turn = send();
        const received = await server.waitForRequest();
        await until(turn, () => turn.answerText() === text);
        if (text === '' && scenario.fault?.kind !== 'never-answers') {
          await until(turn, () => turn.status.kind === 'streaming');
        }
        chat.stop(turn.id);
        assert.equal(turn.status.kind, 'stopped');
        await server.waitForHangUp(received);
        assert.equal(turn.answerText(), text);
        assert.equal(turn.status.kind, 'stopped');
        assert.deepEqual(log.messages('error'), []);
        await assertGoesOn(turn);
        assert.equal(server.messageRequests.length, 2);
      });
    }

    it('in a back-off: nothing more is asked (T67)', async () => {
      server.queue(httpError(529, 'overloaded_error', 'Overloaded'));
      const turn = send();
      await until(turn, () => turn.status.kind === 'waiting');
      chat.stop(turn.id);
      assert.equal(turn.status.kind, 'stopped');
      await assertGoesOn(turn);
      assert.equal(server.messageRequests.length, 2);
    });

    it('in the same tick as send (T70)', async () => {
      const turn = send();
      chat.stop(turn.id);
      assert.equal(turn.status.kind, 'stopped');
      await assertGoesOn(turn);
      assert.equal(server.messageRequests.length, 1);
    });

    it('in a flood: what the document had then is what it keeps (T117)', async () => {
      const long = 'words and more words '.repeat(20_000);
      server.queue(textAnswer(long, { deltaSize: 4 }));
      const turn = send();
      await until(turn, () => turn.answerText().length > 1_000);
      const text = turn.answerText();
      chat.stop(turn.id);
      const received = await server.waitForRequest();
      await server.waitForHangUp(received);
      assert.equal(turn.answerText(), text);
      assert(long.startsWith(text));
      await assertGoesOn(turn);
    });
  });

  it('streams many answers at once, none mixed with another', async () => {
    server.use((request) => {
      const { messages } = request.body as { messages: { content: { text: string }[] }[] };
      const prompt = messages[0]!.content[0]!.text;
      return textAnswer(`${prompt} `.repeat(200), { deltaSize: 5, rate: 2_000 });
    });
    const turns = Array.from({ length: 25 }, (_, i) => send(`prompt-${i}`));
    await Promise.all(turns.map(end));
    for (const [i, turn] of turns.entries()) {
      assert.equal(turn.status.kind, 'complete');
      assert.equal(turn.answerText(), `prompt-${i} `.repeat(200));
    }
  });

  it('leaves no key, prompt or answer in the log', async () => {
    server.queue(httpError(401, 'authentication_error', 'invalid x-api-key'));
    await end(send('secret prompt'));
    server.use(textAnswer('secret answer'));
    await end(send('secret prompt'));
    assert(log.lines.length > 0);
    assert.doesNotMatch(JSON.stringify(log.lines), /sk-test|secret/);
  });

  async function modelIds(): Promise<string[]> {
    const transport = createTransport({
      apiKey: 'k',
      baseUrl: server.url,
      authStyle: 'bearer',
      clock: new SystemClock(),
      log: new SilentLogger(),
    });
    return (await transport.listModels(new AbortController().signal)).map(({ id }) => id);
  }
});
