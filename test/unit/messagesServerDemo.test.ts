import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import Anthropic from '@anthropic-ai/sdk';
import { demoScenario } from '../server/demoAnswers';
import { notice } from '../server/demoTexts';
import { MessagesServer } from '../server/messagesServer';
import { ask, framesIn, textOf, usualHeaders } from '../server/wireClient';

const summarized = { type: 'adaptive', display: 'summarized' } as const;
const base = { model: 'claude-opus-5-5', max_tokens: 16_000, thinking: summarized };

describe('the demo', function () {
  this.timeout(20_000);

  let server: MessagesServer;
  let client: Anthropic;

  before(async () => {
    // As fast as the socket takes it: its pace is not what is tested.
    server = await MessagesServer.start({
      scenario: (request) => ({ ...demoScenario(request), rate: 'unlimited', delayFirstMs: 0 }),
    });
    client = new Anthropic({ apiKey: 'k', baseURL: server.url, maxRetries: 0, logLevel: 'off' });
  });

  after(() => server.close());

  function create(prompt: string, more: object = {}): Promise<Anthropic.Message> {
    return client.messages.create({
      ...base,
      messages: [{ role: 'user', content: prompt }],
      ...more,
    });
  }

  async function answerTo(prompt: string, more: object = {}): Promise<string> {
    const { content } = await create(prompt, more);
    return content.map((block) => (block.type === 'text' ? block.text : '')).join('');
  }

  for (const prompt of [
    'Hello',
    'show me a table',
    'some code, please',
    'a list',
    'something long',
    'think hard',
    'short',
    'what errors are there?',
    'slow',
    'fast',
  ]) {
    it(`says first that no model wrote it, and repeats the prompt: ${prompt}`, async () => {
      const text = await answerTo(prompt);
      assert.equal(text.split('\n')[0], notice);
      assert.match(notice, /local demo server\. No model/);
      assert(text.includes(`> ${prompt}`));
    });
  }

  it('shows a kind of answer by the words of the prompt', async () => {
    const [tour, table, code, list, long, short] = await Promise.all(
      ['Hello', 'table', 'code', 'list', 'long', 'short'].map((prompt) => answerTo(prompt)),
    );
    for (const sign of [
      /^## /m,
      /^1\. /m,
      /^ +- /m,
      /^```ts$/m,
      /^\|/m,
      /^> A turn/m,
      /\]\(https:/,
    ]) {
      assert.match(tour!, sign);
    }
    assert.match(table!, /\| ---: \|/);
    for (const language of ['ts', 'python', 'rust', 'bash'])
      assert(code!.includes(`\`\`\`${language}\n`));
    assert.match(list!, /^- \[x\] /m);
    assert(long!.length > 15_000);
    assert(short!.length < 300);
  });

  it('takes words for words', () => {
    for (const prompt of ['decode the unstable shortcut', 'install and execute']) {
      const { fault, blocks } = demoScenario(prompt);
      assert.equal(fault, undefined);
      const text = blocks?.find(({ type }) => type === 'text');
      assert.match(text?.type === 'text' ? text.text : '', /What you are watching/);
    }
  });

  it('closes every fence', async () => {
    for (const prompt of ['Hello', 'code', 'list', 'long', 'table', 'error']) {
      const fences = (await answerTo(prompt)).match(/^ *```/gm) ?? [];
      assert.equal(fences.length % 2, 0, prompt);
    }
  });

  it('comes at a pace to read along', () => {
    assert.equal(demoScenario('Hello').rate, 60);
    assert(Number(demoScenario('slow').rate) < 20);
    assert(Number(demoScenario('long').rate) > 200);
  });

  it('thinks as far as the request wants it', async () => {
    const thoughts = async (thinking: object): Promise<string[]> => {
      const { content } = await create('Hello', { model: 'claude-opus-5', thinking });
      return content.flatMap((block) => (block.type === 'thinking' ? [block.thinking] : []));
    };
    assert.match((await thoughts(summarized))[0] ?? '', /^No model thinks here/);
    assert.deepEqual(await thoughts({ type: 'adaptive', display: 'omitted' }), ['']);
    assert.deepEqual(await thoughts({ type: 'disabled' }), []);
  });

  it('ends where the request wants an end', async () => {
    const { content, stop_reason } = await create('Hello', { max_tokens: 50 });
    const text = content.find((block) => block.type === 'text');
    assert.deepEqual([text?.text.length, stop_reason], [200, 'max_tokens']);
  });

  const refusals: [string, number][] = [
    ['error 401', 401],
    ['Error 404, please', 404],
    ['error 429', 429],
    ['error 500', 500],
    ['error 502', 502],
    ['error 529', 529],
  ];
  for (const [prompt, status] of refusals) {
    it(`refuses as asked: ${prompt}`, async () => {
      await assert.rejects(create(prompt), { status });
    });
  }

  it('is asked anew after a failure, and then answers', async () => {
    const text = await answerTo('', {
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'error 529' },
            { type: 'text', text: 'short' },
          ],
        },
      ],
    });
    assert(text.includes('> short'));
  });

  it('is busy twice, then answers', async () => {
    await assert.rejects(create('busy'), { status: 529 });
    await assert.rejects(create('busy'), { status: 529 });
    assert.match(await answerTo('busy'), /local demo server/);
  });

  it('works with tools where it has some and is asked to, until it has an answer', async () => {
    const names = ['list_files', 'read_file', 'search_text', 'update_todos'];
    const tools = names.map((name) => ({ name, input_schema: { type: 'object' } }));
    const messages: Anthropic.MessageParam[] = [{ role: 'user', content: 'use your tools' }];
    const called: string[] = [];
    for (;;) {
      const { content, stop_reason } = await create('', { messages, tools });
      messages.push({ role: 'assistant', content });
      const calls = content.filter((block) => block.type === 'tool_use');
      if (stop_reason === 'end_turn') break;
      called.push(...calls.map(({ name }) => name));
      const results = calls.map(({ id }) => ({
        type: 'tool_result' as const,
        tool_use_id: id,
        content: 'there it is',
      }));
      messages.push({ role: 'user', content: results });
    }
    assert.deepEqual(called, [
      'list_files',
      'read_file',
      'read_file',
      'search_text',
      'update_todos',
    ]);
    assert.match(JSON.stringify(messages.at(-1)), /What is in the workspace/);
    assert.match(await answerTo('use your tools'), /> use your tools/);
  });

  it('breaks off in the text, and goes on from there when it is asked to (T54)', async () => {
    const question = { role: 'user', content: 'please cut this' };
    const { text, brokenBy } = await ask(
      `${server.url}/v1/messages`,
      { ...base, stream: true, messages: [question] },
      usualHeaders,
    );
    const partial = textOf(framesIn(text));
    assert.equal(brokenBy, 'ECONNRESET');
    assert(partial.length > 200 && partial.startsWith(notice));
    const whole = await answerTo('please cut this');
    const rest = await answerTo('', {
      messages: [
        question,
        { role: 'assistant', content: partial.trimEnd() },
        {
          role: 'user',
          content: `Your previous response was interrupted and ended with ${partial.slice(-20)}. Continue from where you left off.`,
        },
      ],
    });
    assert.equal(partial.trimEnd() + rest, whole);
    const prefilled = await answerTo('', {
      model: 'claude-sonnet-4-5',
      thinking: { type: 'disabled' },
      messages: [question, { role: 'assistant', content: partial.trimEnd() }],
    });
    assert.equal(prefilled, rest);
  });

  it('falls silent when it is asked to', () => {
    assert.equal(demoScenario('stall').fault?.kind, 'stall');
  });

  it('says that something came along with the prompt', async () => {
    const attachment = 'src/a.ts, lines 3–5:\n```ts\ncode here\n```';
    const text = await answerTo('', {
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: attachment },
            { type: 'text', text: 'short' },
          ],
        },
      ],
    });
    assert.match(text, /^You asked, with something attached:$/m);
    assert(text.includes('> short'));
  });

  it('runs by itself, and prints where', async () => {
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', 'test/server/main.ts', '--port', '0', '--demo'],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const { status } = await ask(
      `${line.toString().trim()}/v1/models`,
      undefined,
      usualHeaders,
      'GET',
    );
    assert.equal(status, 200);
    child.kill('SIGINT');
    const [code] = (await once(child, 'exit')) as [number];
    assert.equal(code, 0);
  });
});
