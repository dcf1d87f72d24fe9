import assert from 'node:assert/strict';
import type { TurnDocument } from '../../src/core/turnDocument';
import { ChatGround } from '../faults/chatGround';
import { MessagesServer } from '../server/messagesServer';
import { toolCall, webSearch, type ScriptedBlock } from '../server/scenario';
import { ToolGround } from './toolGround';

const read = (id: string, path: string): ScriptedBlock =>
  toolCall(id, 'read', JSON.stringify({ path }));

/** The loop over real sockets, by the real SDK, with a server that checks what it gets as Anthropic's does. */
describe('tools over sockets', function () {
  // A guard against hanging for ever on a busy machine, not a measurement.
  this.timeout(60_000);

  let tools: ToolGround;
  let ground: ChatGround;

  beforeEach(async () => {
    tools = new ToolGround();
    ground = new ChatGround(await MessagesServer.start(), { silenceLimitMs: 30_000 }, 30_000, {
      tools: {
        ...tools.ports,
        serverTools: () => [{ type: 'web_search_20250305', name: 'web_search', max_uses: 8 }],
      },
    });
    // Its thinking is bound to all that came before it, tools included (D.5).
    ground.model = 'claude-opus-5-5';
  });

  afterEach(() => ground.close());

  async function ran(turn: TurnDocument, count: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const look = (): void => {
        const begun = turn.blocks.filter(({ head }) => head.kind === 'tool_run').length;
        if (begun < count) return;
        listening.dispose();
        setImmediate(resolve);
      };
      const listening = turn.onDidChange(look);
      look();
    });
  }

  it('keeps signed thinking bound through message after message, and finds the cache warm', async () => {
    const { server } = ground;
    server.queue(
      {
        blocks: [{ type: 'thinking', text: 'I must look.' }, read('t1', 'a'), read('t2', 'b')],
        stopReason: 'tool_use',
      },
      {
        blocks: [
          { type: 'thinking', text: 'And once more.' },
          { type: 'text', text: 'One more.' },
          read('t3', 'c'),
        ],
        stopReason: 'tool_use',
      },
      {
        blocks: [
          { type: 'thinking', text: 'Now I know.' },
          { type: 'text', text: 'It is so.' },
        ],
      },
      { blocks: [{ type: 'text', text: 'You are welcome.' }] },
    );
    const turn = ground.send('x'.repeat(20_000));
    await ran(turn, 2);
    // In another order than they were asked for.
    tools.calls[1]!.done('b'.repeat(9_000));
    tools.calls[0]!.done('a');
    await ran(turn, 3);
    tools.calls[2]!.done('c');
    await ground.end(turn);
    assert.equal(turn.status.kind, 'complete', JSON.stringify(turn.status));
    assert.equal(turn.answerText(), 'One more.\n\nIt is so.');
    const next = ground.sendAfter(turn, 'Thank you');
    await ground.end(next);
    assert.equal(next.status.kind, 'complete', JSON.stringify(next.status));

    const bodies = server.messageRequests.map(({ body }) => body);
    assert.equal(bodies.length, 4, 'nothing was refused and asked again');
    const [first, ...others] = bodies;
    for (const body of others) {
      assert.deepEqual(body['tools'], first!['tools']);
      assert.deepEqual(body['system'], first!['system']);
    }
    assert.match(JSON.stringify(bodies[3]), /I must look.*And once more.*Now I know/);
    assert((turn.meta.usage?.cacheRead ?? 0) > 0, 'what was sent before is read from the cache');
    const named = first!['tools'] as readonly Readonly<Record<string, unknown>>[];
    assert.deepEqual(
      named.map(({ name, eager_input_streaming }) => [name, eager_input_streaming]),
      [
        ['read', undefined],
        ['edit', true],
        ['run', undefined],
        ['look', undefined],
        ['web_search', undefined],
      ],
    );
  });

  it('reads all but the latest step from the cache, however long the loop and however many calls at once', async () => {
    const { server } = ground;
    const steps = 8;
    const callsOf = (step: number): ScriptedBlock[] =>
      Array.from({ length: 12 }, (_, i) => read(`s${step}_${i}`, `f${i}`));
    server.queue(
      ...Array.from({ length: steps }, (_, step) => ({
        blocks: [{ type: 'thinking' as const, text: `Step ${step}.` }, ...callsOf(step)],
        stopReason: 'tool_use',
      })),
      { blocks: [{ type: 'text', text: 'All is read.' }] },
    );
    const turn = ground.send('x'.repeat(9_000));
    let answered = 0;
    for (let step = 1; step <= steps; step++) {
      await ran(turn, step * 12);
      for (; answered < step * 12; answered++) tools.calls[answered]!.done('y'.repeat(2_000));
    }
    await ground.end(turn);
    assert.equal(turn.status.kind, 'complete', JSON.stringify(turn.status));
    const requests = server.messageRequests;
    assert.equal(requests.length, steps + 1, 'nothing was refused and asked again');
    const said = requests.map(({ body }) =>
      JSON.stringify(body['messages'], (name, value: unknown) =>
        name === 'cache_control' ? undefined : value,
      ),
    );
    for (const [i, later] of said.slice(1).entries()) {
      const earlier = said[i]!.slice(0, -1);
      assert.ok(later.startsWith(earlier), `request ${i + 2} begins as the one before it`);
    }
    const { cacheRead = 0, cacheWrite5m = 0, input } = turn.meta.usage ?? {};
    assert.equal(input, 0, 'every request is marked to its end');
    // A step has 25 blocks, and the cache looks 20 back: without marks each request would write all of it anew.
    assert.ok(cacheRead > 2 * cacheWrite5m, `${cacheRead} read, ${cacheWrite5m} written`);
  });

  it('goes on after a pause of the server in the middle of a search, beside a call of ours', async () => {
    const { server } = ground;
    const [search, found, text] = webSearch('rivers', 'Rivers', 'https://example.com/', 'Found.');
    server.queue(
      { blocks: [{ type: 'thinking', text: 'I search.' }, search!], stopReason: 'pause_turn' },
      { blocks: [found!, text!, read('t1', 'a')], stopReason: 'tool_use' },
      { blocks: [{ type: 'text', text: 'All is said.' }] },
    );
    const turn = ground.send('Which rivers?');
    await ran(turn, 1);
    tools.calls[0]!.done('a');
    await ground.end(turn);
    assert.equal(turn.status.kind, 'complete', JSON.stringify(turn.status));
    const [, second, third] = server.messageRequests.map(({ text: body }) => body);
    assert.match(second!, /"server_tool_use"/);
    assert.doesNotMatch(second!, /web_search_tool_result/);
    assert.match(third!, /"server_tool_use".*"web_search_tool_result".*"tool_result"/);
    const result = turn.blocks.find(({ head }) => head.kind === 'server_tool_result');
    assert.equal(result?.text.toString(), '- [Rivers](<https://example.com/>)\n');
    const next = ground.sendAfter(turn, 'Thank you');
    await ground.end(next);
    assert.equal(next.status.kind, 'complete', JSON.stringify(next.status));
  });

  it('is taken by the server after Stop while a call ran', async () => {
    ground.server.queue(
      { blocks: [read('t1', 'a'), read('t2', 'b')], stopReason: 'tool_use' },
      { blocks: [{ type: 'text', text: 'Well.' }] },
    );
    const turn = ground.send('Go');
    await ran(turn, 2);
    tools.calls[0]!.done('a');
    ground.chat.stop(turn.id);
    assert.equal(turn.status.kind, 'stopped');
    const next = ground.sendAfter(turn, 'And now?');
    await ground.end(next);
    assert.equal(next.status.kind, 'complete', JSON.stringify(next.status));
    assert.equal(ground.server.messageRequests.length, 2);
  });
});
