import {
  access,
  copyFile,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  truncate,
  writeFile,
} from 'node:fs/promises';
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
import { blobNamesIn } from './blobSweep';
import { OwnerLock } from './ownerLock';

const journalSuffix = '.jsonl';
const lockSuffix = '.lock';
/** A journal as it was before what could not be read was left out of it. */
const damagedSuffix = '.damaged';
const indexName = 'index.jsonl';
/** The index is rewritten when it has this many lines for each entry. */
const indexSlack = 4;
/** Ids are file names: nothing in them may leave the directory. */
const safeId = /^[A-Za-z0-9_-]{1,64}$/;

/** A journal opened in this window. */
export interface OpenJournal {
  /** Whole lines: a last one that is torn, the ordinary mark of a crash, is left out. */
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
  /** One after the other, so that the last line about a conversation is the latest. */
  private indexWork: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly directory: string,
    private readonly log: Logger,
  ) {}

  /**
   * The list, newest first: the index, and the directory's names to notice journals that it lacks (a crash came
   * between the two, or the index was lost). Only those are opened.
   */
  list(): Promise<readonly JournalEntry[]> {
    return this.inTurn(() => this.readList());
  }

  /**
   * Notes what the list shows of a conversation.
   *
   * @throws what the file system says.
   */
  updateEntry(entry: JournalEntry): Promise<void> {
    return this.inTurn(() => this.appendToIndex(entry));
  }

  /**
   * The file of a new conversation. It appears at the first append.
   *
   * @throws where another window has one of the same id, and what the file system says.
   */
  async create(id: string): Promise<JournalFile> {
    await mkdir(this.directory, { recursive: true });
    if (!(await this.lock(id))) throw new Error(`another window owns conversation ${id}`);
    return this.file(id, false);
  }

  /**
   * Undefined where there is no such conversation.
   *
   * @throws what the file system says where there is one that cannot be read.
   */
  async open(id: string): Promise<OpenJournal | undefined> {
    if (!safeId.test(id)) return undefined;
    // The lock first: whoever had it may have written until then.
    const owns = this.owned.has(id) || ((await this.exists(id)) && (await this.lock(id)));
    const bytes = await this.read(id);
    if (bytes === undefined) {
      await this.release(id);
      return undefined;
    }
    const end = await this.endOfLines(id, bytes, owns);
    const text = bytes.toString('utf8', 0, end);
    return { text, file: owns ? this.file(id, !text.endsWith('\n')) : undefined };
  }

  /**
   * Puts other lines in the place of a journal that this window owns: all of them or, where that fails, none.
   *
   * @param keepAsDamaged keeps what was there beside it.
   * @throws what the file system says.
   */
  async rewrite(id: string, lines: string, keepAsDamaged: boolean): Promise<JournalFile> {
    const path = this.journalPath(id);
    const temporary = `${path}.${process.pid}`;
    try {
      if (keepAsDamaged) await copyFile(path, join(this.directory, `${id}${damagedSuffix}`));
      const handle = await open(temporary, 'w', 0o600);
      try {
        await handle.writeFile(lines, 'utf8');
        await handle.datasync();
      } finally {
        await handle.close();
      }
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw error;
    }
    return this.file(id, false);
  }

  /** Names of the bytes that are attached in a conversation; none where it cannot be read. */
  async blobNames(id: string): Promise<ReadonlySet<string>> {
    if (!safeId.test(id)) return new Set();
    const bytes = await this.read(id).catch(() => undefined);
    return blobNamesIn(bytes?.toString('utf8') ?? '');
  }

  /**
   * Deletes a conversation and its files.
   *
   * @returns false where another window owns it: then it stays.
   * @throws what the file system says.
   */
  async delete(id: string): Promise<boolean> {
    if (!safeId.test(id)) return false;
    if (!this.owned.has(id) && (await this.exists(id)) && !(await this.lock(id))) return false;
    await rm(this.journalPath(id), { force: true });
    await rm(join(this.directory, `${id}${damagedSuffix}`), { force: true });
    await this.inTurn(() => this.appendToIndex({ deleted: id }));
    await this.release(id);
    return true;
  }

  /** Gives a conversation back, for another window to own. */
  async release(id: string): Promise<void> {
    if (!this.owned.delete(id)) return;
    await this.lockOf(id).release();
  }

  async dispose(): Promise<void> {
    await this.indexWork;
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

  /** An empty line first: the last one may be torn, and shall take no other with it. */
  private appendToIndex(line: Parameters<typeof encodeIndexEntry>[0]): Promise<void> {
    return this.appendTo(this.indexPath, `\n${encodeIndexEntry(line)}`, false);
  }

  /** Appends all of the text, or nothing where the file system lets that be undone. */
  private async appendTo(path: string, text: string, durable: boolean): Promise<void> {
    await mkdir(this.directory, { recursive: true });
    const handle = await open(path, 'a', 0o600);
    try {
      const { size } = await handle.stat();
      try {
        await handle.appendFile(text, 'utf8');
      } catch (error) {
        await handle.truncate(size).catch(() => undefined);
        throw error;
      }
      if (durable) await handle.datasync();
    } finally {
      await handle.close();
    }
  }

  /** Up to where the bytes are whole lines. What comes after is cut off, where this window owns the file. */
  private async endOfLines(id: string, bytes: Buffer, owns: boolean): Promise<number> {
    const end = bytes.lastIndexOf('\n') + 1;
    const last = bytes.toString('utf8', end);
    if (last === '') return end;
    // All of a line may have come to the disk without its end.
    if (decodeJournalRecord(last) !== undefined) return bytes.length;
    if (!owns) return end;
    try {
      await truncate(this.journalPath(id), end);
      return end;
    } catch {
      return bytes.length;
    }
  }

  private async read(id: string): Promise<Buffer | undefined> {
    try {
      return await readFile(this.journalPath(id));
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    }
  }

  private async exists(id: string): Promise<boolean> {
    return access(this.journalPath(id)).then(
      () => true,
      () => false,
    );
  }

  /** Whether this window now owns the conversation. */
  private async lock(id: string): Promise<boolean> {
    if (this.owned.has(id)) return true;
    const taken = await this.lockOf(id).take();
    if (taken) this.owned.add(id);
    return taken;
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.indexWork.then(work);
    this.indexWork = done.catch(() => undefined);
    return done;
  }

  private async readList(): Promise<readonly JournalEntry[]> {
    const index = decodeIndex(await readFile(this.indexPath, 'utf8').catch(() => ''));
    const missing = await this.entriesMissingFrom(index);
    const complete = decodeIndex(
      [...[...index.entries].reverse(), ...missing].map(encodeIndexEntry).join(''),
    );
    const isBloated = index.lines > index.entries.length * indexSlack + 16;
    if (missing.length > 0 || isBloated) await this.rewriteIndex(complete);
    return complete.entries;
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

  private lockOf(id: string): OwnerLock {
    return new OwnerLock(join(this.directory, `${id}${lockSuffix}`));
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
