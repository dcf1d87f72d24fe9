import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileBlobStore } from '../../src/node/fileBlobStore';
import { png } from '../fixtures/images';

const image = png(3, 2);
const sha256 = createHash('sha256').update(image).digest('hex');

describe('FileBlobStore', () => {
  let root: string;
  let folder: string;
  let now = 1_000_000_000_000;
  let store: FileBlobStore;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'caudal-blobs-'));
    folder = join(root, 'blobs');
    store = new FileBlobStore(folder, () => now);
  });

  afterEach(() => rm(root, { recursive: true, force: true }));

  it('keeps bytes in one file named by their content, however often they are put', async () => {
    const refs = await Promise.all([store.put(image, 'image/png'), store.put(image, 'image/png')]);
    for (const ref of refs) {
      assert.deepEqual(ref, { sha256, mediaType: 'image/png', size: image.length });
    }
    assert.deepEqual(await readdir(folder), [`${sha256}.png`]);
    assert.deepEqual(new Uint8Array(await readFile(join(folder, `${sha256}.png`))), image);
  });

  it('gives them back by reference and by name, and nothing where they are gone', async () => {
    const ref = await store.put(image, 'image/png');
    assert.deepEqual(new Uint8Array((await store.get(ref))!), image);
    assert.deepEqual(new Uint8Array((await store.find(sha256))!), image);
    await rm(store.pathOf(ref));
    assert.equal(await store.get(ref), undefined);
    assert.equal(await store.find(sha256), undefined);
  });

  it('says why it cannot write, and leaves nothing half-written', async () => {
    await writeFile(folder, 'a file where the folder should be');
    await assert.rejects(store.put(image, 'image/png'), /EEXIST|ENOTDIR/);
    await rm(folder);
    if (process.getuid?.() === 0) return;
    await store.put(png(1, 1), 'image/png');
    await chmod(folder, 0o500);
    await assert.rejects(store.put(image, 'image/png'), /EACCES|EPERM/);
    await chmod(folder, 0o700);
    assert.equal((await readdir(folder)).length, 1);
  });

  it('tells what is old by when it was last attached, and removes what a dead process left', async () => {
    const old = await store.put(image, 'image/png');
    const other = await store.put(png(1, 1), 'image/png');
    await writeFile(join(folder, 'x.tmp'), 'half');
    await utimes(join(folder, 'x.tmp'), new Date(now), new Date(now));
    now += 10_000;
    await store.put(png(1, 1), 'image/png');
    assert.deepEqual(await store.olderThan(now), new Set([old.sha256]));
    await store.delete(new Set([old.sha256]));
    assert.deepEqual(await readdir(folder), [`${other.sha256}.png`]);
  });
});
