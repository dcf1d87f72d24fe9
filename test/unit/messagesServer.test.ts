import assert from 'node:assert/strict';
import Anthropic from '@anthropic-ai/sdk';
import { MessagesServer } from '../server/messagesServer';
import { httpError, textAnswer, thinkingAnswer, type Scenario } from '../server/scenario';

const base = { model: 'claude-opus-5-5', max_tokens: 1024 };
const hello = [{ role: 'user', content: 'Hello' }];

describe('MessagesServer', function () {
  this.timeout(10_000);

  let server: MessagesServer;
  let client: Anthropic;

  before(async () => {
    server = await MessagesServer.start();
    client = new Anthropic({ apiKey: 'k', baseURL: server.url, maxRetries: 0, logLevel: 'off' });
  });

  after(() => server.close());

  function post(body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${server.url}/v1/messages`, {
      method: 'POST',
      headers: { 'x-api-key': 'k', 'anthropic-version': '2026-10-21', ...headers },
      body: JSON.stringify(body),
    });
  }

  async function refusal(body: unknown): Promise<string> {
    const response = await post(body);
    const { error } = (await response.json()) as { error: { type: string; message: string } };
    return `${response.status} ${error.type}: ${error.message}`;
  }

  async function stream(scenario: Scenario): Promise<string> {
    server.queue(scenario);
    const response = await post({ ...base, messages: hello, stream: true });
    return response.text();
  }

  it('streams what the SDK assembles, in any spelling of the wire (T81, T95)', async () => {
    const text = 'Grüße, 你好, 👩‍👩‍👧 – **done**';
    const spellings: Omit<Scenario, 'blocks'>[] = [
      {},
      { lineEnd: '\r\n' },
      { splitBytes: 1 },
      { splitBytes: 3, lineEnd: '\r\n', pingEveryMs: 20 },
    ];
    for (const spelling of spellings) {
      server.queue(thinkingAnswer('hm', text, { deltaSize: 2, ...spelling }));
      const message = await client.messages
        .stream({ ...base, messages: [{ role: 'user', content: 'Hello' }] })
        .finalMessage();
      const [thinking, answer] = message.content;
      assert.equal(thinking?.type === 'thinking' && thinking.thinking, 'hm');
      assert.equal(answer?.type === 'text' && answer.text, text);
    }
    assert.doesNotMatch(await stream(textAnswer(text, { dataOnly: true })), /^event:/m);
  });

  it('refuses what the API refuses', async () => {
    const user = (text: string): unknown => ({ role: 'user', content: text });
    const cases: [unknown, RegExp][] = [
      [
        { ...base, messages: hello, temperature: 1 },
        /^400 invalid_request_error: temperature: Extra inputs/,
      ],
      [{ ...base, model: 'claude-9', messages: hello }, /^404 not_found_error: model: claude-9/],
      [{ ...base, max_tokens: 1e9, messages: hello }, /max_tokens: 1000000000 > 128000/],
      [{ ...base, messages: [] }, /at least one message/],
      [
        { ...base, messages: [...hello, { role: 'assistant', content: 'And' }] },
        /does not support assistant message prefill/,
      ],
      [{ ...base, messages: [user('')] }, /non-empty content/],
      [
        { ...base, messages: [{ role: 'user', content: [{ type: 'text', text: '  ' }] }] },
        /non-whitespace/,
      ],
      [
        { ...base, messages: [{ role: 'assistant', content: 'x' }, user('y')] },
        /first message must use/,
      ],
      [
        {
          ...base,
          messages: [
            ...hello,
            { role: 'assistant', content: [{ type: 'tool_use', id: 't1', name: 'f', input: {} }] },
            user('and?'),
          ],
        },
        /without `tool_result` blocks immediately after: t1/,
      ],
      [
        {
          ...base,
          messages: [
            ...hello,
            {
              role: 'assistant',
              content: [
                { type: 'thinking', thinking: 'x', signature: 'made up' },
                { type: 'text', text: 'So.' },
              ],
            },
            user('and?'),
          ],
        },
        /Invalid `signature` in `thinking` block/,
      ],
      [
        { ...base, thinking: { type: 'disabled' }, messages: hello },
        /"thinking.type.disabled" is not supported/,
      ],
      [
        { ...base, model: 'claude-haiku-4-5', output_config: { effort: 'low' }, messages: hello },
        /effort/,
      ],
      [{ ...base, tool_choice: { type: 'any' }, messages: hello }, /tool_choice/],
    ];
    for (const [body, expected] of cases) assert.match(await refusal(body), expected);
  });

  it('takes its own thinking back, and not in another conversation (T83)', async () => {
    server.queue(thinkingAnswer('because', 'So it is.'));
    const answer = (await (await post({ ...base, messages: hello })).json()) as {
      content: unknown;
    };
    const next = (first: string): unknown => ({
      ...base,
      messages: [
        { role: 'user', content: first },
        { role: 'assistant', content: answer.content },
        { role: 'user', content: 'Go on' },
      ],
    });
    assert.equal((await post(next('Hello'))).status, 200);
    assert.match(await refusal(next('Hullo')), /Invalid `signature`/);
  });

  it('wants a key and the version header', async () => {
    assert.equal((await post({}, { 'x-api-key': '' })).status, 401);
    const response = await fetch(`${server.url}/v1/models`, {
      headers: { authorization: 'Bearer k' },
    });
    assert.equal(response.status, 400);
  });

  it('lists its models with what they can do', async () => {
    const ids: string[] = [];
    for await (const model of client.models.list()) {
      ids.push(model.id);
      assert.ok(model.capabilities?.thinking.supported);
    }
    assert.ok(ids.includes('claude-opus-5-5'));
  });

  it('breaks off in every scripted way', async () => {
    const text = 'one two three four five six';
    const cut = (fault: Scenario['fault']): Scenario =>
      textAnswer(text, { deltaSize: 4, ...(fault === undefined ? {} : { fault }) });
    await assert.rejects(stream(cut({ kind: 'reset-before-headers' })));
    await assert.rejects(stream(cut({ kind: 'reset', afterDeltas: 2 })));
    await assert.rejects(stream(cut({ kind: 'reset-after-bytes', bytes: 500 })));
    assert.doesNotMatch(await stream(cut({ kind: 'eof', afterDeltas: 3 })), /message_stop/);
    const unfinished = await stream(cut({ kind: 'eof-before-message-stop' }));
    assert.match(unfinished, /message_delta/);
    assert.doesNotMatch(unfinished, /message_stop/);
    assert.match(
      await stream(cut({ kind: 'error-event', afterDeltas: -1, type: 'overloaded_error' })),
      /^event: error/,
    );
    assert.equal(await stream(cut({ kind: 'empty' })), '');
    assert.match(await stream(cut({ kind: 'html', html: '<html>' })), /<html>/);
    assert.match(await stream(cut({ kind: 'whole-json' })), /^\{.*six.*\}$/);
    server.queue(httpError(529, 'overloaded_error', 'Overloaded'));
    assert.match(
      await refusal({ ...base, messages: hello, stream: true }),
      /^529 overloaded_error/,
    );
  });

  it('notices when a client hangs up in a silence', async () => {
    server.queue(textAnswer('one two three', { fault: { kind: 'stall', afterDeltas: 1 } }));
    const abort = new AbortController();
    const count = server.messageRequests.length;
    const response = await fetch(`${server.url}/v1/messages`, {
      method: 'POST',
      headers: { 'x-api-key': 'k', 'anthropic-version': '2026-10-21' },
      body: JSON.stringify({ ...base, messages: hello, stream: true }),
      signal: abort.signal,
    });
    assert.equal(response.status, 200);
    const request = await server.waitForRequest(count + 1);
    assert.equal(request.hungUpAt, undefined);
    abort.abort();
    await server.waitForHangUp(request);
    assert.equal(request.completed, false);
  });

  it('speaks as a small gateway does', async () => {
    const gateway = await MessagesServer.start({ dialect: 'minimal', auth: 'x-api-key' });
    try {
      const ask = async (body: unknown): Promise<number> =>
        (
          await fetch(`${gateway.url}/v1/messages`, {
            method: 'POST',
            headers: { 'x-api-key': 'k', 'anthropic-version': '2026-10-21' },
            body: JSON.stringify(body),
          })
        ).status;
      assert.equal(await ask({ ...base, model: 'local', messages: hello }), 200);
      assert.equal(
        await ask({ ...base, model: 'local', messages: hello, thinking: { type: 'adaptive' } }),
        400,
      );
    } finally {
      await gateway.close();
    }
  });
});
