import Anthropic from '@anthropic-ai/sdk';
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import { EventSource } from 'eventsource';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { TurnPatch } from '../../src/core/turnPatch';
import { TurnMirror } from '../../src/core/turnMirror';
import { SeededRandom } from '../faults/seededRandom';
import { httpError, textAnswer, thinkingAnswer, toolCall } from '../server/scenario';
import { AdapterGround, eventually } from './adapterGround';
import { CuttingProxy } from './cuttingProxy';

const run = promisify(execFile);
const answer = 'First line.\nSecond line: 😀\n\n    code();\n\nLast.';
const message = { model: 'claude-opus-5-5', max_tokens: 1_000 };
const messages = [{ role: 'user' as const, content: 'Hi' }];

function parse(text: string): EventSourceMessage[] {
  const events: EventSourceMessage[] = [];
  createParser({ onEvent: (event) => events.push(event) }).feed(text);
  return events;
}

/** The text of a stream in the text shape. */
function textOf(events: readonly EventSourceMessage[]): string {
  const texts = events.filter(({ event, data }) => event === undefined && data !== '[DONE]');
  return texts.map(({ data }) => data).join('');
}

describe('SSE adapter, streams', function () {
  this.timeout(120_000);
  let test: AdapterGround;

  beforeEach(async () => {
    test = await AdapterGround.start();
  });

  afterEach(() => test.close());

  it('streams the answer to a prompt as text, and ends with [DONE]', async () => {
    test.server.use(textAnswer(answer, { deltaSize: 3 }));
    const response = await test.post('/v1/chat', { prompt: 'Hi' });
    assert.equal(response.status, 200);
    assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/);
    assert.equal(response.headers.get('cache-control'), 'no-store');
    assert.equal(response.headers.get('x-accel-buffering'), 'no');
    const events = parse(await response.text());
    assert.equal(textOf(events), answer);
    assert.equal(events.at(-1)?.data, '[DONE]');
    assert.ok(events.every(({ id }) => id !== undefined));
  });

  it('streams typed JSON that builds the same turn', async () => {
    test.server.use(thinkingAnswer('Hm.', answer, { deltaSize: 3 }));
    const response = await test.post('/v1/chat?shape=events', { prompt: 'Hi' });
    const id = response.headers.get('caudal-turn-id') ?? '';
    const mirror = new TurnMirror(id, 'assistant', 0);
    const events = parse(await response.text());
    for (const { event, data } of events) {
      if (event === 'patch') assert.notEqual(mirror.apply(JSON.parse(data) as TurnPatch), 'gap');
    }
    assert.deepEqual(
      mirror.blocks.map(({ head, text }) => [head.kind, text.toString()]),
      [
        ['thinking', 'Hm.'],
        ['text', answer],
      ],
    );
    assert.equal(mirror.status.kind, 'complete');
    assert.equal(events.at(-1)?.event, 'done');
  });

  it('goes on in a conversation, with the model that was asked for', async () => {
    const first = await test.post('/v1/chat', { prompt: 'One' });
    await first.text();
    const conversation = first.headers.get('caudal-conversation-id');
    const body = { prompt: 'Two', conversation, model: 'claude-haiku-4-5' };
    await (await test.post('/v1/chat', body)).text();
    const sent = test.server.messageRequests.at(-1)!.body as { model: string; messages: unknown[] };
    assert.equal(sent.model, 'claude-haiku-4-5');
    assert.equal(sent.messages.length, 3);
    const list = (await (await test.fetch('/v1/conversations')).json()) as {
      conversations: { id: string; title: string; turns: number }[];
    };
    assert.deepEqual(
      list.conversations.map(({ id, title, turns }) => [id, title, turns]),
      [[conversation, 'One', 4]],
    );
    const whole = (await (await test.fetch(`/v1/conversations/${conversation}`)).json()) as {
      turns: { role: string; status: string }[];
    };
    assert.deepEqual(
      whole.turns.map(({ role }) => role),
      ['user', 'assistant', 'user', 'assistant'],
    );
  });

  it('tells a failure after the headers as an event', async () => {
    test.server.use(httpError(400, 'invalid_request_error', 'No such thing.'));
    const response = await test.post('/v1/chat', { prompt: 'Hi' });
    assert.equal(response.status, 200);
    const events = parse(await response.text());
    assert.deepEqual(
      events.map(({ event }) => event),
      ['error', undefined],
    );
    assert.match(events[0]!.data, /No such thing\./);
  });

  it('gives any turn, live or finished, from Last-Event-ID; and 204 to one that has it all (T56)', async () => {
    const turn = test.ask();
    await test.ground.end(turn);
    const path = `/v1/turns/${turn.id}/events`;
    const events = parse(await (await test.fetch(path)).text());
    assert.equal(textOf(events), turn.answerText());
    const seen = await test.fetch(path, { headers: { 'last-event-id': events.at(-1)!.id! } });
    assert.equal(seen.status, 204);
    const half = await test.fetch(path, { headers: { 'last-event-id': events[0]!.id! } });
    assert.equal(textOf(parse(await half.text())), textOf(events.slice(1)));
  });

  for (const seed of [1, 2, 3]) {
    it(`misses and doubles nothing over cuts at random moments, seed ${seed}: eventsource-parser (T56)`, async () => {
      const random = new SeededRandom(seed);
      const text = Array.from({ length: 400 }, (_, i) => `${i} 😀\n`).join('');
      test.server.use(textAnswer(text, { deltaSize: 7, rate: 2_000 }));
      const turn = test.ask();
      let seen = '';
      let lastId: string | undefined;
      let connections = 0;
      let done = false as boolean;
      while (!done) {
        connections++;
        const leave = new AbortController();
        const headers = lastId === undefined ? {} : { 'last-event-id': lastId };
        const response = await test.fetch(`/v1/turns/${turn.id}/events`, {
          headers,
          signal: leave.signal,
        });
        if (response.status === 204) break;
        let left = random.integer(1, 40);
        const parser = createParser({
          onEvent: ({ id, data }) => {
            if (left <= 0) return;
            left--;
            lastId = id ?? lastId;
            if (data === '[DONE]') done = true;
            else seen += data;
          },
        });
        const decoder = new TextDecoder();
        for await (const chunk of response.body!) {
          parser.feed(decoder.decode(chunk, { stream: true }));
          if (left <= 0) break;
        }
        leave.abort();
      }
      assert.equal(seen, text);
      assert.ok(connections > 1, `${connections} connections`);
    });
  }

  it('misses and doubles nothing for an EventSource whose connection is cut again and again (T56)', async () => {
    const text = Array.from({ length: 300 }, (_, i) => `${i} line\n`).join('');
    test.server.use(textAnswer(text, { deltaSize: 5, rate: 150 }));
    const turn = test.ask();
    const proxy = await CuttingProxy.start(test.adapter.url);
    test.adapter.allowHost(proxy.authority);
    const random = new SeededRandom(7);
    const source = new EventSource(
      `http://${proxy.authority}/v1/turns/${turn.id}/events?token=${test.adapter.token}`,
    );
    let seen = '';
    let left = random.integer(5, 60);
    await new Promise<void>((resolve) => {
      source.addEventListener('message', ({ data }: { data: string }) => {
        if (data === '[DONE]') resolve();
        else seen += data;
        if (--left > 0 || proxy.connections > 3) return;
        left = random.integer(5, 60);
        proxy.cut();
      });
    });
    source.close();
    assert.equal(seen, text);
    assert.ok(proxy.connections > 3, `${proxy.connections} connections`);
    await proxy.close();
  });

  it('streams to curl', async () => {
    test.server.use(textAnswer(answer, { deltaSize: 4 }));
    const { url, token } = test.adapter;
    const { stdout } = await run('curl', [
      ...['-sN', '-H', `Authorization: Bearer ${token}`, '-H', 'Content-Type: application/json'],
      ...['-d', '{"prompt":"Hi"}', `${url}/v1/chat`],
    ]);
    assert.equal(textOf(parse(stdout)), answer);
  });

  it('cancels what a client started when it leaves, and only that', async () => {
    test.server.use(textAnswer('slow '.repeat(400), { rate: 100, deltaSize: 5 }));
    const other = test.ask();
    const leave = new AbortController();
    const started = await test.post('/v1/chat', { prompt: 'Mine' }, { signal: leave.signal });
    const id = started.headers.get('caudal-turn-id')!;
    const mine = test.ground.chat.conversations.flatMap((one) => one.turn(id) ?? [])[0]!;
    const onlyReads = new AbortController();
    await test.fetch(`/v1/turns/${other.id}/events`, { signal: onlyReads.signal });
    await eventually(() => mine.hasOutput && other.hasOutput, 'both answers');
    leave.abort();
    onlyReads.abort();
    await eventually(() => mine.isTerminal, 'the end of the one');
    assert.equal(mine.status.kind, 'stopped');
    await test.server.waitForHangUp(test.server.messageRequests[1]!);
    await eventually(() => test.adapter.clients === 0, 'no clients');
    assert.equal(other.status.kind, 'streaming');
    test.ground.chat.stop(other.id);
  });

  it('starts an answer that outlives its client with "stream": false, and stops it on request', async () => {
    test.server.use(textAnswer('slow '.repeat(400), { rate: 100, deltaSize: 5 }));
    const response = await test.post('/v1/chat', { prompt: 'Hi', stream: false });
    assert.equal(response.status, 202);
    const { turn, events } = (await response.json()) as { turn: string; events: string };
    assert.equal(response.headers.get('location'), events);
    assert.equal((await test.fetch(events)).status, 200);
    const stopped = await test.fetch(`/v1/turns/${turn}/stop`, { method: 'POST' });
    assert.deepEqual(await stopped.json(), { turn, status: 'stopped' });
  });

  it('sends signs of life into silence', async () => {
    await test.close();
    test = await AdapterGround.start({ heartbeatMs: 20 });
    test.server.use(textAnswer(answer, { fault: { kind: 'stall', afterDeltas: 1 } }));
    const turn = test.ask();
    const leave = new AbortController();
    const response = await test.fetch(`/v1/turns/${turn.id}/events`, { signal: leave.signal });
    const decoder = new TextDecoder();
    let seen = '';
    for await (const chunk of response.body!) {
      seen += decoder.decode(chunk);
      if (seen.includes('\n\n: \n\n')) break;
    }
    assert.match(seen, /^retry: 1000\n\n/);
    leave.abort();
  });

  it('serves 200 clients on one turn, one of which never reads, in bounded memory (T56, T107)', async () => {
    const text = `${'x'.repeat(99)}\n`.repeat(10_000);
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    test.server.use(
      textAnswer(text, { deltaSize: 2_000, pauses: [{ afterDeltas: 1, until: held }] }),
    );
    const turn = test.ask();
    const path = `/v1/turns/${turn.id}/events`;
    const port = Number(new URL(test.adapter.url).port);
    const stuck = connect(port, '127.0.0.1');
    stuck.write(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n` +
        `Authorization: Bearer ${test.adapter.token}\r\n\r\n`,
    );
    stuck.pause();
    const readers = Array.from({ length: 199 }, async () => {
      const response = await test.fetch(path);
      let length = 0;
      const parser = createParser({
        onEvent: ({ event, data }) => {
          if (event === undefined && data !== '[DONE]') length += data.length;
        },
      });
      const decoder = new TextDecoder();
      for await (const chunk of response.body!) {
        parser.feed(decoder.decode(chunk, { stream: true }));
      }
      return length;
    });
    await eventually(() => test.adapter.clients === 200, '200 clients');
    const before = process.memoryUsage();
    release();
    const lengths = await Promise.all(readers);
    assert.deepEqual([...new Set(lengths)], [text.length]);
    // What 200 queues with all of it would take.
    const after = process.memoryUsage();
    const grown = after.rss - before.rss;
    assert.ok(grown < 180_000_000, `${grown} bytes`);
    stuck.destroy();
    await eventually(() => test.adapter.clients === 0, 'the last client gone');
  });

  it('lets a client go that never reads, so that nothing is held for it', async () => {
    await test.close();
    test = await AdapterGround.start({ heartbeatMs: 20, mostMissed: 2 });
    test.server.use(textAnswer('x'.repeat(20_000_000), { deltaSize: 100_000 }));
    const turn = test.ask();
    const port = Number(new URL(test.adapter.url).port);
    const stuck = connect(port, '127.0.0.1');
    stuck.write(
      `GET /v1/turns/${turn.id}/events HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n` +
        `Authorization: Bearer ${test.adapter.token}\r\n\r\n`,
    );
    stuck.pause();
    await eventually(() => test.adapter.clients === 1, 'the client');
    await eventually(() => test.adapter.clients === 0, 'the client gone');
    stuck.destroy();
    await test.ground.end(turn);
    assert.equal(turn.status.kind, 'complete');
  });
});

describe('SSE adapter, Messages API', function () {
  this.timeout(120_000);
  let test: AdapterGround;
  let client: Anthropic;

  beforeEach(async () => {
    test = await AdapterGround.start();
    const { url, token } = test.adapter;
    client = new Anthropic({ apiKey: token, baseURL: url, maxRetries: 0 });
  });

  afterEach(() => test.close());

  it('answers the SDK, streamed and not', async () => {
    const scenario = {
      blocks: [
        { type: 'thinking', text: 'Hm.' },
        { type: 'text', text: answer },
        toolCall('toolu_1', 'look', '{"path"', ':"a"}'),
      ],
      stopReason: 'tool_use',
    } as const;
    test.server.use(scenario);
    const body = {
      ...message,
      messages,
      thinking: { type: 'adaptive' as const },
      tools: [{ name: 'look', input_schema: { type: 'object' as const } }],
    };
    const streamed = await client.messages.stream(body).finalMessage();
    const whole = await client.messages.create(body);
    for (const { content, stop_reason, usage, role } of [streamed, whole]) {
      assert.equal(role, 'assistant');
      assert.equal(stop_reason, 'tool_use');
      assert.ok(usage.input_tokens > 0 && usage.output_tokens > 0);
      assert.deepEqual(
        content.map((block) => block.type),
        ['thinking', 'text', 'tool_use'],
      );
      const [thinking, text, call] = content;
      assert.ok(thinking?.type === 'thinking' && thinking.signature !== '');
      assert.ok(text?.type === 'text' && text.text === answer);
      assert.ok(call?.type === 'tool_use');
      assert.deepEqual(call.input, { path: 'a' });
    }
  });

  for (const model of ['claude-opus-5-5', 'claude-haiku-4-5']) {
    it(`is one valid stream with one text, though it was cut: ${model}`, async () => {
      const text = 'One two three four five six seven eight nine ten. '.repeat(8).trim();
      test.server.queue(
        textAnswer(text, { deltaSize: 9, fault: { kind: 'reset', afterDeltas: 8 } }),
      );
      test.server.use((request) => {
        const kept = 8 * 9;
        assert.ok(JSON.stringify(request.body).includes('One two'));
        return textAnswer(text.slice(kept), { deltaSize: 9 });
      });
      const types: string[] = [];
      const stream = client.messages.stream({ ...message, model, messages });
      stream.on('streamEvent', ({ type }) => types.push(type));
      const { content, stop_reason } = await stream.finalMessage();
      assert.deepEqual(
        content.map((block) => (block.type === 'text' ? block.text : block)),
        [text],
      );
      assert.equal(stop_reason, 'end_turn');
      assert.equal(types.filter((type) => type === 'message_start').length, 1);
      assert.equal(types.filter((type) => type === 'content_block_start').length, 1);
      assert.equal(types.at(-1), 'message_stop');
      assert.equal(test.server.messageRequests.length, 2);
    });
  }

  it('tries again what passes, and gives the status and words of what does not', async () => {
    test.server.queue(httpError(529), httpError(500));
    const { content } = await client.messages.create({ ...message, messages });
    assert.equal(content.length, 1);
    test.server.use(httpError(400, 'invalid_request_error', 'No such thing.'));
    for (const stream of [true, false]) {
      const requests = test.server.messageRequests.length;
      await assert.rejects(
        async () => client.messages.create({ ...message, messages, stream }),
        (error) =>
          error instanceof Anthropic.BadRequestError && /No such thing\./.test(error.message),
      );
      assert.equal(test.server.messageRequests.length, requests + 1);
    }
  });

  it('streams to curl, byte for byte an event stream of the API', async () => {
    const { url, token } = test.adapter;
    const { stdout } = await run('curl', [
      ...['-sN', '-H', `x-api-key: ${token}`, '-H', 'content-type: application/json'],
      ...['-d', JSON.stringify({ ...message, messages, stream: true }), `${url}/v1/messages`],
    ]);
    const events = parse(stdout);
    assert.equal(events[0]?.event, 'message_start');
    assert.equal(events.at(-1)?.event, 'message_stop');
    for (const { event, data } of events) {
      assert.equal((JSON.parse(data) as { type: string }).type, event);
    }
  });

  it('cancels the request of a client that leaves', async () => {
    test.server.use(textAnswer('slow '.repeat(400), { rate: 100, deltaSize: 5 }));
    const stream = await client.messages.create({ ...message, messages, stream: true });
    for await (const event of stream) if (event.type === 'content_block_delta') break;
    stream.controller.abort();
    await test.server.waitForHangUp(test.server.messageRequests[0]!);
  });

  it('sends on the beta features that are asked for, and not the token', async () => {
    await client.messages.create(
      { ...message, messages },
      { headers: { 'anthropic-beta': 'context-1m-2025-08-07' } },
    );
    const { headers } = test.server.messageRequests[0]!;
    assert.equal(headers['anthropic-beta'], 'context-1m-2025-08-07');
    assert.equal(headers['x-api-key'], 'sk-test');
    assert.ok(!JSON.stringify(headers).includes(test.adapter.token));
  });
});
