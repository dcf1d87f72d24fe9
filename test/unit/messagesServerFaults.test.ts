import assert from 'node:assert/strict';
import Anthropic from '@anthropic-ai/sdk';
import { MessagesServer } from '../server/messagesServer';
import { httpError, textAnswer, type Scenario, type ScriptedFault } from '../server/scenario';
import { ask, framesIn, textOf, type RawAnswer } from '../server/wireClient';

const streamed = {
  model: 'claude-opus-5-5',
  max_tokens: 1024,
  stream: true as const,
  messages: [{ role: 'user' as const, content: 'Hello' }],
};

class StreamReader {
  text = '';

  constructor(
    private readonly reader: ReadableStreamDefaultReader<Uint8Array>,
    private readonly abort: AbortController,
  ) {}

  /** Reads until the words came so often. */
  async until(words: string, times = 1): Promise<void> {
    while (this.text.split(words).length <= times) {
      const { value, done } = await this.reader.read();
      if (done) throw new Error('the body is over');
      this.text += Buffer.from(value).toString('utf8');
    }
  }

  leave(): void {
    this.abort.abort();
  }
}

describe('MessagesServer, as a script breaks it', function () {
  this.timeout(20_000);

  let server: MessagesServer;
  let client: Anthropic;

  before(async () => {
    server = await MessagesServer.start();
    client = new Anthropic({ apiKey: 'k', baseURL: server.url, maxRetries: 0, logLevel: 'off' });
  });

  after(() => server.close());

  function play(scenario: Scenario): Promise<RawAnswer> {
    server.queue(scenario);
    return ask(`${server.url}/v1/messages`, streamed);
  }

  /** An answer of six deltas with that fault. */
  function broken(fault: ScriptedFault, more: Omit<Scenario, 'blocks'> = {}): Scenario {
    return textAnswer('abcdef', { deltaSize: 1, fault, ...more });
  }

  function stall(afterDeltas: number): ScriptedFault {
    return { kind: 'stall', afterDeltas };
  }

  /** An answer whose headers are there. */
  async function openStream(scenario: Scenario): Promise<StreamReader> {
    server.queue(scenario);
    const abort = new AbortController();
    const { body } = await client.messages.create(streamed, { signal: abort.signal }).asResponse();
    return new StreamReader(body!.getReader(), abort);
  }

  /** What the SDK makes of it. */
  async function throughSdk(scenario: Scenario): Promise<{ text: string; error: unknown }> {
    server.queue(scenario);
    let text = '';
    try {
      for await (const event of await client.messages.create(streamed)) {
        if (event.type === 'content_block_delta' && event.delta.type === 'text_delta')
          text += event.delta.text;
      }
      return { text, error: undefined };
    } catch (error) {
      return { text, error };
    }
  }

  describe('a reset', () => {
    it('comes before headers', async () => {
      await assert.rejects(play(broken({ kind: 'reset-before-headers' })), { code: 'ECONNRESET' });
    });

    for (const afterDeltas of [-1, 0, 1, 4, 6]) {
      it(`comes after ${afterDeltas} deltas, and those arrive`, async () => {
        const { text, brokenBy } = await play(broken({ kind: 'reset', afterDeltas }));
        assert.equal(textOf(framesIn(text)), 'abcdef'.slice(0, Math.max(0, afterDeltas)));
        assert.equal(text.includes('message_start'), afterDeltas >= 0);
        assert.equal(brokenBy, 'ECONNRESET');
      });
    }

    for (const bytes of [1, 700, 1_000]) {
      it(`comes after ${bytes} bytes, to the byte`, async () => {
        const { pieces, brokenBy } = await play(broken({ kind: 'reset-after-bytes', bytes }));
        assert.equal(Buffer.concat(pieces).length, bytes);
        assert.equal(brokenBy, 'ECONNRESET');
      });
    }

    it('is none of the SDK’s own errors', async () => {
      const { text, error } = await throughSdk(broken({ kind: 'reset', afterDeltas: 3 }));
      assert.equal(text, 'abc');
      assert(error instanceof TypeError);
    });

    it('of every connection comes at once, as when the network is lost', async () => {
      const count = server.messageRequests.length;
      const readers = await Promise.all([1, 2].map(() => openStream(broken(stall(1)))));
      for (const reader of readers) await reader.until('"a"');
      server.cutConnections();
      for (const reader of readers) await assert.rejects(reader.until('message_stop'));
      await server.until(() => server.openSockets === 0);
      for (const request of server.messageRequests.slice(count))
        assert.equal(request.hungUpAt, undefined);
    });
  });

  describe('an early end', () => {
    it('is a body that ends in good order after so many deltas', async () => {
      const { text, brokenBy } = await play(broken({ kind: 'eof', afterDeltas: 2 }));
      assert.equal(textOf(framesIn(text)), 'ab');
      assert.doesNotMatch(text, /message_stop/);
      assert.equal(brokenBy, undefined);
    });

    it('may be in the middle of an event', async () => {
      const { pieces, brokenBy } = await play(broken({ kind: 'eof-after-bytes', bytes: 777 }));
      assert.equal(Buffer.concat(pieces).length, 777);
      assert.equal(brokenBy, undefined);
    });

    it('may lack message_stop alone', async () => {
      const { text } = await play(broken({ kind: 'eof-before-message-stop' }));
      const names = framesIn(text).map(({ event }) => event);
      assert.deepEqual(names.slice(-2), ['content_block_stop', 'message_delta']);
    });

    it('is no error to the SDK', async () => {
      const { text, error } = await throughSdk(broken({ kind: 'eof', afterDeltas: 2 }));
      assert.deepEqual([text, error], ['ab', undefined]);
    });

    it('is no whole answer here', async () => {
      await play(broken({ kind: 'eof', afterDeltas: 2 }));
      assert.equal(server.messageRequests.at(-1)?.completed, false);
    });
  });

  describe('a stall', () => {
    for (const afterDeltas of [-1, 0, 3]) {
      it(`keeps the connection open after ${afterDeltas} deltas and sends nothing (T41)`, async () => {
        const count = server.messageRequests.length;
        const reader = await openStream(broken(stall(afterDeltas)));
        const request = await server.waitForRequest(count + 1);
        await server.waitForDeltas(request, Math.max(0, afterDeltas));
        // Whatever were still to come would come within these turns of the event loop.
        for (let i = 0; i < 50; i++) await new Promise(setImmediate);
        assert.equal(request.sentDeltas, Math.max(0, afterDeltas));
        assert.equal(request.hungUpAt, undefined);
        reader.leave();
        await server.waitForHangUp(request);
      });
    }

    it('may come with pings, which go on (T43)', async () => {
      const count = server.messageRequests.length;
      const reader = await openStream(
        broken({ kind: 'stall-with-pings', afterDeltas: 1, everyMs: 2 }),
      );
      for (let pings = 1; pings <= 3; pings++) await reader.until('event: ping', pings);
      assert.equal(textOf(framesIn(reader.text)), 'a');
      reader.leave();
      await server.waitForHangUp(await server.waitForRequest(count + 1));
    });
  });

  describe('an error event', () => {
    for (const type of [
      'overloaded_error',
      'api_error',
      'rate_limit_error',
      'invalid_request_error',
    ]) {
      it(`is the first event: ${type}`, async () => {
        const fault: ScriptedFault = { kind: 'error-event', afterDeltas: -1, type, message: 'No' };
        const { status, headers, text } = await play(broken(fault));
        assert.equal(status, 200);
        assert.deepEqual(framesIn(text), [
          {
            event: 'error',
            data: {
              type: 'error',
              error: { type, message: 'No' },
              request_id: headers['request-id'],
            },
          },
        ]);
      });
    }

    it('comes after deltas, and the SDK throws it', async () => {
      const fault: ScriptedFault = {
        kind: 'error-event',
        afterDeltas: 2,
        type: 'overloaded_error',
      };
      const { text, error } = await throughSdk(broken(fault));
      assert.equal(text, 'ab');
      assert(error instanceof Anthropic.APIError);
      assert.equal(error.type, 'overloaded_error');
    });
  });

  describe('an answer that is none', () => {
    const statuses: [number, string, string][] = [
      [400, 'invalid_request_error', 'BadRequestError'],
      [401, 'authentication_error', 'AuthenticationError'],
      [402, 'billing_error', 'PaymentRequiredError'],
      [403, 'permission_error', 'PermissionDeniedError'],
      [404, 'not_found_error', 'NotFoundError'],
      [408, 'timeout_error', 'RequestTimeoutError'],
      [409, 'conflict_error', 'ConflictError'],
      [413, 'request_too_large', 'ContentTooLargeError'],
      [429, 'rate_limit_error', 'RateLimitError'],
      [500, 'api_error', 'InternalServerError'],
      [502, 'api_error', 'InternalServerError'],
      [503, 'api_error', 'ServiceUnavailableError'],
      [529, 'overloaded_error', 'OverloadedError'],
    ];
    for (const [status, type, name] of statuses) {
      it(`has status ${status} and the API’s body`, async () => {
        const { error } = await throughSdk(httpError(status));
        assert(error instanceof Anthropic.APIError, String(error));
        assert.deepEqual([error.constructor.name, error.status], [name, status]);
        const body = error.error as {
          error: { type: string; message: string };
          request_id: string;
        };
        assert.equal(body.error.type, type);
        assert.notEqual(body.error.message, '');
        assert.equal(body.request_id, error.requestID);
      });
    }

    it('says what it is told to, with its headers', async () => {
      const { status, headers, text } = await play(
        httpError(429, 'rate_limit_error', 'Slow down', { 'retry-after': '7' }),
      );
      assert.deepEqual([status, headers['retry-after']], [429, '7']);
      assert.match(text, /"Slow down"/);
    });

    it('is a web page, with an error or with a 200 (T81)', async () => {
      const page = '<html><h1>Bad Gateway</h1></html>';
      const bad = await play({ fault: { kind: 'http', status: 502, body: page } });
      assert.deepEqual(
        [bad.status, bad.headers['content-type'], bad.text],
        [502, 'text/html', page],
      );
      const good = await play({ fault: { kind: 'html', html: page } });
      assert.deepEqual(
        [good.status, good.headers['content-type'], good.text],
        [200, 'text/html', page],
      );
    });

    it('is empty', async () => {
      const { status, headers, text, brokenBy } = await play(broken({ kind: 'empty' }));
      assert.deepEqual([status, text, brokenBy], [200, '', undefined]);
      assert.match(headers['content-type'] ?? '', /event-stream/);
    });

    it('is JSON where a stream was asked for (T82)', async () => {
      const { headers, text } = await play(broken({ kind: 'whole-json' }));
      assert.equal(headers['content-type'], 'application/json');
      const { content } = JSON.parse(text) as { content: { text: string }[] };
      assert.equal(content[0]?.text, 'abcdef');
    });

    it('is nothing at all once the server is closed', async () => {
      const own = await MessagesServer.start();
      await own.close();
      await assert.rejects(ask(`${own.url}/v1/messages`, streamed), { code: 'ECONNREFUSED' });
    });
  });

  describe('events that nobody expects (T62, T110)', () => {
    const again = { event: 'message_start', data: '{"type":"message_start","message":{}}' };
    const unknown = { event: 'weather', data: '{"type":"weather","is":"fine"}' };
    const late = {
      event: 'content_block_delta',
      data: '{"type":"content_block_delta","index":9,"delta":{"type":"text_delta","text":"?"}}',
    };
    for (const [name, event] of [
      ['a second message_start', again],
      ['an unknown type', unknown],
      ['a delta for a block that never began', late],
      ['nonsense', { event: 'content_block_delta', data: '{"type":"nonsense' }],
    ] as const) {
      it(`come where the script wants them: ${name}`, async () => {
        const { text } = await play(
          textAnswer('abcdef', { deltaSize: 1, inject: [{ afterDeltas: 3, event }] }),
        );
        const at = text.indexOf(`data: ${event.data}`);
        assert.equal((text.slice(0, at).match(/text_delta/g) ?? []).length, 3);
        assert.match(text, /event: message_stop/);
      });
    }

    it('come twice, late, or never', async () => {
      const twice = await play(
        textAnswer('abc', {
          deltaSize: 1,
          arrange: (events) =>
            events
              .filter(({ event }) => event !== 'content_block_stop')
              .flatMap((event) => [event, event]),
        }),
      );
      assert.equal(textOf(framesIn(twice.text)), 'aabbcc');
      assert.doesNotMatch(twice.text, /content_block_stop/);
    });
  });
});
