import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { AdapterGround } from './adapterGround';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: { readonly error?: { readonly type: string; readonly message: string } };
}

describe('SSE adapter, who may ask what', function () {
  this.timeout(60_000);
  let test: AdapterGround;

  before(async () => {
    test = await AdapterGround.start({ headersTimeoutMs: 500, requestTimeoutMs: 1_000 });
  });

  after(() => test.close());

  /** A request as it is, with headers that `fetch` would not send. */
  function ask(
    path: string,
    headers: Readonly<Record<string, string>> = test.auth,
    method = 'GET',
    body?: string,
  ): Promise<Answer> {
    const { port } = new URL(test.adapter.url);
    return new Promise((resolve, reject) => {
      const request = httpRequest(
        { host: '127.0.0.1', port, path, method, headers },
        (response) => {
          let text = '';
          response.on('data', (chunk: Buffer) => (text += chunk.toString()));
          response.on('end', () => {
            const parsed = text === '' ? {} : (JSON.parse(text) as Answer['body']);
            const { statusCode = 0 } = response;
            resolve({ status: statusCode, headers: response.headers, body: parsed });
          });
        },
      );
      request.on('error', reject);
      request.end(body);
    });
  }

  /** What the server says to bytes, until it hangs up or has said enough. */
  function raw(text: string): Promise<string> {
    const { port } = new URL(test.adapter.url);
    return new Promise((resolve) => {
      let seen = '';
      const socket = connect(Number(port), '127.0.0.1');
      socket.on('data', (chunk) => (seen += chunk.toString()));
      socket.on('error', () => undefined);
      socket.on('close', () => resolve(seen));
      socket.write(text);
    });
  }

  it('listens on the loopback interface alone', () => {
    assert.match(test.adapter.url, /^http:\/\/127\.0\.0\.1:\d+$/);
  });

  it('has a new token of 256 bits with each start', async () => {
    const other = await AdapterGround.start();
    assert.match(test.adapter.token, /^[\w-]{43}$/);
    assert.notEqual(other.adapter.token, test.adapter.token);
    await other.close();
  });

  it('refuses without token and with a wrong one, whatever its length: 401', async () => {
    const { token } = test.adapter;
    const wrong = [
      {},
      { authorization: 'Bearer' },
      { authorization: `Basic ${token}` },
      { authorization: `Bearer ${token}x` },
      { authorization: `Bearer ${token.slice(1)}` },
      { authorization: `Bearer ${'x'.repeat(10_000)}` },
      { 'x-api-key': 'x' },
    ];
    for (const headers of wrong) {
      for (const path of ['/v1/conversations', '/nothing', '/v1/turns/x/events?token=x']) {
        const { status, body, headers: said } = await ask(path, headers);
        assert.equal(status, 401, JSON.stringify(headers));
        assert.equal(body.error?.type, 'authentication_error');
        assert.match(String(said['www-authenticate']), /^Bearer/);
      }
    }
    const post = await ask(`/v1/chat?token=${token}`, {}, 'POST');
    assert.equal(post.status, 401);
  });

  it('takes the token as bearer, as x-api-key, and in the address of a GET', async () => {
    const { token } = test.adapter;
    assert.equal((await ask('/v1/conversations')).status, 200);
    assert.equal((await ask('/v1/conversations', { 'x-api-key': token })).status, 200);
    assert.equal((await ask(`/v1/conversations?token=${token}`, {})).status, 200);
  });

  it('refuses a foreign Host, as DNS rebinding brings it, before anything else: 403', async () => {
    for (const host of ['evil.example', `evil.example:80`, '127.0.0.1', 'localhost:1']) {
      const { status } = await ask('/v1/conversations', { ...test.auth, host });
      assert.equal(status, 403, host);
    }
    const { port } = new URL(test.adapter.url);
    const { status } = await ask('/v1/conversations', { ...test.auth, host: `localhost:${port}` });
    assert.equal(status, 200);
  });

  it('refuses a foreign Origin, its preflight included: 403', async () => {
    const foreign = ['https://evil.example', 'null', 'https://allowed.example.evil.example'];
    for (const origin of foreign) {
      for (const method of ['GET', 'OPTIONS', 'POST']) {
        const { status, headers } = await ask('/v1/chat', { ...test.auth, origin }, method);
        assert.equal(status, 403, `${method} ${origin}`);
        assert.equal(headers['access-control-allow-origin'], undefined);
      }
    }
  });

  it('lets a page of a listed origin ask and read, and only that', async () => {
    const origin = 'https://allowed.example';
    const preflight = await ask(
      '/v1/chat',
      {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-private-network': 'true',
      },
      'OPTIONS',
    );
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers['access-control-allow-origin'], origin);
    assert.match(String(preflight.headers['access-control-allow-headers']), /last-event-id/);
    assert.equal(preflight.headers['access-control-allow-private-network'], 'true');
    const answer = await ask('/v1/conversations', { ...test.auth, origin });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['access-control-allow-origin'], origin);
    assert.equal(answer.headers['vary'], 'origin');
    assert.equal((await ask('/v1/conversations', { origin })).status, 401);
  });

  it('finds nothing by tricks with paths: 404', async () => {
    const paths = [
      '/',
      '/v1',
      '/v1/chat/',
      '//v1/chat',
      '/v1/../v1/conversations',
      '/v1/%63onversations',
      '/v1/turns/../../etc/passwd/events',
      '/v1/turns/%2e%2e/events',
      '/v1/turns/a%00/events',
      '/v1/turns/nobody/events',
      '/v1/conversations/nobody',
      'http://evil.example/v1/conversations',
      `/v1/turns/${'x'.repeat(200)}/events`,
    ];
    for (const path of paths) assert.equal((await ask(path)).status, 404, path);
  });

  it('says which method is right: 405', async () => {
    for (const [path, method, allow] of [
      ['/v1/chat', 'GET', 'POST'],
      ['/v1/messages', 'DELETE', 'POST'],
      ['/v1/conversations', 'POST', 'GET'],
      ['/v1/turns/x/events', 'PUT', 'GET'],
      ['/v1/turns/x/stop', 'GET', 'POST'],
    ] as const) {
      const { status, headers } = await ask(path, test.auth, method);
      assert.equal(status, 405, path);
      assert.equal(headers['allow'], allow);
    }
  });

  it('takes JSON alone: 415, 400, 422', async () => {
    const json = { ...test.auth, 'content-type': 'application/json' };
    const plain = { ...test.auth, 'content-type': 'text/plain' };
    const zipped = { ...json, 'content-encoding': 'gzip' };
    assert.equal((await ask('/v1/chat', plain, 'POST', '{"prompt":"x"}')).status, 415);
    assert.equal((await ask('/v1/chat', test.auth, 'POST', '{"prompt":"x"}')).status, 415);
    assert.equal((await ask('/v1/chat', zipped, 'POST', '{}')).status, 415);
    assert.equal((await ask('/v1/chat', json, 'POST', '{"prompt":')).status, 400);
    assert.equal((await ask('/v1/chat', json, 'POST', '')).status, 400);
    const wrong = [
      '[]',
      '{}',
      '{"prompt":" "}',
      '{"prompt":1}',
      '{"prompt":"x","model":1}',
      '{"prompt":"x","model":"a b"}',
      '{"prompt":"x","shape":"other"}',
      '{"prompt":"x","stream":"no"}',
      '{"prompt":"x","images":{}}',
      '{"prompt":"x","images":["eA=="]}',
      '{"prompt":"x","images":[{"data":"%%"}]}',
      '{"prompt":"x","images":[{"data":"eA=="}]}',
      `{"prompt":${'['.repeat(5_000)}${']'.repeat(5_000)}}`,
    ];
    for (const body of wrong) {
      assert.equal((await ask('/v1/chat', json, 'POST', body)).status, 422, body.slice(0, 40));
    }
    const unknown = await ask('/v1/chat', json, 'POST', '{"prompt":"x","conversation":"none"}');
    assert.equal(unknown.status, 404);
    assert.equal((await ask('/v1/messages', json, 'POST', '{"model":"x"}')).status, 400);
    assert.equal(test.server.messageRequests.length, 0);
  });

  it('refuses an id that is none of ours: 400', async () => {
    const turn = test.ask();
    await test.ground.end(turn);
    for (const id of ['x', '1;2', '9'.repeat(500)]) {
      const headers = { ...test.auth, 'last-event-id': id };
      assert.equal((await ask(`/v1/turns/${turn.id}/events`, headers)).status, 400, id);
    }
  });

  it('reads no body of 100 MB, whether its length is said or not: 413', async () => {
    const json = { 'content-type': 'application/json' };
    const chunk = new Uint8Array(1_000_000).fill(32);
    for (const declared of [true, false]) {
      let sent = 0;
      const body = new ReadableStream({
        pull(controller) {
          if (sent++ < 100) controller.enqueue(chunk);
          else controller.close();
        },
      });
      const response = await test.fetch('/v1/chat', {
        method: 'POST',
        headers: json,
        body: declared ? new Uint8Array(100_000_000) : body,
        ...(declared ? {} : { duplex: 'half' }),
      });
      assert.equal(response.status, 413);
      const { error } = (await response.json()) as Answer['body'];
      assert.equal(error?.type, 'request_too_large');
    }
  });

  it('takes nothing that two servers could read in two ways', async () => {
    const { port } = new URL(test.adapter.url);
    const head = `Host: 127.0.0.1:${port}\r\nAuthorization: Bearer ${test.adapter.token}\r\n`;
    const smuggled = 'GET /v1/conversations HTTP/1.1\r\n\r\n';
    const tricks = [
      `POST /v1/chat HTTP/1.1\r\n${head}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
      `POST /v1/chat HTTP/1.1\r\n${head}Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde`,
      `POST /v1/chat HTTP/1.1\r\n${head}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`,
      `GET /v1/conversations HTTP/1.1\r\n${head}X: a\r\n b\r\nContent-Length : 3\r\n\r\n`,
      `GET /v1/conversations HTTP/1.1\nHost: x\n\n${smuggled}`,
      'nonsense\r\n\r\n',
    ];
    for (const trick of tricks) {
      const said = await raw(trick);
      assert.match(said, /^HTTP\/1\.1 400 /, trick);
      assert.match(said, /"type":"invalid_request_error"/);
      assert.equal(said.match(/HTTP\/1\.1 /g)?.length, 1);
    }
    const large = await raw(`GET / HTTP/1.1\r\n${head}X: ${'x'.repeat(20_000)}\r\n\r\n`);
    assert.match(large, /^HTTP\/1\.1 431 /);
  });

  it('waits for nobody who sends byte by byte (slow loris)', async () => {
    const { port } = new URL(test.adapter.url);
    assert.match(await raw(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nX: `), /^HTTP\/1\.1 408 /);
    const body =
      `POST /v1/chat HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\n` +
      `Authorization: Bearer ${test.adapter.token}\r\nContent-Length: 100\r\n\r\n{`;
    assert.match(await raw(body), /^HTTP\/1\.1 408 /);
  });

  it('keeps the token out of the log', () => {
    const said = test.ground.log.lines.map(({ message }) => message).join('\n');
    assert.ok(!said.includes(test.adapter.token));
  });

  it('has room for so many and no more: 429', async () => {
    const turns = Array.from({ length: 70 }, () => null);
    const full = await AdapterGround.start();
    full.server.use({ fault: { kind: 'never-answers' } });
    const leave = new AbortController();
    const statuses = await Promise.all(
      turns.map(async () => {
        const response = await full.post('/v1/chat', { prompt: 'x' }, { signal: leave.signal });
        return response.status;
      }),
    );
    const refused = statuses.filter((status) => status === 429).length;
    assert.equal(refused, 6);
    leave.abort();
    await full.close();
  });
});
