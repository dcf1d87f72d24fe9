import assert from 'node:assert/strict';
import { JournalReader } from '../../src/core/journalReader';
import { restoreConversation } from '../../src/core/restoreConversation';
import type { Tool, ToolSubject } from '../../src/core/tool';
import type { ToolPorts } from '../../src/core/toolPorts';
import type { TurnDocument } from '../../src/core/turnDocument';
import { messageGroups } from '../server/contentBlocks';
import { MessagesServer } from '../server/messagesServer';
import type { ReceivedRequest } from '../server/receivedRequest';
import {
  toolCall,
  type Scenario,
  type ScriptedBlock,
  type ScriptedFault,
} from '../server/scenario';
import { textPieces } from '../server/textPieces';
import { MemoryBlobs } from '../unit/toolGround';
import { ChatGround } from './chatGround';
import { keptText, restOf } from './continuedAnswer';

const deltaSize = 7;
const input = (name: string): string => JSON.stringify({ name, text: 'größer 😀 than one delta' });

function call(id: string, tool: string): ScriptedBlock {
  return toolCall(id, tool, ...textPieces(input(id), 9));
}

/** What the model says, message after message: each but the last calls tools. */
const messages: readonly (readonly ScriptedBlock[])[] = [
  [
    { type: 'text', text: 'First I look around, and note it.' },
    call('t1', 'look'),
    call('t2', 'note'),
  ],
  [call('t3', 'note'), call('t4', 'note')],
  [{ type: 'text', text: 'All of that is noted, nothing of it twice.' }],
];
const wholeText = 'First I look around, and note it.\n\nAll of that is noted, nothing of it twice.';

/** Tools whose effects are counted; nothing outside of it knows of a restart. */
class World {
  readonly effects: string[] = [];

  readonly ports: ToolPorts = {
    list: () => Promise.resolve([this.tool('look', 'read'), this.tool('note', 'edit')]),
    rules: () => [{ decision: 'allow', tool: '*' }],
    keepRules: () => undefined,
    isTrusted: () => true,
    blobs: new MemoryBlobs(),
    limits: () => ({ messages: 50, costUsd: 100 }),
  };

  private tool(name: string, effect: Tool['effect']): Tool {
    return {
      name,
      description: name,
      inputSchema: { type: 'object', properties: { name: { type: 'string' } } },
      effect,
      hasLongInput: true,
      subject: (): Promise<ToolSubject> => Promise.resolve({ kind: 'none' }),
      run: async (given, { id, show }) => {
        this.effects.push(id);
        await Promise.resolve();
        show(`${id} is under way`);
        return {
          content: [{ kind: 'text', text: `${String(given['name'])} is done` }],
          isError: false,
        };
      },
    };
  }
}

/** Which of its messages the request asks the model for. */
function messageAsked({ body }: ReceivedRequest): number {
  const groups = messageGroups(body['messages']);
  return groups.filter(({ blocks }) => blocks.some(({ block }) => block['type'] === 'tool_result'))
    .length;
}

function answerTo(request: ReceivedRequest, fault?: ScriptedFault): Scenario {
  const index = messageAsked(request);
  const blocks = messages[index] ?? [{ type: 'text', text: 'next' }];
  const kept = keptText(request);
  const isLast = index >= messages.length - 1;
  return {
    blocks: kept === undefined ? blocks : restOf(blocks, kept),
    deltaSize,
    stopReason: isLast ? 'end_turn' : 'tool_use',
    ...(fault === undefined ? {} : { fault }),
  };
}

const places: Readonly<Record<string, { afterDeltas: number }>> = {
  'before any event': { afterDeltas: -1 },
  'after the first event': { afterDeltas: 0 },
  'at the beginning': { afterDeltas: 2 },
  'in the middle': { afterDeltas: 7 },
  'near the end': { afterDeltas: 10 },
};

const faults: Readonly<Record<string, (place: { afterDeltas: number }) => ScriptedFault>> = {
  'a reset': (place) => ({ kind: 'reset', ...place }),
  'an end': (place) => ({ kind: 'eof', ...place }),
  'a silent stall': (place) => ({ kind: 'stall', ...place }),
  'an overload': (place) => ({ kind: 'error-event', type: 'overloaded_error', ...place }),
};

const earlyFaults: readonly ScriptedFault[] = [
  { kind: 'reset-before-headers' },
  { kind: 'empty' },
  { kind: 'http', status: 429, headers: { 'retry-after': '1' } },
  { kind: 'http', status: 529 },
];

