import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  decodeIndex,
  encodeIndexEntry,
  type JournalEntry,
  type JournalIndex,
} from '../core/journalIndex';
import { decodeJournalRecord } from '../core/journalRecord';
import type { JournalFile } from '../core/journalWriter';
import type { Logger } from '../core/logger';

const journalSuffix = '.jsonl';
const lockSuffix = '.lock';
const indexName = 'index.jsonl';
/** The index is rewritten when it has this many lines for each entry. */
const indexSlack = 4;
/** Ids are file names: nothing in them may leave the directory. */
const safeId = /^[A-Za-z0-9_-]{1,64}$/;

/** A journal opened in this window. */
export interface OpenJournal {
  readonly text: string;
  /** Undefined while another window owns the conversation: it can be read, not written. */
  readonly file: JournalFile | undefined;
}

/**
 * The conversations on disk: a directory with one append-only file each and an append-only index for the list. One
 * window owns a conversation at a time, by a lock file with its process id.
 */
export class JournalStore {
  private readonly owned = new Set<string>();

  constructor(
    private readonly directory: string,
    private readonly log: Logger,
  ) {}

  /**
   * The list, newest first: the index, and the directory's names to notice journals that it lacks (a crash came
   * between the two, or the index was lost). Only those are opened.
   */
  async list(): Promise<readonly JournalEntry[]> {
    const index = decodeIndex(await readFile(this.indexPath, 'utf8').catch(() => ''));
    const missing = await this.entriesMissingFrom(index);
    const complete = decodeIndex(
      [...[...index.entries].reverse(), ...missing].map(encodeIndexEntry).join(''),
    );
    const isBloated = index.lines > index.entries.length * indexSlack + 16;
    if (missing.length > 0 || isBloated) await this.rewriteIndex(complete);
    return complete.entries;
  }

  /**
   * Notes what the list shows of a conversation.
   *
   * @throws what the file system says.
   */
  async updateEntry(entry: JournalEntry): Promise<void> {
    await this.appendTo(this.indexPath, encodeIndexEntry(entry), false);
  }

  /** The file of a new conversation. It appears at the first append. */
  async create(id: string): Promise<JournalFile> {
    await mkdir(this.directory, { recursive: true });
    await this.lock(id);
    return this.file(id, false);
  }

  /** Undefined where there is no such conversation. */
  async open(id: string): Promise<OpenJournal | undefined> {
    if (!safeId.test(id)) return undefined;
    const text = await readFile(this.journalPath(id), 'utf8').catch(() => undefined);
    if (text === undefined) return undefined;
    const owns = await this.lock(id);
    return { text, file: owns ? this.file(id, !text.endsWith('\n')) : undefined };
  }

  /** Deletes a conversation that this window owns. */
  async delete(id: string): Promise<void> {
    if (!this.owned.has(id)) return;
    await rm(this.journalPath(id), { force: true });
    await this.appendTo(this.indexPath, encodeIndexEntry({ deleted: id }), false);
    await this.release(id);
  }

  /** Gives a conversation back, for another window to own. */
  async release(id: string): Promise<void> {
    if (!this.owned.delete(id)) return;
    await rm(this.lockPath(id), { force: true });
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.owned].map((id) => this.release(id)));
  }

  private file(id: string, torn: boolean): JournalFile {
    // After a torn line the next record begins a line of its own, so that the damage stays with the torn one.
    let needsNewline = torn;
    return {
      append: async (lines, durable): Promise<void> => {
        const text = needsNewline ? `\n${lines}` : lines;
        needsNewline = true;
        await this.appendTo(this.journalPath(id), text, durable);
        needsNewline = false;
      },
    };
  }

  private async appendTo(path: string, text: string, durable: boolean): Promise<void> {
    await mkdir(this.directory, { recursive: true });
    const handle = await open(path, 'a', 0o600);
    try {
      await handle.appendFile(text, 'utf8');
      if (durable) await handle.datasync();
    } finally {
      await handle.close();
    }
  }

  /** Whether this window now owns the conversation. A lock whose process is gone is taken over. */
  private async lock(id: string): Promise<boolean> {
    if (this.owned.has(id)) return true;
    for (let attempt = 0; attempt < 2; attempt++) {
      try {
        await writeFile(this.lockPath(id), String(process.pid), { flag: 'wx', mode: 0o600 });
        this.owned.add(id);
        return true;
      } catch {
        // There is a lock, or the directory cannot be written: the holder decides which.
        const holder = Number(await readFile(this.lockPath(id), 'utf8').catch(() => 'none'));
        if (Number.isNaN(holder)) return true;
        if (holder !== process.pid && isAlive(holder)) return false;
        await rm(this.lockPath(id), { force: true }).catch(() => undefined);
      }
    }
    return false;
  }

  private async entriesMissingFrom(index: JournalIndex): Promise<JournalEntry[]> {
    const listed = new Set(index.entries.map((entry) => `${entry.id}${journalSuffix}`));
    const names = await readdir(this.directory).catch(() => []);
    const missing: JournalEntry[] = [];
    for (const name of names) {
      if (!name.endsWith(journalSuffix) || name === indexName || listed.has(name)) continue;
      const text = await readFile(join(this.directory, name), 'utf8').catch(() => '');
      const entry = entryOf(text);
      if (entry !== undefined) missing.push(entry);
    }
    return missing;
  }

  private async rewriteIndex(index: JournalIndex): Promise<void> {
    const temporary = `${this.indexPath}.${process.pid}`;
    try {
      const oldestFirst = [...index.entries].reverse();
      await writeFile(temporary, oldestFirst.map(encodeIndexEntry).join(''), { mode: 0o600 });
      await rename(temporary, this.indexPath);
    } catch (error) {
      // The list is complete in memory; the next opening tries again.
      this.log.warn(`the index could not be rewritten: ${String(error)}`);
      await rm(temporary, { force: true }).catch(() => undefined);
    }
  }

  private get indexPath(): string {
    return join(this.directory, indexName);
  }

  private journalPath(id: string): string {
    return join(this.directory, `${id}${journalSuffix}`);
  }

  private lockPath(id: string): string {
    return join(this.directory, `${id}${lockSuffix}`);
  }
}

/** What the list needs to know, from the journal itself. */
function entryOf(journal: string): JournalEntry | undefined {
  let entry: JournalEntry | undefined;
  const turns = new Set<string>();
  for (const line of journal.split('\n')) {
    const record = decodeJournalRecord(line);
    if (record?.kind === 'conversation') {
      const { id, createdAt } = record;
      entry ??= { id, createdAt, updatedAt: createdAt, title: '', turns: 0 };
    } else if (record?.kind === 'title' && entry !== undefined) {
      entry = { ...entry, title: record.title };
    } else if (record?.kind === 'patch' && entry !== undefined) {
      turns.add(record.patch.turn);
      entry = { ...entry, updatedAt: Math.max(entry.updatedAt, record.patch.createdAt) };
    }
  }
  return entry === undefined ? undefined : { ...entry, turns: turns.size };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and is somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
