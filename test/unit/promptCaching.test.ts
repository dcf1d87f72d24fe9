import assert from 'node:assert/strict';
import type { MessageParam } from '@anthropic-ai/sdk/resources/messages';
import { withCacheBreakpoints } from '../../src/core/cacheBreakpoint';
import { thinkingAnswer } from '../server/scenario';
import { ChatGround } from './chatGround';

describe('prompt caching over sockets', function () {
  this.timeout(60_000);
  let ground: ChatGround;

  afterEach(() => ground.close());

  it('sends two turns in a row with a byte-identical prefix, which the cache reads', async () => {
    ground = await ChatGround.start({ model: 'claude-opus-5-5' });
    const { chat, server } = ground;
    const conversation = chat.newConversation();
    server.use(thinkingAnswer('Let me think.', 'A long answer. '.repeat(300)));
    const turns = [];
    for (const text of ['one '.repeat(800), 'two', 'three']) {
      turns.push(await ground.ask(conversation, text));
    }
    const bodies = server.messageRequests.map(({ text }) => text);
    assert.equal(bodies.length, 3);
    for (const [index, later] of bodies.slice(1).entries()) {
      const earlier = bodies[index] ?? '';
      const end = earlier.lastIndexOf(']');
      assert.equal(later.slice(0, end), earlier.slice(0, end));
      assert(later.length > earlier.length);
    }
    const usages = turns.map(({ meta }) => meta.usage ?? assert.fail());
    assert.equal(usages[0]?.cacheRead, 0);
    for (const [index, usage] of usages.slice(1).entries()) {
      const before = usages[index]!;
      assert.equal(usage.cacheRead, before.cacheRead + before.cacheWrite5m, 'all that was written');
      assert.equal(usage.input, 0);
    }
  });

  it('keeps the cache warm in a loop that brings more blocks than the cache looks back', async () => {
    ground = await ChatGround.start({ model: 'claude-opus-5-5' });
    const { transport } = ground;
    const read = async (steps: number, mark: boolean): Promise<number> => {
      const messages = loop(steps);
      const stream = await transport.open(
        {
          model: 'claude-opus-5-5',
          max_tokens: 100,
          cache_control: { type: 'ephemeral' },
          messages: mark ? withCacheBreakpoints(messages) : messages,
        },
        new AbortController().signal,
      );
      let found = 0;
      for await (const { data } of stream.frames) {
        const match = /"cache_read_input_tokens":(\d+)/.exec(data);
        found = Math.max(found, Number(match?.[1] ?? 0));
      }
      return found;
    };
    assert.equal(await read(1, false), 0);
    assert.equal(await read(4, false), 0, 'without marks, 36 blocks are too many');
    assert((await read(5, true)) > 0, 'with marks, what was written is found');
    const before = await read(6, true);
    assert((await read(9, true)) >= before, 'three steps at once are bridged');
  });
});

describe('withCacheBreakpoints', () => {
  it('leaves short conversations as they are', () => {
    const messages = loop(1);
    assert.deepEqual(withCacheBreakpoints(messages), messages);
  });

  it('marks at most three places, none of them thinking, which stay while the loop goes on', () => {
    const places = (steps: number): number[] =>
      withCacheBreakpoints(loop(steps))
        .flatMap(({ content }) => (typeof content === 'string' ? [] : content))
        .flatMap((block, index) => ('cache_control' in block ? [index] : []));
    assert.deepEqual(places(2), [18]);
    assert.deepEqual(places(4), [18, 37]);
    assert.deepEqual(places(5), [18, 37, 56]);
    assert.deepEqual(places(7), [37, 56, 75]);
  });
});

/** A prompt, and steps of which each calls six tools at once. */
function loop(steps: number): MessageParam[] {
  const messages: MessageParam[] = [{ role: 'user', content: [{ type: 'text', text: long('p') }] }];
  for (let step = 0; step < steps; step++) {
    const ids = Array.from({ length: 6 }, (_, i) => `toolu_${step}_${i}`);
    messages.push({
      role: 'assistant',
      content: ids.map((id) => ({ type: 'tool_use', id, name: 'read', input: { path: id } })),
    });
    messages.push({
      role: 'user',
      content: ids.map((id) => ({ type: 'tool_result', tool_use_id: id, content: long(id) })),
    });
  }
  return messages;
}

function long(text: string): string {
  return `${text} `.repeat(400);
}
