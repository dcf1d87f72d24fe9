import assert from 'node:assert/strict';
import type { BlockHead } from '../../src/core/contentBlock';
import { GrowingText } from '../../src/core/growingText';
import { TurnDocument, type TurnChange } from '../../src/core/turnDocument';
import { ManualClock } from './manualClock';
import { newTurn } from './turnPipeline';

const text: BlockHead = { kind: 'text' };
const thinking: BlockHead = { kind: 'thinking' };

describe('TurnDocument', () => {
  it('raises its revision and wakes its readers at every change, once', () => {
    const turn = newTurn();
    const woken: [TurnChange, number][] = [];
    turn.onDidChange((change) => woken.push([change, turn.revision]));
    const first = turn.revision;
    const id = turn.openBlock(1, { head: text });
    turn.append(id, 'a');
    turn.setSignature(id, 's');
    turn.updateMeta({ model: 'm' });
    turn.endBlock(id, 'closed');
    turn.setStatus({ kind: 'stopped' });
    assert.deepEqual(woken, [
      ['structure', first + 1],
      ['growth', first + 2],
      ['growth', first + 3],
      ['growth', first + 4],
      ['structure', first + 5],
      ['structure', first + 6],
    ]);
  });

  it('does not wake anybody for nothing', () => {
    const turn = newTurn();
    const id = turn.openBlock(1, { head: text });
    turn.endBlock(id, 'closed');
    turn.onDidChange(() => assert.fail('woken'));
    turn.append(id, '');
    turn.append(7, 'no such block');
    turn.endBlock(id, 'closed');
    turn.endBlock(7, 'closed');
  });

  it('leaves what is finished as it is (T36)', () => {
    const turn = newTurn();
    const id = turn.openBlock(1, { head: text, text: 'done' });
    turn.endBlock(id, 'closed');
    turn.append(id, ' and more');
    turn.endBlock(id, 'cut');
    const state = (): unknown[] => turn.blocks.map((b) => [b.text.toString(), b.state]);
    assert.deepEqual(state(), [['done', 'closed']]);
    turn.endBlock(id, 'dropped');
    turn.endBlock(id, 'closed');
    assert.deepEqual(state(), [['done', 'dropped']]);
  });

  it('ends every open block with the turn, whatever the end (T50)', () => {
    const turn = newTurn();
    turn.openBlock(1, { head: text, text: 'whole' });
    turn.openBlock(1, { head: text, text: 'half' });
    turn.endBlock(0, 'closed');
    turn.setStatus({ kind: 'running-tools' });
    const states = (): string[] => turn.blocks.map((block) => block.state);
    assert.deepEqual(states(), ['closed', 'open']);
    turn.setStatus({ kind: 'stopped' });
    assert.deepEqual(states(), ['closed', 'cut']);
    assert.ok(turn.blocks.every((block) => block.changedAt < turn.statusChangedAt));
  });

  it('measures from when the turn was sent, on a clock that nobody can set (T44)', () => {
    const clock = new ManualClock();
    const turn = newTurn(clock);
    clock.advance(5_000);
    turn.markSent();
    clock.advance(200);
    const id = turn.openBlock(1, { head: thinking });
    clock.setWall(0);
    clock.advance(300);
    turn.endBlock(id, 'closed');
    clock.advance(100);
    turn.endBlock(id, 'dropped');
    const { openedMs, closedMs } = turn.blocks[id]!;
    assert.deepEqual([openedMs, closedMs], [200, 500]);
    assert.equal(turn.elapsedMs, 600);
    turn.setStatus({ kind: 'stopped' });
    clock.advance(7);
    assert.equal(turn.statusAgeMs, 7);
  });

  it('says whether there is an answer to keep', () => {
    const turn = newTurn();
    assert.equal(turn.hasOutput, false);
    const id = turn.openBlock(1, { head: text });
    assert.equal(turn.hasOutput, false);
    turn.append(id, 'a');
    assert.equal(turn.hasOutput, true);
    turn.endBlock(id, 'dropped');
    assert.equal(turn.hasOutput, false);
  });

  it('gives the answer as a person would copy it (T96)', () => {
    const turn = newTurn();
    turn.openBlock(1, { head: thinking, text: 'hm' });
    turn.openBlock(1, { head: text, text: 'It is ' });
    // The API begins a new block where a citation begins.
    turn.openBlock(1, { head: text, text: 'cited, ' });
    turn.endBlock(turn.openBlock(1, { head: text, text: 'dropped' }), 'dropped');
    turn.openBlock(1, { head: text, text: 'see?' });
    turn.openBlock(1, { head: { kind: 'tool_use', toolUseId: 't', name: 'n' }, text: '{}' });
    turn.openBlock(1, { head: text });
    turn.openBlock(1, { head: text, text: 'Done.' });
    assert.equal(turn.answerText(), 'It is cited, see?\n\nDone.');
  });

  it('comes back from a journal, with later changes beyond all revisions of its earlier life (T58)', () => {
    const clock = new ManualClock();
    const turn = TurnDocument.restore({ id: 't', role: 'assistant', createdAt: 1 }, clock, {
      blocks: [
        {
          attempt: 1,
          head: text,
          raw: undefined,
          text: new GrowingText('kept'),
          state: 'cut',
          signature: undefined,
          citations: [],
          unknownDeltas: [],
          openedMs: 1,
          closedMs: 2,
        },
      ],
      status: { kind: 'stopped' },
      meta: { model: 'm' },
    });
    assert.ok(turn.revision < newTurn().revision);
    assert.equal(turn.blocks[0]?.text.toString(), 'kept');
    assert.equal(turn.meta.model, 'm');
    assert.equal(turn.isTerminal, true);
    turn.openBlock(2, { head: text });
    assert.ok(turn.revision >= clock.wallNow());
    assert.equal(turn.blocks[1]?.id, 1);
  });
});
