import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileBlobStore } from './fileBlobStore';

/** SHA-256 names, wherever they stand. */
const nameInText = /(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/g;
/** How long bytes that nobody uses are kept, in ms: another window may be about to. */
const graceMs = 7 * 24 * 60 * 60 * 1_000;

/** Names of attached bytes in a journal, a draft, or anything else that is written. */
export function blobNamesIn(text: string): ReadonlySet<string> {
  return new Set(text.match(nameInText));
}

/** Deletes attached bytes with the last conversation that uses them. */
export class BlobSweep {
  constructor(
    private readonly blobs: FileBlobStore,
    /** With the journals of all conversations. */
    private readonly journals: string,
    /** All that this window has and no journal may have yet, as text. */
    private readonly unwritten: () => string,
    private readonly wallNow: () => number,
  ) {}

  /** What was attached long ago and never sent, or belonged to a file that is gone. */
  async sweep(): Promise<void> {
    await this.release(await this.blobs.olderThan(this.wallNow() - graceMs));
  }

  /** Deletes those of these names that nothing uses. Does nothing where a journal cannot be read. */
  async release(names: ReadonlySet<string>): Promise<void> {
    if (names.size === 0) return;
    const unused = new Set(names);
    const keep = (text: string): void => {
      for (const name of blobNamesIn(text)) unused.delete(name);
    };
    keep(this.unwritten());
    for (const file of await readdir(this.journals)) {
      // Damaged ones are kept to be repaired, and with them what they use.
      if (/\.(jsonl|damaged)$/.test(file)) keep(await readFile(join(this.journals, file), 'utf8'));
      if (unused.size === 0) return;
    }
    // Once more: something may have been attached meanwhile.
    keep(this.unwritten());
    await this.blobs.delete(unused);
  }
}
