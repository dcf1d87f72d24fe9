import assert from 'node:assert/strict';
import type { BlockHead } from '../../src/core/contentBlock';
import { readTurn } from '../../src/core/readTurn';
import type { TurnDocument } from '../../src/core/turnDocument';
import { TurnMirror } from '../../src/core/turnMirror';
import { startOfTurn, type BlockPatch, type TurnPatch } from '../../src/core/turnPatch';
import { newTurn } from './turnPipeline';

const text: BlockHead = { kind: 'text' };

/** A patch for every stage of a turn, each from where the one before ended. */
function patches(turn: TurnDocument, ...stages: (() => void)[]): TurnPatch[] {
  let cursor = startOfTurn;
  return stages.map((stage) => {
    stage();
    const reading = readTurn(turn, cursor);
    assert.ok(reading !== undefined);
    cursor = reading.cursor;
    return reading.patch;
  });
}

function threePatches(): [TurnPatch, TurnPatch, TurnPatch] {
  const turn = newTurn();
  const [first, second, third] = patches(
    turn,
    () => {
      turn.setStatus({ kind: 'streaming', attempt: 1 });
      turn.openBlock(1, { head: text, text: 'abc' });
    },
    () => turn.append(0, 'def'),
    () => turn.setStatus({ kind: 'complete', stopReason: 'end_turn' }),
  );
  return [first!, second!, third!];
}

function newMirror(): TurnMirror {
  return new TurnMirror('turn-1', 'assistant', 0);
}

function blockPatch(change: Partial<BlockPatch>): BlockPatch {
  return { id: 0, attempt: 1, at: 0, text: '', state: 'open', openedMs: 0, ...change };
}

describe('TurnMirror', () => {
  it('says what a patch changed, for a reader that shows it', () => {
    const mirror = newMirror();
    const [first, second] = threePatches();
    assert.deepEqual(mirror.apply(first), [
      { block: mirror.blocks[0], added: true, appended: 'abc' },
    ]);
    assert.deepEqual(mirror.apply(second), [
      { block: mirror.blocks[0], added: false, appended: 'def' },
    ]);
    assert.equal(mirror.blocks[0]?.text.toString(), 'abcdef');
    assert.equal(mirror.status.kind, 'streaming');
  });

  it('takes off what it has already (T54, T79)', () => {
    const mirror = newMirror();
    const [first, second] = threePatches();
    mirror.apply(first);
    mirror.apply(second);
    assert.deepEqual(mirror.apply(second), [
      { block: mirror.blocks[0], added: false, appended: '' },
    ]);
    const overlap = blockPatch({ at: 2, text: 'cdefghi' });
    assert.deepEqual(mirror.apply({ ...second, blocks: [overlap] }), [
      { block: mirror.blocks[0], added: false, appended: 'ghi' },
    ]);
    assert.equal(mirror.blocks[0]?.text.toString(), 'abcdefghi');
  });

  it('refuses a patch after a lost one as a whole, and goes on when asked from its cursor (T45, T56)', () => {
    const mirror = newMirror();
    const [first, second, third] = threePatches();
    mirror.apply(first);
    const { cursor } = mirror;
    assert.equal(mirror.apply(third), 'gap');
    assert.deepEqual(mirror.cursor, cursor);
    assert.equal(mirror.status.kind, 'streaming');
    mirror.apply(second);
    mirror.apply(third);
    assert.equal(mirror.status.kind, 'complete');
  });

  it('opens nothing again and takes no status back for a patch that comes late (T49)', () => {
    const mirror = newMirror();
    const all = threePatches();
    for (const patch of all) mirror.apply(patch);
    const { cursor } = mirror;
    for (const patch of all) mirror.apply(patch);
    assert.equal(mirror.blocks[0]?.state, 'cut');
    assert.equal(mirror.status.kind, 'complete');
    assert.deepEqual(mirror.cursor, cursor);
  });

  it('adds no text to a dropped block', () => {
    const mirror = newMirror();
    const [first, second, third] = threePatches();
    mirror.apply(first);
    mirror.apply({ ...first, blocks: [blockPatch({ at: 3, state: 'dropped' })] });
    assert.deepEqual(mirror.apply(second), [
      { block: mirror.blocks[0], added: false, appended: '' },
    ]);
    assert.notEqual(mirror.apply(third), 'gap');
    assert.equal(mirror.blocks[0]?.state, 'dropped');
  });

  it('refuses holes: a block out of order, without its head, or not from its start', () => {
    const [first] = threePatches();
    const holes: BlockPatch[][] = [
      [blockPatch({ id: 1, head: text })],
      [blockPatch({ id: 0 })],
      [blockPatch({ id: 0, head: text, at: 2, text: 'c' })],
      [blockPatch({ id: 0, head: text }), blockPatch({ id: 2, head: text })],
      [blockPatch({ id: 0.5, head: text })],
      [blockPatch({ id: -1, head: text })],
    ];
    for (const blocks of holes) {
      const mirror = newMirror();
      assert.equal(mirror.apply({ ...first, blocks }), 'gap');
      assert.deepEqual(mirror.blocks, []);
    }
    const mirror = newMirror();
    const both = [blockPatch({ id: 0, head: text }), blockPatch({ id: 1, head: text })];
    assert.notEqual(mirror.apply({ ...first, blocks: both }), 'gap');
    assert.equal(mirror.blocks.length, 2);
  });
});
