import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { FaultError, type Fault } from '../../src/core/fault';
import type { MessageRequest } from '../../src/core/messageTransport';
import type { SseFrame } from '../../src/core/sseFrame';
import {
  createTransport,
  type AnthropicTransport,
  type TransportOptions,
} from '../../src/node/anthropicTransport';
import { SystemClock } from '../../src/node/systemClock';
import { MessagesServer, type MessagesServerOptions } from '../server/messagesServer';
import { httpError, textAnswer, thinkingAnswer } from '../server/scenario';
import { ManualClock, settle } from './manualClock';
import { SilentLogger } from './silentLogger';

const request: MessageRequest = {
  model: 'claude-opus-5-5',
  max_tokens: 100,
  messages: [{ role: 'user', content: 'Hi' }],
};
const forever = new AbortController().signal;

function textIn(frames: readonly SseFrame[]): string {
  return frames
    .map(({ data }) => JSON.parse(data) as { delta?: { text?: string } })
    .map(({ delta }) => delta?.text ?? '')
    .join('');
}

function typesIn(frames: readonly SseFrame[]): string[] {
  return frames.map(({ data }) => (JSON.parse(data) as { type: string }).type);
}

/** The fault that a promise is rejected with. */
async function faultOf(promise: Promise<unknown>): Promise<Fault> {
  try {
    await promise;
  } catch (error) {
    assert(FaultError.is(error), String(error));
    return error.fault;
  }
  return assert.fail('nothing was thrown');
}

