import assert from 'node:assert/strict';
import { Chat, type ChatPorts } from '../../src/core/chat';
import type { ChatSettings } from '../../src/core/chatSettings';
import type { ToolFate } from '../../src/core/contentBlock';
import type { Conversation } from '../../src/core/conversation';
import { encodeJournalRecord } from '../../src/core/journalRecord';
import { JournalReader } from '../../src/core/journalReader';
import { restoreConversation } from '../../src/core/restoreConversation';
import { StreamInspection } from '../../src/core/streamInspection';
import { ToolRefusal } from '../../src/core/tool';
import { resultTexts } from '../../src/core/toolResult';
import type { TurnDocument } from '../../src/core/turnDocument';
import { WireRecorder } from '../../src/core/wireRecorder';
import { toolPairing } from '../server/toolPairing';
import { ManualClock, settle } from './manualClock';
import { askingLimits, steadyNetwork } from './retryLimits';
import { ScriptedTransport, type ScriptedCall } from './scriptedTransport';
import { SilentLogger } from './silentLogger';
import { ToolGround } from './toolGround';

const defaults: ChatSettings = {
  model: 'claude-opus-5-5',
  effort: undefined,
  thinking: 'auto',
  maxOutputTokens: undefined,
  ...askingLimits,
  resume: 'resume',
};

type Call = readonly [id: string, name: string, input: unknown];

function harness(more: Partial<ChatPorts> = {}, given?: Conversation) {
  const clock = new ManualClock();
  const transport = new ScriptedTransport();
  const ground = new ToolGround();
  const log = new SilentLogger();
  let serial = 0;
  const chat = new Chat({
    transport: () => Promise.resolve(transport),
    modelInfo: () => Promise.resolve(undefined),
    settings: () => defaults,
    clock,
    log,
    newId: () => `id${++serial}`,
    random: () => 0.5,
    connectivity: steadyNetwork(clock),
    tools: ground.ports,
    ...more,
  });
  if (given !== undefined) chat.add(given);
  const conversation = given ?? chat.newConversation();
  return {
    chat,
    clock,
    ground,
    log,
    transport,
    conversation,
    async send(text = 'Go'): Promise<TurnDocument> {
      const turn = chat.send(conversation, { text, attachments: [] });
      await settle();
      return turn;
    },
    /** The model says what it wants to be run. */
    async calls(...calls: readonly Call[]): Promise<void> {
      writeCalls(transport.last, calls).messageStop('tool_use').end();
      await settle();
    },
    async says(text: string): Promise<void> {
      transport.last.whole(text);
      await settle();
    },
    mode(mode: 'ask' | 'plan' | 'edit'): void {
      chat.approvals(conversation)!.mode = mode;
    },
  };
}

function writeCalls(to: ScriptedCall, calls: readonly Call[]): ScriptedCall {
  to.headers().start();
  for (const [index, [id, name, input]] of calls.entries()) {
    const partial_json = typeof input === 'string' ? input : JSON.stringify(input);
    to.block(index, { type: 'tool_use', id, name, input: {} })
      .delta(index, { type: 'input_json_delta', partial_json })
      .stop(index);
  }
  return to;
}

/** What became of each call, in the order in which it was known. */
function fates(turn: TurnDocument): string[] {
  return turn.blocks.flatMap(({ head, state, text }) =>
    head.kind === 'tool_result' && state !== 'dropped'
      ? [`${head.toolUseId} ${head.fate}: ${text.toString()}`]
      : [],
  );
}

function fate(id: string, kind: ToolFate, text: string): string {
  return `${id} ${kind}: ${text}`;
}

/** The latest request, which the API would take. */
function asked(transport: ScriptedTransport): string {
  const { messages } = transport.last.request;
  assert.equal(toolPairing(messages), undefined);
  return JSON.stringify(messages);
}

function questions(turn: TurnDocument): string[] {
  const { status } = turn;
  if (status.kind !== 'awaiting-approval') return [status.kind];
  return status.questions.map((question) =>
    question.kind === 'limit'
      ? `${question.limit} ${question.used}`
      : `${question.name} ${question.reason} ${question.grants.length}`,
  );
}

