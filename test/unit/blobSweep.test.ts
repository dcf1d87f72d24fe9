import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BlobRef } from '../../src/core/blob';
import { Conversation } from '../../src/core/conversation';
import { BlobSweep } from '../../src/node/blobSweep';
import { ConversationLibrary } from '../../src/node/conversationLibrary';
import { FileBlobStore } from '../../src/node/fileBlobStore';
import { JournalStore } from '../../src/node/journalStore';
import { png } from '../fixtures/images';
import { ManualClock } from './manualClock';
import { SilentLogger } from './silentLogger';

const weekMs = 7 * 24 * 60 * 60 * 1_000;

describe('BlobSweep', () => {
  let root: string;
  let now = 1_000_000_000_000;
  let blobs: FileBlobStore;
  let library: ConversationLibrary;
  let sweep: BlobSweep;
  let unwritten = '';
  let released: Promise<void>;
  const clock = new ManualClock();

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'caudal-sweep-'));
    const journals = join(root, 'conversations');
    await mkdir(journals);
    unwritten = '';
    blobs = new FileBlobStore(join(root, 'blobs'), () => now);
    const log = new SilentLogger();
    library = new ConversationLibrary(new JournalStore(journals, log), clock, log);
    sweep = new BlobSweep(
      blobs,
      journals,
      () => unwritten,
      () => now,
    );
    library.onDidReleaseBlobs((names) => {
      released = sweep.release(names);
    });
  });

  afterEach(async () => {
    await library.dispose();
    await rm(root, { recursive: true, force: true });
  });

  async function keepWith(id: string, blob: BlobRef): Promise<void> {
    const conversation = new Conversation(id, 0, clock);
    library.keep(conversation);
    const attachment = { kind: 'image', path: 'a', uri: '', blob, width: 1, height: 1 } as const;
    conversation.addUserTurn(`${id}u`, { text: 'Hi', attachments: [{ attachment, content: '' }] });
    await library.makeDurable(conversation);
  }

  async function files(): Promise<string[]> {
    return (await readdir(join(root, 'blobs'))).map((name) => name.slice(0, 64)).sort();
  }

  it('deletes bytes with the last conversation that uses them', async () => {
    const blob = await blobs.put(png(1, 1), 'image/png');
    await keepWith('c1', blob);
    await keepWith('c2', blob);
    await library.delete('c1');
    await released;
    assert.deepEqual(await files(), [blob.sha256]);
    await library.delete('c2');
    await released;
    assert.deepEqual(await files(), []);
  });

  it('leaves what stands in a composer, and what is too new to be nobody’s', async () => {
    const used = await blobs.put(png(1, 1), 'image/png');
    const drafted = await blobs.put(png(2, 1), 'image/png');
    await blobs.put(png(3, 1), 'image/png');
    await keepWith('c1', used);
    unwritten = JSON.stringify(drafted);
    await sweep.sweep();
    assert.equal((await files()).length, 3);
    now += weekMs + 1;
    const fresh = await blobs.put(png(4, 1), 'image/png');
    await sweep.sweep();
    assert.deepEqual(await files(), [used.sha256, drafted.sha256, fresh.sha256].sort());
  });

  it('deletes nothing where the journals cannot be read', async () => {
    await blobs.put(png(1, 1), 'image/png');
    now += weekMs + 1;
    await rm(join(root, 'conversations'), { recursive: true });
    await assert.rejects(sweep.sweep(), /ENOENT/);
    assert.equal((await files()).length, 1);
  });
});
