import assert from 'node:assert/strict';
import type { TurnDocument } from '../../src/core/turnDocument';
import type { ReceivedRequest } from '../server/receivedRequest';
import {
  toolCall,
  type Scenario,
  type ScriptedBlock,
  type ScriptedFault,
} from '../server/scenario';
import { textPieces } from '../server/textPieces';
import { ChatGround } from './chatGround';
import { keptText, restOf } from './continuedAnswer';

const thought = 'First the rule, then the exception 😀.';
const said = [
  'The **rule** is simple: what has arrived stays.\n\n',
  '- one item, with `code`\n- another item — größer, 更大\n\n',
  '```ts\nconst kept = received.slice(0, cursor);\n```\n\n',
  'After that nothing is said twice, and nothing is lost.',
].join('');
const input = '{"path":"src/core/turn.ts","lines":[1,2,3]}';
const blocks: readonly ScriptedBlock[] = [
  { type: 'thinking', text: thought },
  { type: 'text', text: said },
  toolCall('toolu_1', 'read_file', ...textPieces(input, 9)),
];
const deltaSize = 7;
const thinkingDeltas = textPieces(thought, deltaSize).length + 1;
const textDeltas = textPieces(said, deltaSize).length;
const inputDeltas = textPieces(input, 9).length;

/** A continuation says so much again, as models do. */
const repeatedWords = 8;

/** Where in the stream the fault strikes. */
const stages: Readonly<Record<string, { afterDeltas: number; afterBlock?: boolean }>> = {
  'before any event': { afterDeltas: -1 },
  'after the first event': { afterDeltas: 0 },
  'in thinking': { afterDeltas: 3 },
  'after thinking': { afterDeltas: thinkingDeltas, afterBlock: true },
  'at the beginning of the text': { afterDeltas: thinkingDeltas + 1 },
  'in the text': { afterDeltas: thinkingDeltas + Math.floor(textDeltas / 2) },
  'after the text': { afterDeltas: thinkingDeltas + textDeltas, afterBlock: true },
  'in tool input': { afterDeltas: thinkingDeltas + textDeltas + 2 },
  'at the end': { afterDeltas: thinkingDeltas + textDeltas + inputDeltas, afterBlock: true },
};

type Place = (typeof stages)[string];

/** Faults of a stream that has begun. */
const streamFaults: Readonly<Record<string, (place: Place) => ScriptedFault>> = {
  'a reset': (place) => ({ kind: 'reset', ...place }),
  'an end': (place) => ({ kind: 'eof', ...place }),
  'a silent stall': (place) => ({ kind: 'stall', ...place }),
  'an overload': (place) => ({ kind: 'error-event', type: 'overloaded_error', ...place }),
  'an API error': (place) => ({ kind: 'error-event', type: 'api_error', ...place }),
  'an error that nobody knows': (place) => ({ kind: 'error-event', type: 'new_error', ...place }),
};

/** Faults in place of a stream. */
const earlyFaults: Readonly<Record<string, ScriptedFault>> = {
  'a reset before headers': { kind: 'reset-before-headers' },
  'headers that never come': { kind: 'never-answers' },
  'an empty body': { kind: 'empty' },
  'a 408': { kind: 'http', status: 408 },
  'a 409': { kind: 'http', status: 409 },
  'a 429': { kind: 'http', status: 429, headers: { 'retry-after': '1' } },
  'a 500': { kind: 'http', status: 500 },
  'a 502 of a proxy': {
    kind: 'http',
    status: 502,
    body: '<html><title>Bad gateway</title></html>',
  },
  'a 503': { kind: 'http', status: 503 },
  'a 529': { kind: 'http', status: 529 },
};

/** Faults that would come again: nothing is asked again. */
const lastingFaults: Readonly<Record<string, readonly [ScriptedFault, string]>> = {
  'a 400': [{ kind: 'http', status: 400 }, 'bad-request'],
  'a 401': [{ kind: 'http', status: 401 }, 'wrong-key'],
  'a 402': [{ kind: 'http', status: 402 }, 'no-credit'],
  'a 403': [{ kind: 'http', status: 403 }, 'no-permission'],
  'a 413': [{ kind: 'http', status: 413 }, 'request-too-large'],
  'HTML in place of a stream': [{ kind: 'html', html: '<html>Log in</html>' }, 'not-the-api'],
};