describe('toolLoop', () => {
  it('runs what the answer calls, gives back what came of it, and goes on in the same turn', async () => {
    const h = harness();
    const turn = await h.send();
    await h.calls(['t1', 'read', { path: 'a.ts' }]);
    assert.equal(turn.status.kind, 'running-tools');
    h.ground.calls[0]!.call.show('10 lines');
    h.ground.calls[0]!.done('text of a');
    await settle();
    assert.equal(h.transport.calls.length, 2);
    assert.match(asked(h.transport), /"tool_result","tool_use_id":"t1".*text of a/);
    await h.says('It is fine.');
    assert.deepEqual(turn.status, { kind: 'complete', stopReason: 'end_turn' });
    assert.equal(turn.answerText(), 'It is fine.');
    assert.equal(turn.meta.messages, 2);
    assert.equal(turn.meta.usage?.output, 10);
    assert.deepEqual(
      turn.blocks.map(({ head, text }) => [head.kind, text.toString()]),
      [
        ['tool_use', '{"path":"a.ts"}'],
        ['tool_run', '10 lines'],
        ['tool_result', 'text of a'],
        ['text', 'It is fine.'],
      ],
    );
    const { tools, system } = h.transport.last.request;
    assert.deepEqual(
      tools?.map((tool) => 'name' in tool && tool.name),
      ['read', 'edit', 'run', 'look'],
    );
    assert.match(JSON.stringify(system), /tools/);
  });

  it('sends every message of a conversation as it was sent before (D.5)', async () => {
    const h = harness();
    await h.send('one');
    const before: string[] = [];
    const check = (): void => {
      const now = asked(h.transport);
      // What is compared is all but the `]` and, where results wait for words, the `]}` of the message.
      for (const old of before) assert(now.startsWith(old.slice(0, -3)), old);
      before.push(now);
    };
    check();
    for (const id of ['t1', 't2']) {
      await h.calls([id, 'look', {}], [`${id}b`, 'look', {}]);
      h.ground.calls.at(-1)!.done('second');
      h.ground.calls.at(-2)!.done('first');
      await settle();
      check();
    }
    await h.calls(['t3', 'look', {}]);
    h.chat.stopRunning(h.conversation);
    await h.send('two');
    check();
    await h.says('Well.');
    await h.send('three');
    check();
  });

  it('reads at the same time, and does one thing after another', async () => {
    const h = harness();
    const turn = await h.send();
    h.mode('edit');
    await h.calls(
      ['r1', 'read', { path: 'a' }],
      ['r2', 'read', { path: 'b' }],
      ['e1', 'edit', { path: 'a' }],
      ['e2', 'edit', { path: 'b' }],
    );
    assert.deepEqual(h.ground.running, ['read a', 'read b']);
    h.ground.calls[1]!.done('');
    await settle();
    assert.equal(h.ground.calls.length, 2);
    h.ground.calls[0]!.done('');
    await settle();
    assert.deepEqual(h.ground.running.slice(2), ['edit a']);
    h.ground.calls[2]!.done('');
    await settle();
    assert.deepEqual(h.ground.running.slice(3), ['edit b']);
    h.ground.calls[3]!.done('');
    await settle();
    assert.equal(fates(turn).length, 4);
    assert.equal(h.transport.calls.length, 2);
    asked(h.transport);
  });

  it('runs nothing that makes no sense, and tells the model why (T88–T95)', async () => {
    const h = harness();
    const turn = await h.send();
    h.ground.tools = [
      ...h.ground.tools,
      h.ground.tool('picky', 'read', { type: 'object' }, () => {
        throw new ToolRefusal('There is no such place.');
      }),
    ];
    await h.calls(
      ['t1', 'nothing', {}],
      ['t2', 'read', '{"path":"a'],
      ['t3', 'read', { path: 1 }],
      ['t4', 'read', { path: 'a', more: true }],
      ['t5', 'read', {}],
    );
    assert.deepEqual(h.ground.running, []);
    assert.deepEqual(fates(turn), [
      fate('t1', 'refused', resultTexts.unknownTool),
      fate('t2', 'refused', resultTexts.invalidJson),
      fate('t3', 'refused', 'Not run: the input does not fit. input.path: must be string'),
      fate('t4', 'refused', 'Not run: the input does not fit. input.more: is not known'),
      fate('t5', 'refused', 'Not run: the input does not fit. input.path: is required'),
    ]);
    assert.match(asked(h.transport), /INVALID_JSON/);
  });

  it('tells what a tool refuses, and keeps what a bug says to itself', async () => {
    const h = harness();
    h.ground.tools = [
      ...h.ground.tools,
      h.ground.tool('picky', 'read', { type: 'object' }, () => {
        throw new ToolRefusal('There is no such place.');
      }),
    ];
    const turn = await h.send();
    await h.calls(['t1', 'picky', {}], ['t2', 'look', {}], ['t3', 'look', {}]);
    h.ground.calls[0]!.fail(new ToolRefusal('Too big.'));
    h.ground.calls[1]!.fail(new Error('undefined is not a function'));
    await settle();
    assert.deepEqual(fates(turn), [
      fate('t1', 'refused', 'There is no such place.'),
      fate('t2', 'failed', 'Too big.'),
      fate('t3', 'failed', resultTexts.bug),
    ]);
  });

  it('asks before it changes anything, and does what the person says', async () => {
    const h = harness();
    const turn = await h.send();
    await h.calls(
      ['t1', 'edit', { path: 'a' }],
      ['t2', 'run', { command: 'npm test' }],
      ['t3', 'run', { command: 'a && rm -rf b > c' }],
      ['t4', 'read', { path: 'b' }],
    );
    assert.deepEqual(questions(turn), ['edit effect 1', 'run effect 1', 'run compound 0']);
    assert.deepEqual(h.chat.askingTurns, [turn]);
    h.chat.decideTool(turn.id, 't3', 'deny');
    h.chat.decideTool(turn.id, 't1', 'once');
    await settle();
    assert.deepEqual(questions(turn), ['run effect 1']);
    assert.deepEqual(h.ground.running, []);
    h.chat.decideTool(turn.id, 't2', 'workspace');
    await settle();
    assert.deepEqual(h.ground.kept, [{ decision: 'allow', tool: 'run', command: 'npm test' }]);
    for (const ran of ['edit a', 'run npm test', 'read b']) {
      assert.equal(h.ground.running.at(-1), ran);
      h.ground.calls.at(-1)!.done('ok');
      await settle();
    }
    assert.deepEqual(fates(turn), [
      fate('t3', 'denied', resultTexts.denied),
      fate('t1', 'done', 'ok'),
      fate('t2', 'done', 'ok'),
      fate('t4', 'done', 'ok'),
    ]);
    await h.calls(['t5', 'run', { command: 'npm test' }], ['t6', 'edit', { path: 'a' }]);
    assert.deepEqual(questions(turn), ['edit effect 1']);
  });

  it('holds one answer for all like calls that wait, and a mode for all', async () => {
    const h = harness();
    const turn = await h.send();
    const npm = { command: 'npm test' };
    await h.calls(['t1', 'run', npm], ['t2', 'run', npm], ['t3', 'edit', { path: 'a' }]);
    h.chat.decideTool(turn.id, 't1', 'conversation');
    await settle();
    assert.deepEqual(questions(turn), ['edit effect 1']);
    h.mode('edit');
    await settle();
    assert.deepEqual(h.ground.running, ['run npm test']);
    assert.deepEqual(h.ground.kept, []);
    assert.deepEqual(h.chat.askingTurns, []);
  });

  it('only reads while it plans, never again what was never allowed, and nothing where there is no trust', async () => {
    const h = harness();
    const turn = await h.send();
    const run = (id: string, command: string): Call => [id, 'run', { command }];
    await h.calls(run('t1', 'rm a'), run('t2', 'rm a'));
    h.chat.decideTool(turn.id, 't1', 'never');
    await settle();
    assert.deepEqual(h.ground.kept, [{ decision: 'deny', tool: 'run', command: 'rm a' }]);
    h.mode('plan');
    await h.calls(['t3', 'edit', { path: 'a' }]);
    h.ground.isTrusted = false;
    await h.calls(['t4', 'read', { path: 'a' }]);
    assert.deepEqual(fates(turn), [
      fate('t1', 'denied', resultTexts.rule),
      fate('t2', 'denied', resultTexts.rule),
      fate('t3', 'denied', resultTexts.plan),
      fate('t4', 'denied', resultTexts.untrusted),
    ]);
    assert.deepEqual(h.ground.running, []);
  });

  it('stops in the tick of the click, whatever is going on, and every call has its result (T63–T67)', async () => {
    // While the call is written.
    const writing = harness();
    const first = await writing.send();
    writeCalls(writing.transport.last, [['t1', 'look', {}]]).block(1, {
      type: 'tool_use',
      id: 't2',
      name: 'look',
      input: {},
    });
    await settle();
    writing.chat.stop(first.id);
    assert.equal(first.status.kind, 'stopped');
    assert.deepEqual(fates(first), [fate('t1', 'not-run', resultTexts.stoppedBefore)]);

    // While the person is asked.
    const asking = harness();
    const second = await asking.send();
    await asking.calls(['t1', 'edit', { path: 'a' }], ['t2', 'edit', { path: 'b' }]);
    asking.chat.stop(second.id);
    assert.equal(second.status.kind, 'stopped');
    assert.equal(fates(second).length, 2);
    asking.chat.decideTool(second.id, 't1', 'once');
    await settle();
    assert.deepEqual(asking.ground.running, []);

    // While a call runs, and another waits behind it.
    const running = harness();
    running.mode('edit');
    const third = await running.send();
    await running.calls(['t1', 'edit', { path: 'a' }], ['t2', 'edit', { path: 'b' }]);
    const { call } = running.ground.calls[0]!;
    call.show('half');
    running.chat.stop(third.id);
    assert.equal(third.status.kind, 'stopped');
    assert.equal(call.signal.aborted, true);
    const end = [
      fate('t1', 'stopped', resultTexts.stopped),
      fate('t2', 'not-run', resultTexts.stoppedBefore),
    ];
    assert.deepEqual(fates(third), end);
    call.show('late');
    running.ground.calls[0]!.done('late');
    await settle();
    assert.deepEqual(fates(third), end);
    assert.equal(
      third.blocks.find(({ head }) => head.kind === 'tool_run')?.text.toString(),
      'half',
    );
    assert.equal(running.ground.calls.length, 1);
    assert.equal(running.clock.pendingTimers, 0);

    for (const h of [writing, asking, running]) {
      await h.send('And now?');
      asked(h.transport);
    }
  });

  it('goes on with the answer where one call alone is stopped', async () => {
    const h = harness();
    h.mode('edit');
    const turn = await h.send();
    await h.calls(
      ['t1', 'edit', { path: 'a' }],
      ['t2', 'edit', { path: 'b' }],
      ['t3', 'edit', { path: 'c' }],
    );
    const [first] = h.ground.calls;
    h.chat.stopTool(turn.id, 't2');
    assert.equal(first!.call.signal.aborted, false, 'one that waits is not stopped');
    h.chat.stopTool(turn.id, 't1');
    assert.equal(first!.call.signal.aborted, true);
    first!.end({ content: [{ kind: 'text', text: 'half of it' }], isError: true });
    await settle();
    // What ends with an error of its own making is stopped as well.
    h.chat.stopTool(turn.id, 't2');
    h.ground.calls[1]!.fail(new Error('aborted'));
    await settle();
    // What was done all the same is done.
    h.chat.stopTool(turn.id, 't3');
    h.ground.calls[2]!.done('all of it');
    await settle();
    assert.deepEqual(fates(turn), [
      fate('t1', 'stopped', 'half of it'),
      fate('t2', 'stopped', resultTexts.stopped),
      fate('t3', 'done', 'all of it'),
    ]);
    assert.match(asked(h.transport), /half of it/);
    await h.says('I see.');
    assert.equal(turn.status.kind, 'complete');
  });

  it('goes on after Stop with what was done until then', async () => {
    const h = harness();
    const turn = await h.send();
    await h.calls(['t1', 'look', {}]);
    h.ground.calls[0]!.done('seen');
    await settle();
    h.chat.stop(turn.id);
    h.chat.continueTurn(turn.id);
    await settle();
    assert.match(asked(h.transport), /seen/);
    await h.says('Done.');
    assert.equal(turn.status.kind, 'complete');
    assert.equal(h.ground.calls.length, 1);
  });

  it('never runs what the end of the answer cut, nor anything of a message that did not ask for it (T88)', async () => {
    for (const reason of ['max_tokens', 'refusal', 'model_context_window_exceeded']) {
      const h = harness();
      const turn = await h.send();
      writeCalls(h.transport.last, [
        ['t1', 'look', {}],
        ['t2', 'look', '{"a":'],
      ])
        .messageStop(reason)
        .end();
      await settle();
      assert.deepEqual(turn.status, { kind: 'complete', stopReason: reason });
      assert.deepEqual(h.ground.running, []);
      assert.deepEqual(fates(turn), [fate('t1', 'not-run', resultTexts.cutShort)]);
      await h.send('Go on');
      asked(h.transport);
    }
  });

  it('goes on where the server pauses', async () => {
    const h = harness();
    const turn = await h.send();
    h.transport.last
      .headers()
      .start()
      .text('I search.')
      .stop(0)
      .block(1, { type: 'server_tool_use', id: 's1', name: 'web_search', input: { query: 'x' } })
      .stop(1)
      .messageStop('pause_turn')
      .end();
    await settle();
    const { messages } = h.transport.last.request;
    assert.equal(messages.at(-1)?.role, 'assistant');
    assert.match(JSON.stringify(messages.at(-1)), /"query":"x"/);
    await h.says('Found.');
    assert.equal(turn.answerText(), 'I search.\n\nFound.');
  });

  it('asks whether to go on where the limit of messages or of cost is reached', async () => {
    const h = harness();
    h.ground.limits = { messages: 2, costUsd: 100 };
    const turn = await h.send();
    const oneMore = async (id: string): Promise<void> => {
      await h.calls([id, 'look', {}]);
    };
    await oneMore('t1');
    h.ground.calls[0]!.done('');
    await settle();
    await oneMore('t2');
    assert.deepEqual(questions(turn), ['messages 2']);
    h.chat.goOn(turn.id, true);
    await settle();
    assert.equal(h.ground.calls.length, 2);
    h.ground.limits = { messages: 100, costUsd: 0 };
    h.ground.calls[1]!.done('');
    await settle();
    await oneMore('t3');
    h.ground.calls[2]!.done('');
    await settle();
    await oneMore('t4');
    assert.deepEqual(questions(turn), ['messages 4']);
    h.chat.goOn(turn.id, false);
    await settle();
    assert.equal(turn.status.kind, 'stopped');
    assert.equal(fates(turn).at(-1), fate('t4', 'not-run', resultTexts.stoppedBefore));

    const dear = harness();
    dear.ground.limits = { messages: 100, costUsd: 0.000_001 };
    const costly = await dear.send();
    await dear.calls(['t1', 'look', {}]);
    assert.match(questions(costly)[0] ?? '', /^cost 0\.0/);
  });

  it('keeps what was done when a later request is cut, and runs nothing twice (T82)', async () => {
    const h = harness();
    const turn = await h.send();
    await h.calls(['t1', 'look', {}]);
    h.ground.calls[0]!.done('seen');
    await settle();
    const sent = asked(h.transport);
    // Refused for now, then cut in the middle of a text, then of a call.
    h.transport.last.refuse({ kind: 'http', status: 529, body: '', requestId: null, headers: {} });
    await settle();
    h.clock.advance(60_000);
    await settle();
    assert.equal(asked(h.transport), sent);
    h.transport.last
      .headers()
      .start()
      .text('I have seen that it is')
      .fail({ kind: 'network', code: 'ECONNRESET', message: '' });
    await settle();
    h.clock.advance(60_000);
    await settle();
    assert.match(asked(h.transport), /I have seen that it is/);
    writeCalls(h.transport.last, [['t2', 'look', {}]])
      .block(1, { type: 'tool_use', id: 't3', name: 'look', input: {} })
      .fail({ kind: 'network', code: 'ECONNRESET', message: '' });
    await settle();
    assert.equal(h.ground.calls.length, 2, 'the whole call of a message that was cut runs');
    h.ground.calls[1]!.done('again');
    await settle();
    asked(h.transport);
    await h.says('Done.');
    assert.deepEqual(fates(turn), [fate('t1', 'done', 'seen'), fate('t2', 'done', 'again')]);
    assert.equal(turn.status.kind, 'complete');
  });

  it('tries again from the latest results, not from the prompt, once anything ran', async () => {
    const h = harness({ settings: () => ({ ...defaults, maxRetries: 0 }) });
    const turn = await h.send();
    await h.calls(['t1', 'look', {}]);
    h.ground.calls[0]!.done('seen');
    await settle();
    h.transport.last.refuse({ kind: 'http', status: 400, body: '', requestId: null, headers: {} });
    await settle();
    assert.equal(turn.status.kind, 'interrupted');
    h.chat.tryAgain(turn.id);
    await settle();
    assert.match(asked(h.transport), /seen/);
    await h.says('Done.');
    assert.equal(turn.status.kind, 'complete');
    assert.equal(h.ground.calls.length, 1);
  });

  it('notes an effect before it begins, and after a crash runs nothing twice (T87, T111)', async () => {
    const notes: string[] = [];
    let kept = '';
    const h = harness({
      makeDurable: (conversation) => {
        kept = new JournalReader(conversation).read().lines;
        notes.push(`${h.ground.calls.length} ran`);
        return Promise.resolve();
      },
    });
    const turn = await h.send();
    h.mode('edit');
    await h.calls(['t1', 'edit', { path: 'a' }], ['t2', 'edit', { path: 'b' }]);
    h.ground.calls[0]!.done('a is written');
    await settle();
    assert.deepEqual(notes, ['0 ran', '0 ran', '1 ran']);
    assert.equal(h.ground.calls.length, 2);
    h.chat.dispose();

    const restored = restoreConversation(kept, h.clock);
    assert(typeof restored === 'object');
    const again = harness({}, restored.conversation);
    again.mode('edit');
    const after = restored.conversation.turn(turn.id)!;
    assert.equal(after.status.kind, 'interrupted');
    again.chat.continueTurn(after.id);
    await settle();
    assert.deepEqual(again.ground.running, []);
    assert.deepEqual(fates(after), [
      fate('t1', 'done', 'a is written'),
      fate('t2', 'unknown', resultTexts.unknownOutcome),
    ]);
    asked(again.transport);
  });

  it('runs after a crash what had not begun', async () => {
    let kept = '';
    const h = harness({
      makeDurable: (conversation) => {
        kept = new JournalReader(conversation).read().lines;
        return Promise.resolve();
      },
    });
    const turn = await h.send();
    await h.calls(['t1', 'edit', { path: 'a' }], ['t2', 'look', {}]);
    kept = new JournalReader(h.conversation).read().lines;
    const restored = restoreConversation(kept, h.clock);
    assert(typeof restored === 'object');
    const again = harness({}, restored.conversation);
    again.chat.continueTurn(turn.id);
    await settle();
    assert.deepEqual(questions(restored.conversation.turn(turn.id)!), ['edit effect 1']);
    assert.equal(again.transport.calls.length, 0);
  });

  it('reads again after a crash, which changes nothing', async () => {
    const h = harness();
    const turn = await h.send();
    await h.calls(['t1', 'look', {}]);
    const restored = restoreConversation(new JournalReader(h.conversation).read().lines, h.clock);
    assert(typeof restored === 'object');
    const again = harness({}, restored.conversation);
    again.chat.continueTurn(turn.id);
    await settle();
    assert.deepEqual(again.ground.running, ['look']);
    again.ground.calls[0]!.done('seen');
    await settle();
    assert.deepEqual(fates(restored.conversation.turn(turn.id)!), [fate('t1', 'done', 'seen')]);
    asked(again.transport);
  });

  it('runs nothing that cannot be noted', async () => {
    let full = false;
    const h = harness({
      makeDurable: () => (full ? Promise.reject(new Error('ENOSPC')) : Promise.resolve()),
    });
    const turn = await h.send();
    h.mode('edit');
    full = true;
    await h.calls(['t1', 'edit', { path: 'a' }]);
    assert.deepEqual(h.ground.running, []);
    assert.match(fates(turn)[0] ?? '', /^t1 failed/);
  });

  it('cuts a big result for the model and keeps it whole for the person (T7)', async () => {
    const h = harness();
    const turn = await h.send();
    await h.calls(['t1', 'look', {}]);
    const whole = `begin ${'x'.repeat(200_000)} end`;
    h.ground.calls[0]!.done(whole);
    await settle();
    const [, run, result] = turn.blocks;
    assert.equal(run?.text.toString(), whole);
    assert(result!.text.length < 51_000);
    assert.match(
      result!.text.toString(),
      /^begin x+\s+\[… \d+ characters are left out here …\]\s+x+ end$/,
    );
  });

  it('keeps images and PDFs beside the conversation, and sends what stands for them', async () => {
    const h = harness();
    const turn = await h.send();
    await h.calls(['t1', 'look', {}]);
    h.ground.calls[0]!.end({
      content: [
        { kind: 'text', text: 'Two things' },
        { kind: 'image', mediaType: 'image/png', data: new Uint8Array([1]) },
        { kind: 'pdf', name: 'a.pdf', data: new Uint8Array([2]) },
      ],
      isError: false,
    });
    await settle();
    assert.match(asked(h.transport), /Two things.*"data":"blob:sha-1".*"data":"blob:sha-2"/);
    const lines = new JournalReader(h.conversation).read().lines;
    const restored = restoreConversation(lines, h.clock);
    assert(typeof restored === 'object' && restored.badLines === 0);
    assert.deepEqual(
      restored.conversation.turn(turn.id)!.blocks.map(({ head }) => head),
      turn.blocks.map(({ head }) => head),
    );
  });

  it('can be replayed: what the tools gave back is in what was sent', async () => {
    const recorder = new WireRecorder(new ManualClock());
    const h = harness({ recorder });
    const turn = await h.send();
    await h.calls(['t1', 'look', {}], ['t2', 'nothing', {}]);
    h.ground.calls[0]!.done('seen');
    await settle();
    await h.says('Done.');
    const inspection = new StreamInspection(turn.id);
    await inspection.append(recorder.turn(turn.id)!.records);
    const { turn: again } = inspection;
    assert.equal(again.status.kind, 'complete');
    assert.equal(again.answerText(), 'Done.');
    assert.deepEqual(fates(again), [
      fate('t2', 'failed', resultTexts.unknownTool),
      fate('t1', 'done', 'seen'),
    ]);
  });

  it('loads conversations of versions that knew no tools', () => {
    const clock = new ManualClock();
    const lines =
      encodeJournalRecord({ kind: 'conversation', id: 'c', createdAt: 1 }) +
      `${JSON.stringify({
        v: 1,
        kind: 'patch',
        patch: {
          turn: 't',
          role: 'assistant',
          createdAt: 1,
          from: -1,
          to: 5,
          blocks: [
            {
              id: 0,
              attempt: 1,
              at: 0,
              text: '{}',
              state: 'closed',
              head: { kind: 'tool_use', toolUseId: 't1', name: 'x' },
            },
          ],
          status: { kind: 'awaiting-approval' },
        },
      })}\n`;
    const restored = restoreConversation(lines, clock);
    assert(typeof restored === 'object' && restored.badLines === 0);
    assert.equal(restored.conversation.turns[0]?.status.kind, 'interrupted');
  });
});
