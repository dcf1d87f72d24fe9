import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Conversation } from '../../src/core/conversation';
import { JournalReader } from '../../src/core/journalReader';
import { JournalWriter, type JournalFile } from '../../src/core/journalWriter';
import { restoreConversation, type Restoration } from '../../src/core/restoreConversation';
import type { TurnDocument } from '../../src/core/turnDocument';
import { ManualClock, settle } from './manualClock';

/** A file in memory that can be made to fail, as a full disk does: after some of the bytes. */
class MemoryFile implements JournalFile {
  text = '';
  appends = 0;
  failing = false;
  private torn = false;

  append(lines: string): Promise<void> {
    this.appends++;
    const text = this.torn ? `\n${lines}` : lines;
    if (this.failing) {
      this.text += text.slice(0, text.length / 2);
      this.torn = true;
      return Promise.reject(new Error('ENOSPC'));
    }
    this.torn = false;
    this.text += text;
    return Promise.resolve();
  }
}

function content(conversation: Conversation): unknown {
  return conversation.turns.map((turn) => ({
    id: turn.id,
    role: turn.role,
    status: turn.status,
    meta: turn.meta,
    blocks: turn.blocks.map((block) => ({
      head: block.head,
      raw: block.raw,
      attempt: block.attempt,
      text: block.text.toString(),
      state: block.state,
      signature: block.signature,
      citations: block.citations,
      unknownDeltas: block.unknownDeltas,
    })),
  }));
}

function restoration(journal: string): Restoration {
  const found = restoreConversation(journal, new ManualClock());
  assert.ok(typeof found === 'object', 'the journal is readable');
  return found;
}

function restored(journal: string): Conversation {
  return restoration(journal).conversation;
}

function streamingTurn(conversation: Conversation): TurnDocument {
  conversation.addUserTurn('u1', { text: 'Hello', attachments: [] });
  return conversation.addAssistantTurn('a1', { kind: 'streaming', attempt: 1 });
}

describe('JournalWriter', () => {
  let clock: ManualClock;
  let conversation: Conversation;
  let file: MemoryFile;
  let writer: JournalWriter;

  beforeEach(() => {
    clock = new ManualClock();
    conversation = new Conversation('c1', clock.wallNow(), clock);
    file = new MemoryFile();
    writer = new JournalWriter(conversation, file, clock);
  });

  afterEach(() => {
    writer.dispose();
    assert.equal(clock.pendingTimers, 0);
  });

  it('has the prompt on disk when flush resolves (T47)', async () => {
    conversation.addUserTurn('u1', { text: 'Do not lose me', attachments: [] });
    await writer.flush(true);
    assert.match(file.text, /Do not lose me/);
  });

  it('writes streamed text within 150 ms, however many deltas bring it (T10)', async () => {
    const turn = streamingTurn(conversation);
    const block = turn.openBlock(1, { head: { kind: 'text' } });
    await settle();
    const before = file.appends;
    for (let i = 0; i < 1_000; i++) turn.append(block, `word${i} `);
    await clock.advanceAsync(149);
    assert.equal(file.appends, before);
    await clock.advanceAsync(1);
    assert.equal(file.appends, before + 1);
    assert.equal(
      restored(file.text).turn('a1')?.blocks[0]?.text.toString().endsWith('word999 '),
      true,
    );
  });

  it('writes the end of a block and of a turn at once (T46)', async () => {
    const turn = streamingTurn(conversation);
    const block = turn.openBlock(1, { head: { kind: 'text' } });
    turn.append(block, 'last words');
    turn.endBlock(block, 'closed');
    turn.setStatus({ kind: 'complete', stopReason: 'end_turn' });
    await settle();
    await settle();
    assert.deepEqual(content(restored(file.text)), content(conversation));
  });

  it('writes nothing any more once it was ended, whatever was under way', async () => {
    const turn = streamingTurn(conversation);
    const block = turn.openBlock(1, { head: { kind: 'text' } });
    file.failing = true;
    turn.endBlock(block, 'closed');
    await writer.end();
    await settle();
    const { appends } = file;
    turn.setStatus({ kind: 'stopped' });
    await clock.advanceAsync(10_000);
    assert.equal(file.appends, appends);
  });

  it('says that writing fails, loses nothing meanwhile, and goes on when it works again', async () => {
    const health: string[] = [];
    writer.onDidChangeHealth((now) => health.push(now.kind));
    const turn = streamingTurn(conversation);
    const block = turn.openBlock(1, { head: { kind: 'text' } });
    await writer.flush();
    file.failing = true;
    turn.append(block, 'while the disk was full, ');
    await clock.advanceAsync(300);
    assert.deepEqual(health, ['failing']);
    await assert.rejects(writer.flush());
    file.failing = false;
    turn.append(block, 'and after');
    turn.endBlock(block, 'closed');
    turn.setStatus({ kind: 'complete', stopReason: 'end_turn' });
    await clock.advanceAsync(5_000);
    assert.deepEqual(health, ['failing', 'ok']);
    assert.deepEqual(content(restored(file.text)), content(conversation));
  });
});

