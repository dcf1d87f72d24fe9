import assert from 'node:assert/strict';
import { connect } from 'node:net';
import Anthropic from '@anthropic-ai/sdk';
import { MessagesServer, type MessagesServerOptions } from '../server/messagesServer';
import { textAnswer, thinkingAnswer, toolCall, webSearch, type Scenario } from '../server/scenario';
import { ask, framesIn, textOf, usualHeaders, type RawAnswer } from '../server/wireClient';

const hello = [{ role: 'user' as const, content: 'Hello' }];
const base = { model: 'claude-opus-5-5', max_tokens: 1024, messages: hello };
const streamed = { ...base, stream: true };
const text = 'Grüße, 你好, 👩‍👩‍👧 – **done**\r\n';

describe('MessagesServer', function () {
  this.timeout(20_000);

  const servers: MessagesServer[] = [];
  let server: MessagesServer;
  let client: Anthropic;

  async function start(options: MessagesServerOptions = {}): Promise<MessagesServer> {
    const started = await MessagesServer.start(options);
    servers.push(started);
    return started;
  }

  before(async () => {
    server = await start();
    client = new Anthropic({ apiKey: 'k', baseURL: server.url, maxRetries: 0, logLevel: 'off' });
  });

  after(() => Promise.all(servers.map((started) => started.close())));

  function stream(scenario: Scenario): Promise<RawAnswer> {
    server.queue(scenario);
    return ask(`${server.url}/v1/messages`, streamed);
  }

  function get(path: string, from = server): Promise<RawAnswer> {
    return ask(`${from.url}${path}`, undefined, usualHeaders, 'GET');
  }

  describe('a streamed answer', () => {
    const spellings: [string, Omit<Scenario, 'blocks'>][] = [
      ['as the API spells it', {}],
      ['with CRLF', { lineEnd: '\r\n' }],
      ['with CR', { lineEnd: '\r' }],
      ['word by word', { deltaSize: 'word' }],
      ['with a pause and pings', { pingEveryMs: 2, pauses: [{ afterDeltas: 2, ms: 20 }] }],
      ['split inside characters and line ends (T95)', { splitBytes: [1, 2, 3], lineEnd: '\r\n' }],
      ['split into single bytes (T95)', { splitBytes: 1, deltaSize: 100 }],
    ];
    for (const [name, spelling] of spellings) {
      it(`is what the SDK assembles, ${name}`, async () => {
        server.queue(thinkingAnswer('hm 😀', text, { deltaSize: 3, ...spelling }));
        const message = await client.messages.stream(base).finalMessage();
        const [thinking, answer] = message.content;
        assert.equal(thinking?.type === 'thinking' && thinking.thinking, 'hm 😀');
        assert.equal(answer?.type === 'text' && answer.text, text);
        assert.equal(message.stop_reason, 'end_turn');
      });
    }

    it('names each event twice, with `event:` and inside, and never in data-only (T81)', async () => {
      const frames = framesIn((await stream(textAnswer(text))).text);
      assert(frames.length > 5);
      for (const { event, data } of frames) assert.equal(event, data['type']);
      const bare = await stream(textAnswer(text, { dataOnly: true }));
      assert.doesNotMatch(bare.text, /^event:/m);
      assert.equal(textOf(framesIn(bare.text)), text);
    });

    it('comes in the API’s order', async () => {
      const { headers, text: body } = await stream(thinkingAnswer('a', 'b'));
      assert.match(headers['content-type'] ?? '', /^text\/event-stream/);
      assert.match(String(headers['request-id']), /^req_/);
      assert.deepEqual(
        framesIn(body).map(
          ({ data }) => (data['delta'] as { type?: string } | undefined)?.type ?? data['type'],
        ),
        [
          'message_start',
          'content_block_start',
          'thinking_delta',
          'signature_delta',
          'content_block_stop',
          'content_block_start',
          'text_delta',
          'content_block_stop',
          'message_delta',
          'message_stop',
        ],
      );
    });

    it('really splits characters in the network (T95)', async () => {
      const { pieces } = await stream(textAnswer('你好', { splitBytes: 1 }));
      const isContinuation = (piece: Buffer): boolean => ((piece[0] ?? 0) & 0xc0) === 0x80;
      assert(pieces.filter(isContinuation).length >= 4);
    });

    it('splits surrogate pairs only where it is told to (T95)', async () => {
      const pieces = (body: string): unknown[] =>
        framesIn(body).flatMap(
          ({ data }) => (data['delta'] as { text?: string } | undefined)?.text ?? [],
        );
      const whole = await stream(textAnswer('a😀b', { deltaSize: 2 }));
      assert.deepEqual(pieces(whole.text), ['a😀', 'b']);
      const split = await stream(textAnswer('a😀b', { deltaSize: 2, splitSurrogates: true }));
      assert.deepEqual(pieces(split.text), ['a\ud83d', '\ude00b']);
    });

    it('holds every kind of block, and the SDK agrees', async () => {
      server.queue({
        blocks: [
          { type: 'thinking', text: 'Let me see' },
          { type: 'redacted_thinking' },
          ...webSearch('rivers', 'Rivers', 'https://example.com/rivers', 'The Ebro is long.'),
          toolCall('toolu_1', 'read', '', '{"pa', 'th": "a.ts"}'),
          toolCall('toolu_2', 'now'),
          { type: 'raw', block: { type: 'container_upload', file_id: 'file_1' } },
        ],
        usage: { output_tokens: 77 },
      });
      const { content, stop_reason, usage } = await client.messages.stream(base).finalMessage();
      assert.deepEqual(
        content.map(({ type }) => type),
        [
          'thinking',
          'redacted_thinking',
          'server_tool_use',
          'web_search_tool_result',
          'text',
          'tool_use',
          'tool_use',
          'container_upload',
        ],
      );
      const inputs = content.flatMap((block) => (block.type === 'tool_use' ? [block.input] : []));
      assert.deepEqual(inputs, [{ path: 'a.ts' }, {}]);
      const cited = content.find((block) => block.type === 'text');
      assert.equal(cited?.citations?.[0]?.type, 'web_search_result_location');
      assert.equal(stop_reason, 'tool_use');
      assert.equal(usage.output_tokens, 77);
      assert.equal(usage.server_tool_use?.web_search_requests, 1);
    });

    it('calls a tool without any input delta, or with invalid JSON (T90, T118)', async () => {
      const deltasOf = async (...chunks: string[]): Promise<unknown[]> => {
        const answer = await stream({ blocks: [toolCall('t', 'f', ...chunks)] });
        return framesIn(answer.text)
          .filter(({ event }) => event === 'content_block_delta')
          .map(({ data }) => (data['delta'] as { partial_json: string }).partial_json);
      };
      assert.deepEqual(await deltasOf(), []);
      assert.deepEqual(await deltasOf('{"a": [1,', ' tru'), ['{"a": [1,', ' tru']);
    });

    it('has the indexes, usage and extra message_deltas of its script (T86, T92)', async () => {
      const { text: body } = await stream({
        blocks: [
          { type: 'text', text: 'a', index: 0 },
          { type: 'text', text: 'b', index: 5 },
        ],
        earlyMessageDeltas: [{ usage: { output_tokens: 3 } }],
        stopReason: 'stop_sequence',
        stopSequence: 'END',
        usage: { output_tokens: 9 },
      });
      const frames = framesIn(body);
      const indexes = new Set(frames.flatMap(({ data }) => data['index'] ?? []));
      assert.deepEqual([...indexes], [0, 5]);
      const deltas = frames.filter(({ event }) => event === 'message_delta');
      assert.deepEqual(
        deltas.map(({ data }) => (data['usage'] as { output_tokens: number }).output_tokens),
        [3, 9],
      );
      const { delta } = deltas[1]!.data as { delta: Record<string, unknown> };
      assert.deepEqual([delta['stop_reason'], delta['stop_sequence']], ['stop_sequence', 'END']);
    });

    it('takes events in, twice or out of order, as its script says (T62, T80, T110)', async () => {
      const unknown = { event: 'weather', data: '{"type":"weather"}' };
      const { text: body } = await stream({
        ...textAnswer('abc', { deltaSize: 1 }),
        inject: [
          { afterDeltas: 1, event: { raw: ': keep-alive\n\n' } },
          { afterDeltas: 2, event: unknown },
        ],
        arrange: (events) => [...events.filter(({ isDelta }) => isDelta), ...events],
      });
      const names = framesIn(body).map(({ event }) => event);
      assert.deepEqual(names.slice(0, 5), [
        'content_block_delta',
        'content_block_delta',
        'weather',
        'content_block_delta',
        'message_start',
      ]);
      assert.match(body, /^: keep-alive$/m);
    });

    it('holds still as long as a test wants, and sends what was due before', async () => {
      let goOn = (): void => undefined;
      const until = new Promise<void>((resolve) => (goOn = resolve));
      server.queue(textAnswer('abcdef', { deltaSize: 1, pauses: [{ afterDeltas: 3, until }] }));
      const count = server.messageRequests.length;
      const answer = ask(`${server.url}/v1/messages`, streamed);
      const request = await server.waitForRequest(count + 1);
      await server.waitForDeltas(request, 3);
      assert.equal(request.sentText, 'abc');
      goOn();
      assert.equal(textOf(framesIn((await answer).text)), 'abcdef');
    });

    it('waits where the client does not read (T107)', async () => {
      const size = 16 * 1024 * 1024;
      server.queue(textAnswer('x'.repeat(size), { deltaSize: 64 * 1024 }));
      const count = server.messageRequests.length;
      const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
      const body = JSON.stringify(streamed);
      const head = Object.entries({ ...usualHeaders, host: 'x', 'content-length': body.length })
        .map(([name, value]) => `${name}: ${value}\r\n`)
        .join('');
      socket.write(`POST /v1/messages HTTP/1.1\r\n${head}\r\n${body}`);
      socket.pause();
      const request = await server.waitForRequest(count + 1);
      // Until nothing more goes out for a while: the system's buffers are full.
      for (let before = -1; before !== request.sentBytes;) {
        before = request.sentBytes;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      assert(request.sentBytes < size, `${request.sentBytes} bytes went to nobody`);
      socket.resume();
      await server.until(() => request.completed);
      socket.destroy();
    });
  });

  describe('a whole answer', () => {
    it('has the same content as the streamed one', async () => {
      const scenario: Scenario = {
        blocks: [
          { type: 'thinking', text: 'hm' },
          { type: 'text', text },
          { type: 'tool_use', id: 't1', name: 'f', json: '{"a":1}' },
        ],
      };
      server.queue(scenario, scenario);
      const whole = await client.messages.create(base);
      const assembled = await client.messages.stream(base).finalMessage();
      assert.deepEqual(whole.content, assembled.content);
      assert.deepEqual(whole.usage.output_tokens, assembled.usage.output_tokens);
      assert.match(whole._request_id ?? '', /^req_/);
    });
  });

  describe('what it remembers', () => {
    it('has headers, body, and what was sent of each block', async () => {
      server.queue(thinkingAnswer('hm', 'So it is.'));
      const count = server.requests.length;
      await ask(`${server.url}/v1/messages`, streamed);
      await server.until(() => server.requests[count]?.completed === true);
      const request = server.requests[count]!;
      assert.deepEqual([request.method, request.path], ['POST', '/v1/messages']);
      assert.equal(request.headers['x-api-key'], 'sk-test');
      assert.deepEqual(request.body, streamed);
      assert.deepEqual(request.sent, [
        { index: 0, type: 'thinking', text: 'hm' },
        { index: 1, type: 'text', text: 'So it is.' },
      ]);
      assert.deepEqual([request.sentText, request.sentThinking], ['So it is.', 'hm']);
      assert.equal(request.hungUpAt, undefined);
    });

    it('tells requests of the same bytes apart', async () => {
      const attempts: number[] = [];
      const own = await start({
        scenario: ({ attempt }) => {
          attempts.push(attempt);
          return textAnswer('x');
        },
      });
      for (const body of [streamed, streamed, base, streamed]) {
        await ask(`${own.url}/v1/messages`, body);
      }
      assert.deepEqual(attempts, [1, 2, 1, 3]);
    });

    const silences: [string, Scenario][] = [
      ['before headers', { fault: { kind: 'never-answers' } }],
      ['while headers are late', textAnswer('x', { delayHeadersMs: 600_000 })],
      ['after the headers', textAnswer('x', { fault: { kind: 'stall', afterDeltas: -1 } })],
      ['in a silence', textAnswer('x y z', { fault: { kind: 'stall', afterDeltas: 1 } })],
      [
        'in a silence with pings',
        textAnswer('x', { fault: { kind: 'stall-with-pings', afterDeltas: 1, everyMs: 5 } }),
      ],
      ['in a pause', textAnswer('x y', { pauses: [{ afterDeltas: 1, ms: 600_000 }] })],
      ['between slow deltas', textAnswer('x'.repeat(99), { deltaSize: 1, rate: 0.001 })],
      ['in full flow', textAnswer('x'.repeat(20_000), { deltaSize: 1, rate: 1_000 })],
    ];
    for (const [name, scenario] of silences) {
      it(`is when a client hangs up ${name} (T63, T71)`, async () => {
        server.queue(scenario);
        const abort = new AbortController();
        const count = server.messageRequests.length;
        const asked = fetch(`${server.url}/v1/messages`, {
          method: 'POST',
          headers: usualHeaders,
          body: JSON.stringify(streamed),
          signal: abort.signal,
        });
        const request = await server.waitForRequest(count + 1);
        assert.equal(request.hungUpAt, undefined);
        abort.abort();
        await assert.rejects(asked.then((response) => response.text()));
        await server.waitForHangUp(request);
        assert(request.hungUpAt! >= request.receivedAt);
        assert.equal(request.completed, false);
      });
    }

    it('is no hang-up where a script or the server itself ended it', async () => {
      const own = await start();
      own.queue(textAnswer('x', { fault: { kind: 'reset', afterDeltas: 1 } }));
      await ask(`${own.url}/v1/messages`, streamed);
      own.queue(textAnswer('x', { fault: { kind: 'stall', afterDeltas: 1 } }));
      const stalled = ask(`${own.url}/v1/messages`, streamed);
      await own.waitForDeltas(await own.waitForRequest(2), 1);
      await own.close();
      await stalled.catch(() => undefined);
      assert.deepEqual(
        own.requests.map(({ hungUpAt, completed }) => [hungUpAt, completed]),
        [
          [undefined, false],
          [undefined, false],
        ],
      );
    });
  });

  describe('models', () => {
    it('are listed page by page, with what they can do', async () => {
      const models: Anthropic.ModelInfo[] = [];
      for await (const model of client.models.list({ limit: 4 })) models.push(model);
      const ids = models.map(({ id }) => id);
      assert.equal(new Set(ids).size, ids.length);
      assert(ids.includes('claude-opus-5-5') && ids.length > 8);
      const opus = models.find(({ id }) => id === 'claude-opus-5-5')!;
      assert.deepEqual(opus.capabilities?.thinking.types.disabled, { supported: false });
      assert.deepEqual([opus.line, opus.max_input_tokens, opus.max_tokens], ['opus', 1e6, 128e3]);
      const older = models.find(({ id }) => id === 'claude-haiku-4-5')!;
      assert.deepEqual(older.capabilities?.effort.supported, false);
      assert.deepEqual([older.max_input_tokens, older.max_tokens], [200e3, 64e3]);
    });

    it('can be had by lifecycle, backwards, and one by one', async () => {
      const leaving = await client.models.list({ lifecycle: ['deprecated'] });
      assert.deepEqual(
        leaving.data.map(({ id, lifecycle }) => [id, lifecycle]),
        [['claude-sonnet-4-5', 'deprecated']],
      );
      const all = await client.models.list();
      const third = all.data[2]!.id;
      const before = await client.models.list({ before_id: third, limit: 1 });
      assert.deepEqual(
        before.data.map(({ id }) => id),
        [all.data[1]!.id],
      );
      assert.equal((await client.models.retrieve('claude-haiku-4-5-20251001')).line, 'haiku');
      await assert.rejects(client.models.retrieve('claude-9'), { status: 404 });
      assert.equal((await get('/v1/models?limit=0')).status, 400);
    });
  });

  describe('the prompt cache', () => {
    it('is written, read and counted as the API does (T86)', async () => {
      const own = await start();
      const usageOf = async (messages: unknown[], mark = true): Promise<number[]> => {
        const { text: body } = await ask(`${own.url}/v1/messages`, {
          ...base,
          messages,
          ...(mark ? { cache_control: { type: 'ephemeral' } } : {}),
        });
        const { usage } = JSON.parse(body) as { usage: Record<string, number> };
        return [
          usage['input_tokens']!,
          usage['cache_creation_input_tokens']!,
          usage['cache_read_input_tokens']!,
        ];
      };
      const long = { role: 'user', content: 'word '.repeat(2_000) };
      const [input, written, read] = await usageOf([long]);
      assert.deepEqual([input, read], [0, 0]);
      assert(written! > 2_000);
      const answer = { role: 'assistant', content: 'Yes.' };
      const again = await usageOf([long, answer, { role: 'user', content: 'And?' }]);
      assert.equal(again[2], written);
      assert(again[1]! > 0 && again[1]! < 100);
      assert.equal((await usageOf([{ ...long, content: `${long.content}!` }]))[2], 0);
      assert.deepEqual((await usageOf([long], false)).slice(1), [0, 0]);
      assert.deepEqual((await usageOf(hello)).slice(1), [0, 0], 'too short to be cached');
    });
  });

  describe('count_tokens', () => {
    it('counts what a request would cost, and refuses what it would refuse', async () => {
      const few = await client.messages.countTokens({ model: base.model, messages: hello });
      const many = await client.messages.countTokens({
        model: base.model,
        messages: [{ role: 'user', content: 'Hello '.repeat(100) }],
      });
      assert(many.input_tokens > few.input_tokens);
      const withLimit = await ask(`${server.url}/v1/messages/count_tokens`, base);
      assert.match(withLimit.text, /max_tokens: Extra inputs are not permitted/);
    });
  });

  describe('access', () => {
    async function statusOf(
      headers: Record<string, string>,
      options: MessagesServerOptions = {},
    ): Promise<string> {
      const own = await start(options);
      const { status, text: body } = await ask(`${own.url}/v1/messages`, base, headers);
      const { error } = JSON.parse(body) as { error?: { type: string; message: string } };
      return error === undefined ? String(status) : `${status} ${error.type}: ${error.message}`;
    }
    const version = { 'anthropic-version': '2026-10-21' };
    const own = { 'x-api-key': 'k' };
    const bearer = { authorization: 'Bearer k' };
    const cases: [string, Record<string, string>, MessagesServerOptions, RegExp][] = [
      ['a bearer token', { ...bearer, ...version }, {}, /^200$/],
      ['an x-api-key', { ...own, ...version }, {}, /^200$/],
      ['no key', version, {}, /^401 authentication_error: x-api-key header is required/],
      ['an empty key', { 'x-api-key': '', ...version }, {}, /^401/],
      [
        'a wrong x-api-key',
        { ...own, ...version },
        { apiKey: 'other' },
        /^401 authentication_error: invalid x-api-key/,
      ],
      [
        'a wrong bearer token',
        { ...bearer, ...version },
        { apiKey: 'other' },
        /^401 authentication_error: Invalid bearer token/,
      ],
      ['a bearer token alone', { ...bearer, ...version }, { auth: 'x-api-key' }, /^401/],
      ['an x-api-key alone', { ...own, ...version }, { auth: 'bearer' }, /^401/],
      ['no key where none is needed', version, { auth: 'none' }, /^200$/],
      ['no version', own, {}, /^400 .*anthropic-version: header is required/],
      [
        'a wrong version',
        { ...own, 'anthropic-version': '1' },
        {},
        /^400 .*"1" is not a valid version/,
      ],
      [
        'an unknown beta',
        { ...own, ...version, 'anthropic-beta': 'everything' },
        {},
        /^400 .*Unexpected value\(s\) `everything`/,
      ],
      [
        'known betas',
        { ...own, ...version, 'anthropic-beta': 'compact-2026-01-12, a-b-2026-01-01' },
        {},
        /^200$/,
      ],
    ];
    for (const [name, headers, options, expected] of cases) {
      it(`is checked: ${name}`, async () => {
        assert.match(await statusOf(headers, options), expected);
      });
    }

    it('is only by the right path and method', async () => {
      assert.equal((await get('/v1/messages')).status, 405);
      assert.equal((await get('/v2/messages')).status, 404);
      assert.equal((await ask(`${server.url}/v1/models`, {})).status, 405);
    });
  });

  describe('as a small gateway', () => {
    let gateway: MessagesServer;

    before(async () => {
      gateway = await start({ dialect: 'minimal', auth: 'x-api-key' });
    });

    async function statusOf(more: object, headers = {}): Promise<number> {
      const body = { model: 'local', max_tokens: 10, messages: hello, ...more };
      const answer = await ask(`${gateway.url}/v1/messages`, body, {
        'x-api-key': 'k',
        ...headers,
      });
      return answer.status;
    }

    it('takes any model, and asks for no version', async () => {
      assert.equal(await statusOf({ system: 'x', stop_sequences: ['y'] }), 200);
    });

    it('refuses every optional field and every beta', async () => {
      assert.equal(await statusOf({ thinking: { type: 'adaptive' } }), 400);
      assert.equal(await statusOf({ output_config: { effort: 'low' } }), 400);
      assert.equal(await statusOf({ cache_control: { type: 'ephemeral' } }), 400);
      assert.equal(await statusOf({}, { 'anthropic-beta': 'compact-2026-01-12' }), 400);
    });

    it('says nothing of what its models can do, and counts no tokens', async () => {
      const { text: body } = await get('/v1/models', gateway);
      const { data } = JSON.parse(body) as { data: { capabilities?: unknown }[] };
      assert.deepEqual(
        data.map(({ capabilities }) => capabilities ?? null),
        [null],
      );
      assert.equal((await ask(`${gateway.url}/v1/messages/count_tokens`, base)).status, 404);
    });
  });
});
