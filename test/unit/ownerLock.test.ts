import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { OwnerLock } from '../../src/node/ownerLock';

describe('OwnerLock', () => {
  let directory: string;
  let file: string;

  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'caudal-lock-'));
    file = path.join(directory, 'c.lock');
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('is there whole or not at all, and leaves nothing beside it', async () => {
    const lock = new OwnerLock(file);
    const reading = (async () => {
      const seen = new Set<string>();
      for (let n = 0; n < 300; n++) {
        const text = await readFile(file, 'utf8').catch(() => undefined);
        if (text !== undefined) seen.add(text);
      }
      return seen;
    })();
    for (let n = 0; n < 60; n++) {
      assert.equal(await lock.take(), true);
      await lock.release();
    }
    for (const text of await reading) assert.equal(text.split('\n')[0], String(process.pid));
    assert.deepEqual(await readdir(directory), []);
  });

  it('is held in name where it cannot be written', async () => {
    assert.equal(await new OwnerLock(path.join(directory, 'missing', 'c.lock')).take(), true);
  });
});