describe('every fault in every message of an answer that uses tools', function () {
  // A guard against hanging for ever on a busy machine, not a measurement.
  this.timeout(60_000);

  let world: World;
  let ground: ChatGround;

  beforeEach(async () => {
    world = new World();
    ground = new ChatGround(await MessagesServer.start(), {}, 150, { tools: world.ports });
    ground.model = 'claude-opus-5-5';
  });

  afterEach(() => ground.close());

  for (const message of messages.keys()) {
    for (const [place, at] of Object.entries(places)) {
      for (const [name, fault] of Object.entries(faults)) {
        it(`goes on after ${name} ${place} of message ${message + 1}`, async () => {
          await assertWhole(await answerThrough(message, [fault(at)]));
        });
      }
    }

    it(`goes on after faults before message ${message + 1}, one after another`, async () => {
      await assertWhole(await answerThrough(message, earlyFaults));
    });

    it(`is stopped in message ${message + 1} and goes on when asked`, async () => {
      const fault: ScriptedFault = { kind: 'stall', afterDeltas: 2 };
      const left = [fault];
      ground.server.use((request) =>
        answerTo(request, messageAsked(request) === message ? left.shift() : undefined),
      );
      const turn = ground.send('Note it');
      await reached(turn, () => left.length === 0 && turn.status.kind === 'streaming');
      ground.chat.stop(turn.id);
      assert.equal(turn.status.kind, 'stopped');
      ground.chat.continueTurn(turn.id);
      await ground.end(turn);
      assert.equal(turn.status.kind, 'complete', JSON.stringify(turn.status));
      assertNothingTwice();
      await assertGoesOn(turn);
    });
  }

  it('survives a crash at any moment: nothing runs twice, and the answer can be finished (T87, T111)', async () => {
    const moments: { readonly lines: string; readonly effects: number }[] = [];
    ground.server.use((request) => answerTo(request));
    const turn = ground.send('Note it');
    const conversation = ground.chat.conversations[0]!;
    const listening = turn.onDidChange((change) => {
      if (change !== 'structure') return;
      moments.push({
        lines: new JournalReader(conversation).read().lines,
        effects: world.effects.length,
      });
    });
    await ground.end(turn);
    listening.dispose();
    assert(moments.length > 20);
    for (const { lines, effects } of moments.slice(0, -1)) {
      const again = new World();
      again.effects.push(...world.effects.slice(0, effects));
      const restored = restoreConversation(lines, ground.clock);
      assert(typeof restored === 'object' && restored.badLines === 0);
      const after = new ChatGround(ground.server, {}, 150, { tools: again.ports });
      after.model = ground.model;
      after.chat.add(restored.conversation);
      const cut = restored.conversation.turn(turn.id)!;
      if (cut.status.kind === 'failed') after.chat.tryAgain(cut.id);
      else after.chat.continueTurn(cut.id);
      await after.end(cut);
      assert.equal(cut.status.kind, 'complete', JSON.stringify(cut.status));
      const done = again.effects.filter((id) => id !== 't1');
      assert.deepEqual(done, [...new Set(done)], 'an effect came twice');
      // A call that was being written is gone; each of the others has its one result.
      assert.deepEqual(idsOf(cut, 'tool_result'), idsOf(cut, 'tool_use'));
      after.chat.dispose();
    }
  });

  /** The answer, where the requests for one of its messages meet these faults, one each. */
  async function answerThrough(
    message: number,
    met: readonly ScriptedFault[],
  ): Promise<TurnDocument> {
    const left = [...met];
    ground.server.use((request) =>
      answerTo(request, messageAsked(request) === message ? left.shift() : undefined),
    );
    const turn = ground.send('Note it');
    await ground.end(turn);
    assert.equal(left.length, 0);
    return turn;
  }

  async function assertWhole(turn: TurnDocument): Promise<void> {
    assert.equal(turn.status.kind, 'complete', JSON.stringify(turn.status));
    assert.equal(turn.answerText(), wholeText);
    assertNothingTwice();
    await assertGoesOn(turn);
  }

  function assertNothingTwice(): void {
    assert.deepEqual(world.effects, [...new Set(world.effects)]);
  }

  async function assertGoesOn(turn: TurnDocument): Promise<void> {
    ground.server.use({ blocks: [{ type: 'text', text: 'next' }] });
    const next = ground.sendAfter(turn, 'And now?');
    await ground.end(next);
    assert.equal(next.status.kind, 'complete', JSON.stringify(next.status));
    assert.equal(next.answerText(), 'next');
  }

  function reached(turn: TurnDocument, condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!condition()) return;
        listening.dispose();
        resolve();
      };
      const listening = turn.onDidChange(look);
      look();
    });
  }
});

function idsOf(turn: TurnDocument, kind: 'tool_use' | 'tool_result'): readonly string[] {
  return turn.blocks
    .flatMap(({ head, state }) =>
      head.kind === kind && state !== 'dropped' ? [head.toolUseId] : [],
    )
    .sort();
}
