import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
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
    assert.equal(opened?.badLines, 1);
    opened.conversation.addUserTurn('u2', { text: 'Second', attachments: [] });
    await library.dispose();
    const again = await newLibrary().open('c1');
    assert.deepEqual(
      again?.conversation.turns.map((turn) => turn.answerText()),
      ['First', 'Second'],
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
