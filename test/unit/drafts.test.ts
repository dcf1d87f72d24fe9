import assert from 'node:assert/strict';
import { Drafts, emptyDraft, type DraftMemory } from '../../src/host/drafts';
import type { Draft } from '../../src/protocol/hostToView';

/** Keeps what a reload of the window keeps: JSON. */
class Memory implements DraftMemory {
  private json = '{}';

  get(name: string): unknown {
    return (JSON.parse(this.json) as Record<string, unknown>)[name];
  }

  update(name: string, value: unknown): Promise<void> {
    this.json = JSON.stringify({ [name]: value });
    return Promise.resolve();
  }

  get size(): number {
    return this.json.length;
  }
}

const draft = (text: string): Draft => ({ text, attachments: [] });

describe('Drafts', () => {
  it('gives the next session what stood in each composer when this one ended (T114)', () => {
    const memory = new Memory();
    const before = new Drafts(memory);
    before.set('one', draft('older'));
    before.set('two', draft('half a thou'));
    const after = new Drafts(memory);
    assert.deepEqual(after.of('one'), draft('older'));
    assert.deepEqual(after.of('two'), draft('half a thou'));
  });

  it('survives a second crash before the window was used (T114)', () => {
    const memory = new Memory();
    new Drafts(memory).set('one', draft('kept'));
    const second = new Drafts(memory);
    second.set('other', emptyDraft);
    assert.deepEqual(new Drafts(memory).of('one'), draft('kept'));
  });

  it('gives a conversation’s to the one that stands in its place, unless that has its own', () => {
    const drafts = new Drafts(new Memory());
    drafts.set('gone', draft('half a thou'));
    drafts.carryOver('gone', 'new');
    assert.deepEqual(drafts.of('new'), draft('half a thou'));
    assert.deepEqual(drafts.of('gone'), emptyDraft);
    drafts.set('other', draft('another'));
    drafts.carryOver('other', 'new');
    assert.deepEqual(drafts.of('new'), draft('half a thou'));
    assert.deepEqual(drafts.of('other'), draft('another'));
  });

  it('keeps each conversation’s own', () => {
    const drafts = new Drafts(new Memory());
    drafts.set('one', draft('a'));
    drafts.set('two', draft('b'));
    assert.deepEqual(drafts.of('one'), draft('a'));
    assert.deepEqual(drafts.of('three'), emptyDraft);
  });

  it('empties when it is sent, and tells the other views', () => {
    const drafts = new Drafts(new Memory());
    const told: unknown[] = [];
    drafts.onDidSend((sent) => told.push(sent));
    drafts.set('one', draft('a'));
    drafts.sent('one', draft('a'));
    assert.deepEqual(drafts.of('one'), emptyDraft);
    assert.deepEqual(told, [{ conversation: 'one', draft: draft('a') }]);
  });

  it('keeps what was typed after the prompt was sent', () => {
    const drafts = new Drafts(new Memory());
    drafts.set('one', draft('the next'));
    drafts.sent('one', draft('the first'));
    assert.deepEqual(drafts.of('one'), draft('the next'));
  });

  it('does not fill the editor’s storage', () => {
    const memory = new Memory();
    const drafts = new Drafts(memory);
    for (let i = 0; i < 100; i++) drafts.set(`c${i}`, draft('x'.repeat(50_000)));
    assert.ok(memory.size < 1_000_000, `${memory.size}`);
    drafts.set('huge', draft('y'.repeat(2_000_000)));
    assert.equal(drafts.of('huge').text.length, 2_000_000);
    assert.ok(memory.size < 1_000_000, `${memory.size}`);
  });

  it('takes anything for no draft that is none', () => {
    for (const kept of [null, 'x', { a: 1 }, { a: { text: 3 } }]) {
      const drafts = new Drafts({ get: () => kept, update: () => Promise.resolve() });
      assert.deepEqual(drafts.of('a'), emptyDraft);
    }
  });
});