const models = {
  'a model that takes a prefill': 'claude-haiku-4-5',
  'a later model': 'claude-opus-5-5',
};

describe('every fault at every place', function () {
  // A guard against hanging for ever on a busy machine, not a measurement.
  this.timeout(60_000);

  for (const [modelName, model] of Object.entries(models)) {
    describe(`with ${modelName}`, () => {
      let ground: ChatGround;

      beforeEach(async () => {
        ground = await ChatGround.start({ model });
      });

      afterEach(() => ground.close());

      for (const [stage, place] of Object.entries(stages)) {
        for (const [name, fault] of Object.entries(streamFaults)) {
          it(`goes on after ${name} ${stage}`, async () => {
            const turn = await answerThrough([fault(place)]);
            assertWhole(turn);
            assert.equal(
              ground.server.messageRequests.length,
              place === stages['at the end'] ? 1 : 2,
            );
            await assertGoesOn(turn);
          });
        }
      }

      for (const [name, fault] of Object.entries(earlyFaults)) {
        it(`asks again after ${name}, before anything and after a cut`, async () => {
          const cut: ScriptedFault = { kind: 'reset', ...stages['in the text']! };
          const turn = await answerThrough([fault, cut, fault, fault]);
          assertWhole(turn);
          assert.equal(turn.meta.attempts, 5);
          await assertGoesOn(turn);
        });
      }

      for (const [name, [fault, kind]] of Object.entries(lastingFaults)) {
        it(`asks nothing again after ${name}, and keeps what is there`, async () => {
          const refused = await answerThrough([fault]);
          assert.equal(refused.status.kind, 'failed');
          assert.equal(ground.server.messageRequests.length, 1);
          const cut = await answerThrough([{ kind: 'eof', ...stages['in the text']! }, fault]);
          const { status } = cut;
          assert(status.kind === 'interrupted' && status.resumable);
          assert.equal(status.cause.kind, kind);
          assert(cut.answerText().length > 0 && said.startsWith(cut.answerText()));
          ground.server.use((request) => answerTo(request));
          ground.chat.continueTurn(cut.id);
          await ground.end(cut);
          assertWhole(cut);
          await assertGoesOn(cut);
        });
      }

      it('goes on after cut upon cut, wherever they come', async () => {
        const faults = Object.values(stages)
          .slice(0, -1)
          .map((place): ScriptedFault => ({ kind: 'reset', ...place }));
        const turn = await answerThrough(faults);
        assertWhole(turn);
        await assertGoesOn(turn);
      });

      /** The answer, where the first requests meet these faults, one each. */
      async function answerThrough(faults: readonly ScriptedFault[]): Promise<TurnDocument> {
        const left = [...faults];
        ground.server.use((request) => answerTo(request, left.shift()));
        const turn = ground.send('What is the rule?');
        await ground.end(turn);
        return turn;
      }

      async function assertGoesOn(turn: TurnDocument): Promise<void> {
        ground.server.use({ blocks: [{ type: 'text', text: 'next' }] });
        const next = ground.sendAfter(turn, 'And now?');
        await ground.end(next);
        assert.equal(next.status.kind, 'complete', JSON.stringify(next.status));
        assert.equal(next.answerText(), 'next');
      }
    });
  }
});

function answerTo(request: ReceivedRequest, fault?: ScriptedFault): Scenario {
  const kept = keptText(request);
  return {
    blocks: kept === undefined ? blocks : restOf(blocks, kept, repeatedWords),
    deltaSize,
    stopReason: 'tool_use',
    ...(fault === undefined ? {} : { fault }),
  };
}

/** The answer is what a faultless run gives: no more, no less, nothing twice. */
function assertWhole(turn: TurnDocument): void {
  assert.equal(turn.status.kind, 'complete', JSON.stringify(turn.status));
  assert.equal(turn.answerText(), said);
  const shown = turn.blocks.filter(({ state }) => state !== 'dropped');
  assert.deepEqual(
    shown
      .map(({ head, state, text }) => [head.kind, state, text.toString()])
      .filter(([kind]) => kind !== 'thinking'),
    [
      ['text', 'closed', said],
      ['tool_use', 'closed', input],
    ],
  );
  const thoughts = shown.filter(({ head }) => head.kind === 'thinking');
  assert(thoughts.every(({ text, state }) => state === 'closed' && text.toString() === thought));
}
