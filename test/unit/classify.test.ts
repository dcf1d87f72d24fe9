import assert from 'node:assert/strict';
import fc from 'fast-check';
import { classify, classifyError, retryAfterMs } from '../../src/core/classify';
import type { Failure } from '../../src/core/failure';
import { FaultError, type Fault } from '../../src/core/fault';
import { checkProperty, propertyTimeout } from './propertyRuns';

interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly requestId?: string;
}

function classifyAnswer({ status, body = '', headers = {}, requestId }: Answer): Failure {
  return classify({ kind: 'http', status, body, headers, requestId: requestId ?? null });
}

function apiError(type: string, message = 'words', errorCode?: string): unknown {
  const details = errorCode === undefined ? null : { error_code: errorCode };
  return { type: 'error', error: { type, message, details }, request_id: 'req_body' };
}

describe('classify', () => {
  const answers: readonly (readonly [string, Answer, string, boolean, string])[] = [
    [
      '400',
      { status: 400, body: apiError('invalid_request_error', 'x: Extra inputs are not permitted') },
      'bad-request',
      false,
      'choose-model',
    ],
    [
      'a prompt over the window',
      {
        status: 400,
        body: apiError(
          'invalid_request_error',
          'prompt is too long: 210000 tokens > 200000 maximum',
        ),
      },
      'prompt-too-long',
      false,
      'new-chat',
    ],
    [
      'prompt and max_tokens over the window',
      {
        status: 400,
        body: apiError(
          'invalid_request_error',
          'input length and `max_tokens` exceed context limit: 190000 + 64000 > 200000',
        ),
      },
      'prompt-too-long',
      false,
      'new-chat',
    ],
    [
      'thinking bound elsewhere (T115)',
      {
        status: 400,
        body: apiError(
          'invalid_request_error',
          'messages.1.content.0: Invalid `signature` in `thinking` block',
        ),
      },
      'invalid-thinking-signature',
      false,
      'new-chat',
    ],
    [
      'no credit, as a 400',
      {
        status: 400,
        body: apiError(
          'invalid_request_error',
          'Your credit balance is too low to access the Anthropic API.',
        ),
      },
      'no-credit',
      false,
      'open-settings',
    ],
    [
      'the person’s own cap',
      {
        status: 400,
        body: apiError(
          'invalid_request_error',
          'You have reached your specified API usage limits. You will regain access on 2026-12-01.',
        ),
      },
      'spend-limit',
      false,
      'open-settings',
    ],
    [
      'a gateway without that model',
      { status: 400, body: { error: 'Invalid model name passed in model=x' } },
      'unknown-model',
      false,
      'choose-model',
    ],
    [
      '401',
      { status: 401, body: apiError('authentication_error', 'invalid x-api-key') },
      'wrong-key',
      false,
      'set-key',
    ],
    ['402', { status: 402, body: apiError('billing_error') }, 'no-credit', false, 'open-settings'],
    [
      '402 with a limit',
      {
        status: 402,
        body: apiError('billing_error', 'w', 'linked_organization_spend_limit_reached'),
      },
      'spend-limit',
      false,
      'open-settings',
    ],
    ['403', { status: 403, body: apiError('permission_error') }, 'no-permission', false, 'set-key'],
    [
      '403 from a proxy',
      { status: 403, body: '<!DOCTYPE html><title>Blocked</title>' },
      'not-the-api',
      false,
      'open-settings',
    ],
    [
      '404 of a model',
      { status: 404, body: apiError('not_found_error', 'model: claude-x') },
      'unknown-model',
      false,
      'choose-model',
    ],
    ['404 of a path', { status: 404, body: 'Not Found' }, 'not-found', false, 'open-settings'],
    ['407', { status: 407, body: '<html>' }, 'not-the-api', false, 'open-settings'],
    ['408', { status: 408 }, 'timeout', true, 'try-again'],
    ['409', { status: 409, body: apiError('conflict_error') }, 'server-error', true, 'try-again'],
    [
      '413',
      { status: 413, body: apiError('request_too_large') },
      'request-too-large',
      false,
      'new-chat',
    ],
    [
      '422',
      { status: 422, body: { detail: [{ msg: 'x' }] } },
      'bad-request',
      false,
      'choose-model',
    ],
    ['429', { status: 429, body: apiError('rate_limit_error') }, 'rate-limited', true, 'try-again'],
    [
      '429 of a ramp',
      { status: 429, body: apiError('rate_limit_error', 'w', 'ramp_limit_exceeded') },
      'rate-limited',
      true,
      'try-again',
    ],
    [
      '429 of an enforced limit',
      { status: 429, body: apiError('rate_limit_error', 'w', 'enforced_spend_limit_reached') },
      'spend-limit',
      false,
      'open-settings',
    ],
    [
      '429 of a contract’s limit',
      { status: 429, body: apiError('rate_limit_error', 'w', 'contract_spend_limit_reached') },
      'spend-limit',
      false,
      'open-settings',
    ],
    ['500', { status: 500, body: apiError('api_error') }, 'server-error', true, 'try-again'],
    [
      '502 with HTML',
      { status: 502, body: '<html><head><title>502 Bad Gateway</title></head>' },
      'server-error',
      true,
      'try-again',
    ],
    ['503', { status: 503, body: 'upstream connect error' }, 'server-error', true, 'try-again'],
    ['504', { status: 504, body: apiError('timeout_error') }, 'timeout', true, 'try-again'],
    [
      '529',
      { status: 529, body: apiError('overloaded_error', 'Overloaded') },
      'overloaded',
      true,
      'try-again',
    ],
    [
      'overload under another status',
      { status: 503, body: apiError('overloaded_error') },
      'overloaded',
      true,
      'try-again',
    ],
    [
      'a redirect',
      { status: 302, headers: { location: 'https://login.example' } },
      'not-the-api',
      false,
      'open-settings',
    ],
    [
      'a 5xx not to be retried',
      { status: 500, body: apiError('api_error'), headers: { 'x-should-retry': 'false' } },
      'server-error',
      false,
      'try-again',
    ],
  ];
  for (const [name, answer, kind, retryable, action] of answers) {
    it(`knows ${name}`, () => {
      const failure = classifyAnswer(answer);
      assert.deepEqual(
        [failure.kind, failure.retryable, failure.action],
        [kind, retryable, action],
      );
      assert.equal(failure.status, answer.status);
    });
  }

  const codes: readonly (readonly [string | null, string, boolean])[] = [
    ['ENOTFOUND', 'host-not-found', true],
    ['EAI_AGAIN', 'no-network', true],
    ['ENETUNREACH', 'no-network', true],
    ['EHOSTUNREACH', 'no-network', true],
    ['ECONNREFUSED', 'connection-refused', true],
    ['ECONNRESET', 'connection-lost', true],
    ['EPIPE', 'connection-lost', true],
    ['UND_ERR_SOCKET', 'connection-lost', true],
    ['ERR_STREAM_PREMATURE_CLOSE', 'connection-lost', true],
    [null, 'connection-lost', true],
    ['ETIMEDOUT', 'timeout', true],
    ['UND_ERR_HEADERS_TIMEOUT', 'timeout', true],
    ['UND_ERR_BODY_TIMEOUT', 'stalled', true],
    ['CERT_HAS_EXPIRED', 'tls', false],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls', false],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'tls', false],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls', false],
    ['EPROTO', 'tls', false],
    ['HPE_INVALID_CONSTANT', 'not-the-api', false],
  ];
  for (const [code, kind, retryable] of codes) {
    it(`knows the code ${code}`, () => {
      const failure = classify({ kind: 'network', code, message: 'connect 127.0.0.1:1' });
      assert.deepEqual([failure.kind, failure.retryable], [kind, retryable]);
      assert.equal(
        failure.detail,
        code === null ? 'connect 127.0.0.1:1' : `${code} connect 127.0.0.1:1`,
      );
    });
  }

  const faults: readonly (readonly [string, Fault, string, boolean])[] = [
    ['no headers', { kind: 'timeout', phase: 'headers', afterMs: 1 }, 'timeout', true],
    ['silence', { kind: 'timeout', phase: 'stream', afterMs: 1 }, 'stalled', true],
    ['a cut body', { kind: 'truncated', requestId: null }, 'truncated', true],
    [
      'an empty body',
      { kind: 'not-a-stream', contentType: null, sample: ' \n' },
      'empty-response',
      true,
    ],
    [
      'HTML',
      { kind: 'not-a-stream', contentType: 'text/html', sample: '<html>' },
      'not-the-api',
      false,
    ],
    ['no key', { kind: 'no-key' }, 'no-key', false],
    ['a key that cannot be sent', { kind: 'unusable-key' }, 'wrong-key', false],
    ['a defect', { kind: 'unexpected', message: 'x is undefined' }, 'unexpected', false],
  ];
  for (const [name, fault, kind, retryable] of faults) {
    it(`knows ${name}`, () => {
      const failure = classify(fault);
      assert.deepEqual([failure.kind, failure.retryable], [kind, retryable]);
    });
  }

  const events: readonly (readonly [unknown, string, boolean])[] = [
    [{ type: 'overloaded_error', message: 'Overloaded' }, 'overloaded', true],
    [{ type: 'api_error', message: 'Internal' }, 'server-error', true],
    [{ type: 'rate_limit_error', message: 'x' }, 'rate-limited', true],
    [{ type: 'timeout_error', message: 'x' }, 'timeout', true],
    [{ type: 'invalid_request_error', message: 'x' }, 'bad-request', false],
    [{ type: 'authentication_error', message: 'x' }, 'wrong-key', false],
    [{ type: 'billing_error', message: 'x' }, 'no-credit', false],
    [{ type: 'something_new', message: 'x' }, 'server-error', true],
    [{ type: 'None', message: 'x', code: '400' }, 'bad-request', false],
    ['words alone', 'server-error', true],
    [undefined, 'server-error', true],
  ];
  for (const [error, kind, retryable] of events) {
    it(`knows the error event ${JSON.stringify(error)} (T73)`, () => {
      const body = { type: 'error', error, request_id: 'req_event' };
      const failure = classify({ kind: 'stream-error', body, requestId: 'req_headers' });
      assert.deepEqual([failure.kind, failure.retryable], [kind, retryable]);
      assert.equal(failure.status, undefined);
      assert.equal(failure.requestId, 'req_headers');
    });
  }

  it('carries the server’s own words, the request’s id and a short detail', () => {
    const failure = classifyAnswer({
      status: 429,
      body: apiError('rate_limit_error', 'Slow down', 'ramp_limit_exceeded'),
      headers: { 'retry-after': '7' },
      requestId: 'req_1',
    });
    assert.equal(failure.serverMessage, 'Slow down');
    assert.equal(failure.requestId, 'req_1');
    assert.equal(failure.retryAfterMs, 7_000);
    assert.equal(failure.detail, 'HTTP 429, ramp_limit_exceeded, retry-after 7 s');
  });

  it('finds the words in the shapes that gateways use, and the id in the body', () => {
    const words = (body: unknown): string | undefined =>
      classifyAnswer({ status: 400, body }).serverMessage;
    assert.equal(words({ error: 'plain' }), 'plain');
    assert.equal(words({ message: 'outer' }), 'outer');
    assert.equal(words({ detail: 'fastapi' }), 'fastapi');
    assert.equal(words('text'), 'text');
    assert.equal(words({ error: { message: { deep: 1 } } }), undefined);
    assert.equal(classifyAnswer({ status: 400, body: apiError('x') }).requestId, 'req_body');
  });

  it('shows the title of a page in place of its source', () => {
    const failure = classify({
      kind: 'not-a-stream',
      contentType: 'text/html',
      sample: '<html><head><script>x()</script><title>Sign in\n to Wi-Fi</title>',
    });
    assert.equal(failure.detail, 'text/html, Sign in to Wi-Fi');
  });

  it('takes anything thrown, and never prints [object Object] (T111)', () => {
    for (const thrown of [{}, [], null, undefined, 'x', new Error('boom'), { error: {} }]) {
      const failure = classifyError(thrown);
      assert.equal(failure.kind, 'unexpected');
      assert.doesNotMatch(JSON.stringify(failure), /object Object/);
    }
    assert.equal(classifyError(new FaultError({ kind: 'no-key' })).kind, 'no-key');
  });

  it('takes any body at any status, never throws, and retries only what may pass (T78)', async function () {
    this.timeout(propertyTimeout);
    const property = fc.property(
      fc.integer({ min: 100, max: 599 }),
      fc.oneof(
        fc.jsonValue(),
        fc.string(),
        fc.record({
          error: fc.oneof(
            fc.jsonValue(),
            fc.record({ type: fc.string(), message: fc.string(), details: fc.jsonValue() }),
          ),
        }),
      ),
      fc.dictionary(
        fc.constantFrom('retry-after', 'retry-after-ms', 'date', 'x-should-retry'),
        fc.string(),
      ),
      (status, body, headers) => {
        const failure = classify({ kind: 'http', status, body, headers, requestId: null });
        assert.doesNotMatch(failure.serverMessage ?? '', /object Object/);
        assert((failure.serverMessage ?? '').length <= 1_000);
        if (failure.retryable) assert([408, 409, 429].includes(status) || status >= 500);
        assert((failure.retryAfterMs ?? 0) >= 0);
      },
    );
    await checkProperty(property, 500);
  });

  describe('retry-after', () => {
    const date = 'Sun, 22 Nov 2026 12:00:00 GMT';
    const later = 'Sun, 22 Nov 2026 12:00:30 GMT';
    const cases: readonly (readonly [Readonly<Record<string, string>>, number | undefined])[] = [
      [{}, undefined],
      [{ 'retry-after': '' }, undefined],
      [{ 'retry-after': '12' }, 12_000],
      [{ 'retry-after': '0.5' }, 500],
      [{ 'retry-after': '-3' }, undefined],
      [{ 'retry-after': 'soon' }, undefined],
      [{ 'retry-after-ms': '250', 'retry-after': '9' }, 250],
      [{ 'retry-after-ms': 'x', 'retry-after': '9' }, 9_000],
      [{ 'retry-after': later, date }, 30_000],
      [{ 'retry-after': date, date: later }, 0],
    ];
    for (const [headers, ms] of cases) {
      it(`${JSON.stringify(headers)} is ${ms} ms`, () => {
        assert.equal(retryAfterMs(headers), ms);
      });
    }

    it('takes our own clock for a date where the server does not say its own', () => {
      assert.equal(retryAfterMs({ 'retry-after': later }, Date.parse(date) + 10_000), 20_000);
      assert.equal(retryAfterMs({ 'retry-after': later }), undefined);
    });
  });
});