describe('anthropicTransport', function () {
  // A guard against hanging for ever on a busy machine, not a measurement.
  this.timeout(60_000);

  const cleanUp: (() => unknown)[] = [];
  let server: MessagesServer;
  let environment: NodeJS.ProcessEnv;

  beforeEach(async () => {
    environment = { ...process.env };
    server = await start();
  });

  afterEach(async () => {
    process.env = environment;
    for (const close of cleanUp.splice(0).reverse()) await close();
  });

  async function start(options: MessagesServerOptions = {}): Promise<MessagesServer> {
    const started = await MessagesServer.start(options);
    cleanUp.push(() => started.close());
    return started;
  }

  /** A server that does with a connection what it is told. */
  async function startRaw(
    onData: (write: (text: string) => void, end: () => void, socket: Socket) => void,
  ): Promise<string> {
    const raw: Server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => {
        onData(
          (text) => socket.write(text),
          () => socket.end(),
          socket,
        );
      });
      cleanUp.push(() => socket.destroy());
    });
    await new Promise<void>((resolve) => raw.listen(0, '127.0.0.1', resolve));
    cleanUp.push(() => new Promise((resolve) => raw.close(resolve)));
    return `http://127.0.0.1:${(raw.address() as AddressInfo).port}`;
  }

  function transportTo(
    baseUrl: string | null = server.url,
    options: Partial<TransportOptions> = {},
  ): AnthropicTransport {
    return createTransport({
      apiKey: 'sk-test',
      baseUrl,
      authStyle: 'bearer',
      clock: new SystemClock(),
      log: new SilentLogger(),
      ...options,
    });
  }

  async function framesFrom(
    transport = transportTo(),
    signal: AbortSignal = forever,
  ): Promise<SseFrame[]> {
    const frames: SseFrame[] = [];
    for await (const frame of (await transport.open(request, signal)).frames) frames.push(frame);
    return frames;
  }

  describe('a request', () => {
    it('carries the key as a bearer token, and in no other place', async () => {
      await framesFrom();
      const [{ headers, body } = assert.fail()] = server.messageRequests;
      assert.equal(headers.authorization, 'Bearer sk-test');
      assert.equal(headers['x-api-key'], undefined);
      assert.equal(headers['anthropic-version'], '2026-10-21');
      assert.deepEqual(body, { ...request, stream: true });
      assert.doesNotMatch(JSON.stringify(body), /sk-test/);
    });

    it('carries the key as x-api-key alone where that is wanted', async () => {
      const gateway = await start({ auth: 'x-api-key', apiKey: 'sk-test' });
      const transport = transportTo(gateway.url, { authStyle: 'x-api-key' });
      assert.equal(textIn(await framesFrom(transport)), 'Hello from the wire.');
      assert.equal(gateway.messageRequests[0]?.headers.authorization, undefined);
    });

    it('goes without a key to a server that needs none', async () => {
      const local = await start({ auth: 'none' });
      await framesFrom(transportTo(local.url, { apiKey: null }));
      const { headers } = local.messageRequests[0] ?? assert.fail();
      assert.deepEqual([headers.authorization, headers['x-api-key']], [undefined, undefined]);
    });

    it('never leaves with a key that no header takes, and no error quotes such a value', async () => {
      for (const apiKey of ['sk-\nx', 'sk-ключ', 'sk a', '']) {
        const transport = transportTo(server.url, { apiKey });
        assert.deepEqual(await faultOf(framesFrom(transport)), { kind: 'unusable-key' });
        assert.deepEqual(await faultOf(transport.listModels(forever)), { kind: 'unusable-key' });
      }
      process.env['ANTHROPIC_CUSTOM_HEADERS'] = 'X-Secret: se\u0001cret';
      const fault = await faultOf(framesFrom());
      assert.doesNotMatch(JSON.stringify(fault), /cret"/);
      assert.equal(server.requests.length, 0);
    });

    it('keeps the path of a gateway', async () => {
      await faultOf(framesFrom(transportTo(`${server.url}/anthropic`)));
      assert.equal(server.requests[0]?.path, '/anthropic/v1/messages');
    });

    it('is led astray by nothing in the environment', async () => {
      const other = await start();
      Object.assign(process.env, {
        ANTHROPIC_BASE_URL: other.url,
        ANTHROPIC_API_KEY: 'sk-env',
        ANTHROPIC_AUTH_TOKEN: 'token-env',
        ANTHROPIC_PROFILE: 'someone',
        ANTHROPIC_LOG: 'debug',
        ANTHROPIC_CUSTOM_HEADERS: 'authorization: Bearer evil\nx-api-key: evil\nX-Trace: 1',
      });
      await framesFrom();
      await framesFrom(transportTo(server.url, { authStyle: 'x-api-key' }));
      await framesFrom(transportTo((await start({ auth: 'none' })).url, { apiKey: null }));
      assert.equal(other.requests.length, 0);
      assert.deepEqual(
        server.messageRequests.map(({ headers }) => [headers.authorization, headers['x-api-key']]),
        [
          ['Bearer sk-test', undefined],
          [undefined, 'sk-test'],
        ],
      );
      assert.equal(server.messageRequests[0]?.headers['x-trace'], '1');
    });

    it('goes to Anthropic where no server is named, whatever the environment says', async () => {
      const other = await start();
      process.env['ANTHROPIC_BASE_URL'] = other.url;
      const stop = new AbortController();
      // Without a key, and given up before anybody could answer.
      const opened = transportTo(null, { apiKey: null }).open(request, stop.signal);
      const given = assert.rejects(opened);
      await framesFrom(transportTo(other.url));
      stop.abort(new Error('enough'));
      await given;
      assert.equal(other.messageRequests.length, 1);
    });

    it('follows no redirect: the key stays with its server', async () => {
      const other = await start();
      server.use({ fault: { kind: 'http', status: 307, headers: { location: other.url } } });
      const fault = await faultOf(framesFrom());
      assert.equal(fault.kind === 'http' && fault.status, 307);
      assert.equal(other.requests.length, 0);
    });

    it('is never sent twice by itself, whatever the answer says (T82)', async () => {
      for (const status of [408, 409, 429, 500, 529]) {
        server.use(httpError(status, 'api_error', 'x', { 'x-should-retry': 'true' }));
        await faultOf(framesFrom());
      }
      assert.equal(server.messageRequests.length, 5);
    });

    it('uses the connection of a whole answer again', async () => {
      const transport = transportTo();
      const ports = new Set<number | undefined>();
      server.use((received) => {
        ports.add(received.receivedAt);
        return textAnswer('x');
      });
      for (let i = 0; i < 5; i++) {
        for await (const { event } of (await transport.open(request, forever)).frames) {
          // As the controller does: nobody waits for the end of the body.
          if (event === 'message_stop') break;
        }
        await settle();
      }
      assert.equal(ports.size, 5);
      assert.equal(server.openSockets, 1);
    });
  });

  describe('an answer', () => {
    it('comes as frames, pings included', async () => {
      server.use({
        ...textAnswer('Hello', { deltaSize: 2 }),
        inject: [{ afterDeltas: 1, event: { event: 'ping', data: '{"type":"ping"}' } }],
      });
      const stream = await transportTo().open(request, forever);
      assert.equal(stream.status, 200);
      assert.match(stream.requestId ?? '', /^req_/);
      assert.match(stream.headers['content-type'] ?? '', /event-stream/);
      const frames: SseFrame[] = [];
      for await (const frame of stream.frames) frames.push(frame);
      assert.equal(textIn(frames), 'Hello');
      assert(typesIn(frames).includes('ping'));
      assert.equal(frames.at(-1)?.event, 'message_stop');
    });

    for (const [name, more] of [
      ['LF', { lineEnd: '\n' }],
      ['CRLF', { lineEnd: '\r\n' }],
      ['CR', { lineEnd: '\r' }],
      ['data: lines alone (T81)', { dataOnly: true }],
      ['single bytes (T95)', { splitBytes: 1 }],
      ['split CRLF and UTF-8 (T95)', { lineEnd: '\r\n', splitBytes: 3 }],
    ] as const) {
      it(`is the same with ${name}`, async () => {
        const text = 'Größe 😀 你好 👩‍👩‍👧‍👦\n\r\n"quoted"\u2028';
        server.use(thinkingAnswer('Hm 😀', text, { deltaSize: 3, ...more }));
        assert.equal(textIn(await framesFrom()), text);
      });
    }

    it('may be a single frame of ten megabytes (T22)', async () => {
      const text = 'x'.repeat(10 * 1024 * 1024);
      server.use(textAnswer(text, { deltaSize: text.length }));
      assert.equal(textIn(await framesFrom()).length, text.length);
    });

    it('may be a whole message as JSON: its events are made of it, without a second call (T82)', async () => {
      server.use({
        blocks: [
          { type: 'thinking', text: 'Hm' },
          { type: 'text', text: 'Whole' },
          { type: 'tool_use', id: 'toolu_1', name: 'read', json: '{"path":"a"}' },
        ],
        fault: { kind: 'whole-json' },
      });
      const frames = await framesFrom();
      assert.deepEqual(
        [...new Set(typesIn(frames))],
        [
          'message_start',
          'content_block_start',
          'content_block_delta',
          'content_block_stop',
          'message_delta',
          'message_stop',
        ],
      );
      assert.equal(textIn(frames), 'Whole');
      assert.equal(server.messageRequests.length, 1);
    });

    it('may be an error as JSON with a 200', async () => {
      server.use({ fault: { kind: 'http', status: 200, body: { error: { message: 'no GPU' } } } });
      assert.deepEqual(typesIn(await framesFrom()), ['error']);
    });

    it('is a stream although its content type says nothing or something else (T82)', async () => {
      const sse = 'event: message_stop\ndata: {"type":"message_stop"}\n\n';
      for (const type of [
        '',
        'content-type: text/html\r\n',
        'content-type: application/json\r\n',
      ]) {
        const url = await startRaw((write, end) => {
          write(`HTTP/1.1 200 OK\r\n${type}connection: close\r\n\r\n${sse}`);
          end();
        });
        assert.deepEqual(typesIn(await framesFrom(transportTo(url))), ['message_stop']);
      }
    });
  });

  describe('a fault', () => {
    it('says what the server said, with headers and the request’s id', async () => {
      server.use(httpError(429, 'rate_limit_error', 'Slow down', { 'retry-after': '7' }));
      const fault = await faultOf(framesFrom());
      assert(fault.kind === 'http');
      assert.equal(fault.status, 429);
      assert.equal(fault.headers['retry-after'], '7');
      assert.match(fault.requestId ?? '', /^req_/);
      const { error } = fault.body as { error: unknown };
      assert.deepEqual(error, { type: 'rate_limit_error', message: 'Slow down' });
    });

    it('keeps the beginning of a page that came with an error', async () => {
      server.use({ fault: { kind: 'http', status: 502, body: `<html>${'x'.repeat(9_999)}` } });
      const fault = await faultOf(framesFrom());
      assert(fault.kind === 'http' && typeof fault.body === 'string');
      assert.equal(fault.body.slice(0, 7), '<html>x');
      assert.equal(fault.body.length, 2_048);
    });

    it('knows an error without a body', async () => {
      const url = await startRaw((write, end) => {
        write('HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n');
        end();
      });
      const fault = await faultOf(framesFrom(transportTo(url)));
      assert.deepEqual(fault.kind === 'http' && [fault.status, fault.body], [503, '']);
    });

    it('reads no endless error', async () => {
      const url = await startRaw((write) => {
        write('HTTP/1.1 500 X\r\n\r\n');
        const more = (): void => {
          write('x'.repeat(65_536));
          timer = setTimeout(more, 1);
        };
        let timer = setTimeout(more, 1);
        cleanUp.push(() => clearTimeout(timer));
      });
      const fault = await faultOf(framesFrom(transportTo(url)));
      assert.equal(fault.kind === 'http' && fault.status, 500);
    });

    it('is not-a-stream for a page with a 200, and for an empty body', async () => {
      server.use({ fault: { kind: 'html', html: '<!doctype html><title>Sign in</title>' } });
      const page = await faultOf(framesFrom());
      assert(page.kind === 'not-a-stream');
      assert.equal(page.contentType, 'text/html');
      assert.match(page.sample, /Sign in/);
      server.use({ fault: { kind: 'empty' } });
      const empty = await faultOf(framesFrom());
      assert.deepEqual(empty.kind === 'not-a-stream' && empty.sample, '');
    });

    it('is not-a-stream for JSON that is no message', async () => {
      server.use({ fault: { kind: 'http', status: 200, body: { ok: true } } });
      const fault = await faultOf(framesFrom());
      assert.equal(fault.kind === 'not-a-stream' && fault.sample, '{"ok":true}');
    });

    const networkFaults: readonly (readonly [string, () => Promise<string>, RegExp])[] = [
      ['a refused connection', () => unusedPort(), /^ECONNREFUSED$/],
      [
        'a name nobody has',
        () => Promise.resolve('http://nobody.invalid'),
        /^(ENOTFOUND|EAI_AGAIN)$/,
      ],
      [
        'a reset before headers',
        () => {
          server.use({ fault: { kind: 'reset-before-headers' } });
          return Promise.resolve(server.url);
        },
        /^ECONNRESET$/,
      ],
      [
        'a server that does not speak HTTP',
        () =>
          startRaw((write, end) => {
            write('SSH-2.0-OpenSSH_9.9\r\n');
            end();
          }),
        /^HPE_/,
      ],
      [
        'a server without TLS',
        () => Promise.resolve(server.url.replace('http:', 'https:')),
        /^(EPROTO|ERR_SSL_.*)$/,
      ],
    ];
    for (const [name, prepare, code] of networkFaults) {
      it(`has Node’s code for ${name}`, async () => {
        const fault = await faultOf(framesFrom(transportTo(await prepare())));
        assert(fault.kind === 'network', JSON.stringify(fault));
        assert.match(fault.code ?? '', code);
      });
    }

    it('has Node’s code for a reset in the middle, and nothing that came before it is lost', async () => {
      const text = 'event: message_start\ndata: {"type":"message_start"}\n\n';
      let reset: () => void = () => assert.fail();
      const url = await startRaw((write, _, socket) => {
        write(`HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n${text}`);
        reset = () => socket.resetAndDestroy();
      });
      const stream = await transportTo(url).open(request, forever);
      // Nobody reads yet: what has arrived waits, and the connection breaks over it.
      reset();
      await sleep(50);
      const frames: SseFrame[] = [];
      const fault = await faultOf(
        (async () => {
          for await (const frame of stream.frames) frames.push(frame);
        })(),
      );
      assert.equal(fault.kind === 'network' && fault.code, 'ECONNRESET');
      assert.deepEqual(typesIn(frames), ['message_start']);
    });

    it('is none where the body ends early: what that means is decided elsewhere', async () => {
      server.use({
        ...textAnswer('Hello', { deltaSize: 1 }),
        fault: { kind: 'eof', afterDeltas: 3 },
      });
      assert.equal(textIn(await framesFrom()), 'Hel');
    });

    it('is a timeout where no headers come, and the socket is closed', async () => {
      server.use({ fault: { kind: 'never-answers' } });
      const clock = new ManualClock();
      const opened = faultOf(framesFrom(transportTo(server.url, { clock })));
      const received = await server.waitForRequest();
      clock.advance(600_000);
      const fault = await opened;
      assert.deepEqual(fault, { kind: 'timeout', phase: 'headers', afterMs: 600_000 });
      await server.waitForHangUp(received);
      assert.equal(clock.pendingTimers, 0);
    });

    it('is a timeout where no connection can be made', async () => {
      const clock = new ManualClock();
      // TEST-NET-1 (RFC 5737): routed nowhere. Where the network says so at once, that is as good.
      const opened = faultOf(framesFrom(transportTo('http://192.0.2.1', { clock })));
      await settle();
      await settle();
      clock.advance(30_000);
      const fault = await opened;
      assert(fault.kind === 'network');
      assert.match(fault.code ?? '', /^(ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ECONNREFUSED)$/);
      assert.equal(clock.pendingTimers, 0);
    });

    it('does not end a long silence once headers are there', async () => {
      server.use({ ...textAnswer('Hello'), fault: { kind: 'stall', afterDeltas: 0 } });
      const clock = new ManualClock();
      const stop = new AbortController();
      const stream = await transportTo(server.url, { clock }).open(request, stop.signal);
      const reading = (async () => {
        for await (const { event } of stream.frames) assert.equal(event, 'message_start');
      })();
      await settle();
      clock.advance(24 * 3_600_000);
      await settle();
      assert.equal(server.messageRequests[0]?.hungUpAt, undefined);
      stop.abort(new Error('stopped by the test'));
      await assert.rejects(reading, /stopped by the test/);
    });
  });

  describe('aborting', () => {
    const reason = new Error('stopped by the person');

    it('before the request: nothing is sent', async () => {
      await assert.rejects(transportTo().open(request, AbortSignal.abort(reason)), reason);
      assert.equal(server.requests.length, 0);
    });

    it('in the same tick: nothing is answered', async () => {
      const stop = new AbortController();
      const opened = transportTo().open(request, stop.signal);
      stop.abort(reason);
      await assert.rejects(opened, reason);
    });

    it('before headers: the server sees the hang-up (T64, T71)', async () => {
      server.use({ fault: { kind: 'never-answers' } });
      const stop = new AbortController();
      const opened = transportTo().open(request, stop.signal);
      const received = await server.waitForRequest();
      stop.abort(reason);
      await assert.rejects(opened, reason);
      await server.waitForHangUp(received);
    });

    it('in silence: the server sees the hang-up (T63, T71)', async () => {
      server.use({
        ...textAnswer('Hello', { deltaSize: 1 }),
        fault: { kind: 'stall', afterDeltas: 2 },
      });
      const stop = new AbortController();
      const { frames } = await transportTo().open(request, stop.signal);
      const seen: SseFrame[] = [];
      await assert.rejects(async () => {
        for await (const frame of frames) {
          seen.push(frame);
          if (textIn(seen) === 'He') setImmediate(() => stop.abort(reason));
        }
      }, reason);
      await server.waitForHangUp(await server.waitForRequest());
    });

    it('in flight: the server sees the hang-up', async () => {
      server.use(textAnswer('x'.repeat(100_000), { deltaSize: 10 }));
      const stop = new AbortController();
      const { frames } = await transportTo().open(request, stop.signal);
      let count = 0;
      await assert.rejects(async () => {
        for await (const { data } of frames) if (data !== '' && ++count === 10) stop.abort(reason);
      }, reason);
      await server.until(() => server.openSockets === 0);
    });

    it('after the headers, with nobody reading: the socket is closed', async () => {
      server.use({ ...textAnswer('Hello'), fault: { kind: 'stall', afterDeltas: 0 } });
      const stop = new AbortController();
      await transportTo().open(request, stop.signal);
      stop.abort(reason);
      await server.waitForHangUp(await server.waitForRequest());
    });

    it('leaving the loop closes the socket too', async () => {
      server.use({ ...textAnswer('Hello'), fault: { kind: 'stall', afterDeltas: 0 } });
      const { frames } = await transportTo().open(request, forever);
      for await (const { event } of frames) if (event === 'message_start') break;
      await server.waitForHangUp(await server.waitForRequest());
    });

    it('leaves no listener behind on a signal that lives long', async () => {
      const stop = new AbortController();
      for (let i = 0; i < 3; i++) await framesFrom(transportTo(), stop.signal);
      server.use(httpError(500, 'api_error', 'x'));
      await faultOf(framesFrom(transportTo(), stop.signal));
      await transportTo().listModels(stop.signal);
      assert.equal(getEventListeners(stop.signal, 'abort').length, 0);
    });
  });

  describe('models', () => {
    it('are listed with what they can do', async () => {
      const models = await transportTo().listModels(forever);
      const haiku = models.find(({ id }) => id === 'claude-haiku-5-5');
      assert.deepEqual(haiku, {
        id: 'claude-haiku-5-5',
        displayName: 'Claude Haiku 5.5',
        line: 'haiku',
        lifecycle: 'active',
        retiresAt: null,
        maxInputTokens: 1_000_000,
        maxOutputTokens: 128_000,
        capabilities: {
          effort: ['low', 'medium', 'high', 'xhigh', 'max'],
          thinking: ['adaptive', 'disabled'],
          imageInput: true,
          pdfInput: true,
          webSearch: true,
          webFetch: true,
        },
      });
    });

    it('of a small gateway are listed without', async () => {
      const gateway = await start({ dialect: 'minimal' });
      const [first] = await transportTo(gateway.url).listModels(forever);
      assert.equal(first?.capabilities, null);
    });

    it('are read page by page, and odd entries are passed over', async () => {
      const pages = [
        { data: [{ id: 'a' }, { id: '' }, null, 7], has_more: true, last_id: 'a' },
        {
          data: [{ id: 'b', display_name: 3, capabilities: { thinking: [] } }],
          has_more: true,
          last_id: 'b',
        },
        { data: 'none', has_more: true },
      ];
      let page = 0;
      const url = await startRaw((write, end) => {
        const body = JSON.stringify(pages[page++]);
        write(
          `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
        );
        end();
      });
      const models = await transportTo(url).listModels(forever);
      assert.deepEqual(
        models.map(({ id, displayName }) => [id, displayName]),
        [
          ['a', 'a'],
          ['b', 'b'],
        ],
      );
      assert.equal(page, 3);
    });

    it('tell a wrong key, as a request would', async () => {
      const strict = await start({ apiKey: 'sk-right' });
      const fault = await faultOf(transportTo(strict.url).listModels(forever));
      assert.equal(fault.kind === 'http' && fault.status, 401);
    });

    it('are not read from a page', async () => {
      const url = await startRaw((write, end) => {
        write(
          'HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\n\r\n<html>Sign in',
        );
        end();
      });
      const fault = await faultOf(transportTo(url).listModels(forever));
      assert.equal(fault.kind === 'not-a-stream' && fault.sample, '<html>Sign in');
    });

    it('can be given up', async () => {
      const url = await startRaw(() => undefined);
      const stop = new AbortController();
      const listed = transportTo(url).listModels(stop.signal);
      setImmediate(() => stop.abort(new Error('enough')));
      await assert.rejects(listed, /enough/);
    });
  });
});

/** An address at which nobody listens. */
async function unusedPort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}
