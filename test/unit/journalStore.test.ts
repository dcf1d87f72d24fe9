import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Conversation } from '../../src/core/conversation';
import { ConversationLibrary } from '../../src/node/conversationLibrary';
import { JournalStore } from '../../src/node/journalStore';
import { ManualClock, settle } from './manualClock';
import { SilentLogger } from './silentLogger';

describe('ConversationLibrary on a real disk', () => {
  let directory: string;
  const clock = new ManualClock();

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'caudal-journal-'));
  });

  afterEach(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  function newLibrary(log = new SilentLogger()): ConversationLibrary {
    return new ConversationLibrary(new JournalStore(directory, log), clock, log);
  }

  async function write(id: string, prompt: string): Promise<void> {
    const library = newLibrary();
    const conversation = new Conversation(id, clock.wallNow(), clock);
    library.keep(conversation);
    conversation.addUserTurn(`${id}-u1`, { text: prompt, attachments: [] });
    await library.makeDurable(conversation);
    await library.dispose();
  }

  it('gives a conversation back after the process has gone (T58)', async () => {
    await write('c1', 'Remember me');
    const library = newLibrary();
    const [entry] = await library.list();
    assert.equal(entry?.title, 'Remember me');
    const opened = await library.open('c1');
    assert.equal(opened?.readOnly, false);
    assert.equal(opened.conversation.turn('c1-u1')?.answerText(), 'Remember me');
    await library.dispose();
  });

  it('writes no file for a conversation that was never used', async () => {
    const library = newLibrary();
    library.keep(new Conversation('c1', 0, clock));
    await library.dispose();
    assert.deepEqual(await newLibrary().list(), []);
    await assert.rejects(readFile(join(directory, 'c1.jsonl')));
  });

  it('goes on after a torn last line without losing what comes next (T111)', async () => {
    await write('c1', 'First');
    await appendFile(join(directory, 'c1.jsonl'), '{"v":1,"kind":"patch","patch":{"turn":"to');
    const library = newLibrary();
    const opened = await library.open('c1');
    assert.equal(opened?.badLines, 0);
    opened.conversation.addUserTurn('u2', { text: 'Second', attachments: [] });
    await library.dispose();
    const again = await newLibrary().open('c1');
    assert.deepEqual(
      again?.conversation.turns.map((turn) => turn.answerText()),
      ['First', 'Second'],
    );
    assert.equal(again.badLines, 0);
  });

  it('takes a last line that is whole but for its end', async () => {
    await write('c1', 'First');
    const file = join(directory, 'c1.jsonl');
    await writeFile(file, (await readFile(file, 'utf8')).trimEnd());
    const library = newLibrary();
    const opened = await library.open('c1');
    assert.equal(opened?.conversation.turn('c1-u1')?.answerText(), 'First');
    opened.conversation.addUserTurn('u2', { text: 'Second', attachments: [] });
    await library.dispose();
    assert.equal((await newLibrary().open('c1'))?.conversation.turns.length, 2);
  });

  it('leaves damaged lines out of the file, keeps it beside, and says so once', async () => {
    await write('c1', 'First');
    const file = join(directory, 'c1.jsonl');
    const whole = await readFile(file, 'utf8');
    await writeFile(file, whole.replace('\n', '\nnot a line\n'));
    const library = newLibrary();
    assert.equal((await library.open('c1'))?.badLines, 1);
    await library.dispose();
    assert.match(await readFile(join(directory, 'c1.damaged'), 'utf8'), /not a line/);
    const again = await newLibrary().open('c1');
    assert.equal(again?.badLines, 0);
    assert.equal(again.conversation.turn('c1-u1')?.answerText(), 'First');
  });

  it('leaves alone what it cannot read at all', async () => {
    const file = join(directory, 'c1.jsonl');
    for (const text of ['nothing of ours\n', '{"v":99,"kind":"conversation","id":"c1"}\n']) {
      await writeFile(file, text);
      await assert.rejects(newLibrary().open('c1'), { name: 'UnreadableConversationError' });
      assert.equal(await readFile(file, 'utf8'), text);
    }
  });

  it('writes a journal anew that has grown far beyond its text, and goes on from there', async () => {
    const library = newLibrary();
    const conversation = new Conversation('c1', clock.wallNow(), clock);
    library.keep(conversation);
    conversation.addUserTurn('u1', { text: 'Hello', attachments: [] });
    const turn = conversation.addAssistantTurn('a1', { kind: 'streaming', attempt: 1 });
    const block = turn.openBlock(1, { head: { kind: 'text' } });
    for (let i = 0; i < 1_000; i++) {
      turn.append(block, '.');
      await library.makeDurable(conversation);
    }
    await library.dispose();
    const file = join(directory, 'c1.jsonl');
    const before = (await readFile(file)).length;
    const second = newLibrary();
    const opened = await second.open('c1');
    opened?.conversation.addUserTurn('u2', { text: 'And now?', attachments: [] });
    await second.dispose();
    const after = (await readFile(file)).length;
    assert.ok(after * 10 < before, `${before} bytes became ${after}`);
    const again = await newLibrary().open('c1');
    assert.deepEqual(
      again?.conversation.turns.map((one) => one.answerText()),
      ['Hello', '.'.repeat(1_000), 'And now?'],
    );
    assert.equal(again.badLines, 0);
  });

  it('goes on with an answer that the process did not finish, and reads it whole again (T48)', async () => {
    const first = newLibrary();
    const conversation = new Conversation('c1', clock.wallNow(), clock);
    first.keep(conversation);
    conversation.addUserTurn('u1', { text: 'Hello', attachments: [] });
    const turn = conversation.addAssistantTurn('a1', { kind: 'streaming', attempt: 1 });
    turn.append(turn.openBlock(1, { head: { kind: 'text' } }), 'Half an ');
    await first.makeDurable(conversation);
    await first.dispose();

    const second = newLibrary();
    const back = (await second.open('c1'))?.conversation.turn('a1');
    assert.equal(back?.status.kind, 'interrupted');
    back.setStatus({ kind: 'streaming', attempt: 2 });
    back.reopenBlock(0);
    back.append(0, 'answer');
    back.endBlock(0, 'closed');
    back.setStatus({ kind: 'complete', stopReason: 'end_turn' });
    await second.dispose();

    const third = (await newLibrary().open('c1'))?.conversation.turn('a1');
    assert.equal(third?.answerText(), 'Half an answer');
    assert.equal(third.status.kind, 'complete');
  });

  it('deletes a conversation for good, also while it is being written', async () => {
    await write('c1', 'Gone');
    await writeFile(join(directory, 'c1.damaged'), 'x');
    const library = newLibrary();
    const opened = await library.open('c1');
    for (let i = 0; i < 50; i++) {
      opened?.conversation.addUserTurn(`u${i}`, { text: 'more', attachments: [] });
    }
    assert.equal(await library.delete('c1'), true);
    opened?.conversation.addUserTurn('late', { text: 'late', attachments: [] });
    await library.dispose();
    assert.deepEqual(await readdir(directory), ['index.jsonl']);
    assert.deepEqual(await newLibrary().list(), []);
  });

  it('deletes nothing that another window owns', async () => {
    await write('c1', 'Mine');
    await writeFile(join(directory, 'c1.lock'), String(process.ppid));
    assert.equal(await newLibrary().delete('c1'), false);
    assert.equal((await newLibrary().list()).length, 1);
  });

  it('lists an entry that was written after a torn one', async () => {
    await write('c1', 'One');
    await appendFile(join(directory, 'index.jsonl'), '{"v":1,"id":"c');
    await write('c2', 'Two');
    assert.deepEqual(
      (await newLibrary().list()).map(({ id }) => id),
      ['c2', 'c1'],
    );
  });

  it('draws the list from the index alone, and makes a lost index anew (T14)', async () => {
    await write('c1', 'One');
    await write('c2', 'Two');
    await rm(join(directory, 'c1.jsonl'));
    assert.equal((await newLibrary().list()).length, 2);
    await rm(join(directory, 'index.jsonl'));
    assert.deepEqual(
      (await newLibrary().list()).map((entry) => entry.title),
      ['Two'],
    );
  });

  it('lets one window own a conversation and the other read it', async () => {
    await write('c1', 'Mine');
    // The lock of a process that lives and is not this one.
    await writeFile(join(directory, 'c1.lock'), String(process.ppid));
    const other = newLibrary();
    const opened = await other.open('c1');
    assert.equal(opened?.readOnly, true);
    const before = await readFile(join(directory, 'c1.jsonl'), 'utf8');
    opened.conversation.addUserTurn('u2', { text: 'not written', attachments: [] });
    await other.dispose();
    assert.equal(await readFile(join(directory, 'c1.jsonl'), 'utf8'), before);
  });

  it('takes over the lock of a process that is gone', async () => {
    await write('c1', 'Mine');
    await writeFile(join(directory, 'c1.lock'), '999999999');
    const library = newLibrary();
    assert.equal((await library.open('c1'))?.readOnly, false);
    await library.dispose();
  });

  it('is not held off by the lock of a process whose id went to another one', async function () {
    if (process.platform !== 'linux') return this.skip();
    await write('c1', 'Mine');
    await writeFile(join(directory, 'c1.lock'), `${process.ppid}\n1`);
    const library = newLibrary();
    assert.equal((await library.open('c1'))?.readOnly, false);
    await library.dispose();
  });

  it('tells of many conversations that cannot be written as of one trouble', async function () {
    if (process.platform !== 'linux') return this.skip();
    const library = newLibrary();
    const health: string[] = [];
    const works = new Promise<void>((resolve) => {
      library.onDidChangeHealth((now) => {
        health.push(now.kind);
        if (now.kind === 'ok') resolve();
      });
    });
    for (const id of ['c1', 'c2', 'c3']) {
      await symlink('/dev/full', join(directory, `${id}.jsonl`));
      const conversation = new Conversation(id, 0, clock);
      library.keep(conversation);
      conversation.addUserTurn(`${id}-u1`, { text: 'Hello', attachments: [] });
      await library.makeDurable(conversation);
    }
    assert.deepEqual(health, ['failing']);
    for (const id of ['c1', 'c2', 'c3']) {
      await rm(join(directory, `${id}.jsonl`));
    }
    await clock.advanceAsync(5_000);
    await works;
    assert.deepEqual(health, ['failing', 'ok']);
    await library.dispose();
    assert.equal((await newLibrary().open('c3'))?.conversation.turns.length, 1);
  });

  it('says that the disk is full, and answers all the same', async function () {
    if (process.platform !== 'linux') return this.skip();
    const log = new SilentLogger();
    const library = newLibrary(log);
    const health: string[] = [];
    library.onDidChangeHealth((now) => health.push(now.kind));
    await symlink('/dev/full', join(directory, 'c1.jsonl'));
    const conversation = new Conversation('c1', 0, clock);
    library.keep(conversation);
    conversation.addUserTurn('u1', { text: 'kept in memory', attachments: [] });
    await library.makeDurable(conversation);
    await settle();
    assert.deepEqual(health, ['failing']);
    assert.match(log.messages('error').join('\n'), /ENOSPC/);
    assert.doesNotMatch(log.messages('error').join('\n'), /kept in memory/);
    await library.dispose();
  });

  it('reads nothing outside its directory, whatever the id', async () => {
    assert.equal(await newLibrary().open('../../etc/passwd'), undefined);
  });
});