describe('restoreConversation', () => {
  const clock = new ManualClock();

  it('shows a turn that was under way as interrupted, with its text (T48, T58)', () => {
    const conversation = new Conversation('c1', 0, clock);
    const turn = streamingTurn(conversation);
    const thinking = turn.openBlock(1, { head: { kind: 'thinking' }, raw: { type: 'thinking' } });
    turn.append(thinking, 'hm');
    turn.setSignature(thinking, 'c2lnbmF0dXJl+/==');
    turn.endBlock(thinking, 'closed');
    turn.append(turn.openBlock(1, { head: { kind: 'text' } }), 'Half an ans');
    const back = restored(new JournalReader(conversation).read().lines).turn('a1');
    assert.equal(back?.status.kind, 'interrupted');
    assert.equal(back.blocks[0]?.signature, 'c2lnbmF0dXJl+/==');
    assert.equal(back.blocks[1]?.text.toString(), 'Half an ans');
    assert.equal(back.blocks[1].state, 'cut');
  });

  it('keeps every other turn when a line is corrupt', () => {
    const conversation = new Conversation('c1', 0, clock);
    const reader = new JournalReader(conversation);
    let journal = '';
    for (const id of ['u1', 'u2', 'u3']) {
      conversation.addUserTurn(id, { text: `prompt ${id}`, attachments: [] });
      const reading = reader.read();
      journal += reading.lines;
      reader.keep(reading.cursor);
    }
    const damaged = journal.replace(/"prompt u2"/, '"prompt u2');
    const found = restoration(damaged);
    assert.equal(found.badLines, 1);
    assert.deepEqual(
      found.conversation.turns.map((turn) => turn.id),
      ['u1', 'u3'],
    );
  });

  it('takes nothing of a journal that a newer version wrote, nor of one without its first line', () => {
    const conversation = new Conversation('c1', 0, clock);
    conversation.addUserTurn('u1', { text: 'Hello', attachments: [] });
    const { lines } = new JournalReader(conversation).read();
    const newer = '{"v":2,"kind":"conversation","id":"c1"}\n';
    assert.equal(restoreConversation(lines + newer, clock), 'newer');
    assert.equal(restoreConversation(lines.slice(lines.indexOf('\n') + 1), clock), 'damaged');
  });

  it('forgets a turn that was taken away', () => {
    const conversation = new Conversation('c1', 0, clock);
    const reader = new JournalReader(conversation);
    conversation.addUserTurn('u1', { text: 'one', attachments: [] });
    conversation.addUserTurn('u2', { text: 'two', attachments: [] });
    const first = reader.read();
    reader.keep(first.cursor);
    conversation.removeTurn('u1');
    const back = restored(first.lines + reader.read().lines);
    assert.deepEqual(
      back.turns.map((turn) => turn.id),
      ['u2'],
    );
  });

  it('gives back what was written, whenever it was read and wherever the file was torn', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('append' as const), text: fc.string({ unit: 'grapheme' }) }),
      fc.constant({ kind: 'open' as const }),
      fc.constant({ kind: 'close' as const }),
      fc.constant({ kind: 'flush' as const }),
      fc.constant({ kind: 'drop' as const }),
    );
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (steps, tear) => {
          const conversation = new Conversation('c1', 0, clock);
          const turn = streamingTurn(conversation);
          const reader = new JournalReader(conversation);
          let journal = '';
          const flushed: { length: number; text: string }[] = [];
          const flush = (): void => {
            const reading = reader.read();
            journal += reading.lines;
            reader.keep(reading.cursor);
            flushed.push({ length: journal.length, text: turn.answerText() });
          };
          flush();
          let block = turn.openBlock(1, { head: { kind: 'text' } });
          for (const action of steps) {
            if (action.kind === 'append') turn.append(block, action.text);
            else if (action.kind === 'open') block = turn.openBlock(1, { head: { kind: 'text' } });
            else if (action.kind === 'close') turn.endBlock(block, 'closed');
            else if (action.kind === 'drop') turn.endBlock(block, 'dropped');
            else flush();
          }
          flush();
          const first = flushed[0]?.length ?? 0;
          const cut = first + Math.floor((journal.length - first) * tear);
          const safe = flushed.filter((entry) => entry.length <= cut).at(-1);
          const back = restored(journal.slice(0, cut)).turn('a1');
          // A tear may leave a whole last line without its newline: then one more flush survived.
          const next = flushed.find((entry) => entry.length > cut);
          assert.ok([safe?.text, next?.text].includes(back?.answerText() ?? ''));
          assert.equal(restored(journal).turn('a1')?.answerText(), turn.answerText());
        },
      ),
      { numRuns: 300 },
    );
  });
});
