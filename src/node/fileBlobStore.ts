import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { blobFileName, blobMediaTypes, type BlobRef, type BlobStore } from '../core/blob';

const blobFile = /^([0-9a-f]{64})\.[a-z]+$/;

/** Bytes in a folder, one file each, named by their content: a file that is there is whole. */
export class FileBlobStore implements BlobStore {
  constructor(
    readonly folder: string,
    private readonly wallNow: () => number,
  ) {}

  /** @throws what the file system says (ENOSPC, EROFS, …). */
  async put(data: Uint8Array, mediaType: string): Promise<BlobRef> {
    const sha256 = createHash('sha256').update(data).digest('hex');
    const ref: BlobRef = { sha256, mediaType, size: data.byteLength };
    const path = this.pathOf(ref);
    // The time says when it was last attached: what is new is not swept away.
    const now = new Date(this.wallNow());
    if (await isThere(path)) {
      await utimes(path, now, now).catch(() => undefined);
      return ref;
    }
    await mkdir(this.folder, { recursive: true });
    const temporary = join(this.folder, `${randomUUID()}.tmp`);
    try {
      const file = await open(temporary, 'wx', 0o600);
      try {
        await file.writeFile(data);
        await file.utimes(now, now);
        await file.datasync();
      } finally {
        await file.close();
      }
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw error;
    }
    return ref;
  }

  async get(ref: BlobRef): Promise<Uint8Array | undefined> {
    return readIfThere(this.pathOf(ref));
  }

  /** The bytes of this name, whatever their type; undefined where they are gone. */
  async find(sha256: string): Promise<Uint8Array | undefined> {
    for (const mediaType of [...blobMediaTypes, '']) {
      const data = await readIfThere(this.pathOf({ sha256, mediaType }));
      if (data !== undefined) return data;
    }
    return undefined;
  }

  /** Where the file is, or would be. */
  pathOf(ref: Pick<BlobRef, 'sha256' | 'mediaType'>): string {
    return join(this.folder, blobFileName(ref));
  }

  /** Names (SHA-256) of what was last attached before a time in ms since the epoch. */
  async olderThan(time: number): Promise<ReadonlySet<string>> {
    const older = new Set<string>();
    for (const name of await readdir(this.folder).catch(() => [])) {
      const path = join(this.folder, name);
      const changedAt = (await stat(path).catch(() => undefined))?.mtimeMs;
      if (changedAt === undefined || changedAt >= time) continue;
      const sha256 = blobFile.exec(name)?.[1];
      if (sha256 !== undefined) older.add(sha256);
      // Left behind by a process that ended while it wrote.
      else if (name.endsWith('.tmp')) await rm(path, { force: true }).catch(() => undefined);
    }
    return older;
  }

  /** Deletes the bytes of these names. */
  async delete(names: ReadonlySet<string>): Promise<void> {
    for (const file of await readdir(this.folder).catch(() => [])) {
      if (names.has(blobFile.exec(file)?.[1] ?? ''))
        await rm(join(this.folder, file), { force: true });
    }
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
