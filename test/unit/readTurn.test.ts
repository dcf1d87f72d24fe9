import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { BlockHead } from '../../src/core/contentBlock';
import { readTurn, type TurnReading } from '../../src/core/readTurn';
import type { TurnDocument } from '../../src/core/turnDocument';
import { TurnMirror } from '../../src/core/turnMirror';
import { startOfTurn, type TurnCursor } from '../../src/core/turnPatch';
import { ManualClock } from './manualClock';
import { newTurn } from './turnPipeline';

const text: BlockHead = { kind: 'text' };

function read(turn: TurnDocument, cursor: TurnCursor = startOfTurn, limit?: number): TurnReading {
  const reading = readTurn(turn, cursor, limit);
  assert.ok(reading !== undefined);
  return reading;
}

describe('readTurn', () => {
  it('gives everything from the start, and nothing when there is nothing new', () => {
    const clock = new ManualClock();
    const turn = newTurn(clock);
    turn.setStatus({ kind: 'streaming', attempt: 1 });
    turn.openBlock(1, { head: text, text: 'Hello' });
    turn.updateMeta({ model: 'm' });
    clock.advance(40);
    const { patch, cursor, size, more } = read(turn);
    assert.deepEqual(patch, {
      turn: turn.id,
      role: 'assistant',
      createdAt: 0,
      from: -1,
      to: turn.revision,
      blocks: [{ id: 0, head: text, attempt: 1, at: 0, text: 'Hello', state: 'open', openedMs: 0 }],
      status: { kind: 'streaming', attempt: 1 },
      meta: { model: 'm' },
      elapsedMs: 40,
      statusAgeMs: 40,
    });
    assert.deepEqual(cursor, { revision: turn.revision, seen: [5] });
    assert.equal(size, 5);
    assert.equal(more, false);
    assert.equal(readTurn(turn, cursor), undefined);
  });

  it('gives one slice however many deltas brought the text', () => {
    const turn = newTurn();
    turn.openBlock(1, { head: text });
    const { cursor } = read(turn);
    for (let i = 0; i < 1_000; i++) turn.append(0, `${i} `);
    const { patch } = read(turn, cursor);
    assert.equal(patch.blocks.length, 1);
    assert.equal(patch.blocks[0]?.head, undefined);
    assert.equal(patch.blocks[0]?.text, turn.blocks[0]?.text.toString());
    assert.equal(patch.status, undefined);
    assert.equal(patch.meta, undefined);
  });

  it('leaves blocks out in which nothing is new (T36)', () => {
    const turn = newTurn();
    turn.openBlock(1, { head: text, text: 'first' });
    turn.endBlock(0, 'closed');
    turn.openBlock(1, { head: text, text: 'second' });
    const { cursor } = read(turn);
    turn.append(1, '!');
    assert.deepEqual(
      read(turn, cursor).patch.blocks.map(({ id, at, text: slice }) => [id, at, slice]),
      [[1, 6, '!']],
    );
  });

  it('reads on where a limit cut it short, and closes a block with the last of its text', () => {
    const turn = newTurn();
    turn.openBlock(1, { head: text, text: 'abcdef' });
    turn.endBlock(0, 'closed');
    turn.openBlock(1, { head: text, text: 'ghi' });
    const first = read(turn, startOfTurn, 4);
    assert.equal(first.more, true);
    const [part] = first.patch.blocks;
    assert.deepEqual([part?.text, part?.state, part?.closedMs], ['abcd', 'open', undefined]);
    assert.equal(first.cursor.revision, startOfTurn.revision);
    const second = read(turn, first.cursor, 4);
    assert.deepEqual(
      second.patch.blocks.map(({ id, at, text: slice, state }) => [id, at, slice, state]),
      [
        [0, 4, 'ef', 'closed'],
        [1, 0, 'gh', 'open'],
      ],
    );
    const third = read(turn, second.cursor, 4);
    assert.equal(third.patch.blocks.at(-1)?.text, 'i');
    assert.equal(third.more, false);
    assert.equal(third.cursor.revision, turn.revision);
  });

  it('tells an end only together with the last of the text (T46)', () => {
    const turn = newTurn();
    turn.setStatus({ kind: 'streaming', attempt: 1 });
    const { cursor: started } = read(turn);
    turn.openBlock(1, { head: text, text: 'abcdef' });
    turn.setStatus({ kind: 'complete', stopReason: 'end_turn' });
    const first = read(turn, started, 4);
    assert.equal(first.patch.status, undefined);
    const second = read(turn, first.cursor, 4);
    assert.equal(second.patch.status?.kind, 'complete');
  });

  it('tells any other status at once, also when the text is not all there yet', () => {
    const turn = newTurn();
    turn.openBlock(1, { head: text, text: 'abcdef' });
    turn.setStatus({ kind: 'running-tools' });
    assert.equal(read(turn, startOfTurn, 4).patch.status?.kind, 'running-tools');
  });

  it('waits for the other half of a character, and for no half that will never come (T95)', () => {
    const turn = newTurn();
    turn.openBlock(1, { head: text, text: 'a\ud83d' });
    const first = read(turn);
    assert.equal(first.patch.blocks[0]?.text, 'a');
    assert.equal(first.more, false);
    assert.equal(readTurn(turn, first.cursor), undefined);
    turn.append(0, '\ude00b\ud83d');
    const second = read(turn, first.cursor);
    assert.equal(second.patch.blocks[0]?.text, '😀b');
    turn.setStatus({ kind: 'stopped' });
    const third = read(turn, second.cursor);
    assert.equal(third.patch.blocks[0]?.text, '\ud83d');
    assert.equal(third.patch.status?.kind, 'stopped');
  });

  it('cuts no character in two where a limit falls inside (T95)', () => {
    const turn = newTurn();
    turn.openBlock(1, { head: text, text: '😀😀' });
    const first = read(turn, startOfTurn, 1);
    assert.equal(first.patch.blocks[0]?.text, '😀');
    assert.equal(read(turn, first.cursor, 1).patch.blocks[0]?.text, '😀');
  });

  it('tells of a dropped block that it is dropped, and not its text (T79)', () => {
    const turn = newTurn();
    turn.openBlock(1, { head: text, text: 'abc' });
    const { cursor } = read(turn);
    turn.append(0, 'def');
    turn.endBlock(0, 'dropped');
    turn.openBlock(2, { head: text, text: 'again' });
    for (const from of [startOfTurn, cursor]) {
      const [dropped, again] = read(turn, from).patch.blocks;
      assert.equal(dropped?.state, 'dropped');
      assert.equal(dropped.text, '');
      assert.equal(again?.text, 'again');
    }
    assert.equal(readTurn(turn, read(turn, cursor).cursor), undefined);
  });

  it('costs no more memory than the text, however often it is read (T13)', function () {
    this.timeout(60_000);
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const heapUsed = (): number => {
      collectGarbage();
      return process.memoryUsage().heapUsed;
    };
    const turn = newTurn();
    const mirror = new TurnMirror(turn.id, turn.role, turn.createdAt);
    turn.openBlock(1, { head: text });
    let cursor = startOfTurn;
    const before = heapUsed();
    for (let i = 0; i < 30_000; i++) {
      turn.append(0, `sixteen letters${i % 10}`);
      const reading = read(turn, cursor);
      mirror.apply(reading.patch);
      cursor = reading.cursor;
    }
    const grown = heapUsed() - before;
    assert.equal(mirror.blocks[0]?.text.length, 480_000);
    assert.ok(grown < 20_000_000, `${grown} bytes for two texts of 480,000 letters`);
  });

  it('answers an old cursor as well as a new one (T45, T56)', () => {
    const turn = newTurn();
    turn.openBlock(1, { head: text, text: 'abc' });
    const { cursor: old } = read(turn);
    turn.append(0, 'def');
    const { cursor: newer } = read(turn, old);
    turn.append(0, 'ghi');
    assert.equal(read(turn, newer).patch.blocks[0]?.text, 'ghi');
    assert.equal(read(turn, old).patch.blocks[0]?.text, 'defghi');
  });
});
