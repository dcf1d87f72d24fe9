import { createHash } from 'node:crypto';
import { appendFile, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isJsonObject, parseJson, stringMember } from '../../core/json';
import { ToolRefusal } from '../../core/tool';
import type { FileChanges } from './fileChanges';
import type { UnsavedText } from './readFileTool';
import { decodeExactly, encode } from './textEncoding';

export interface CheckpointLimits {
  /** A larger file is not kept, in bytes. */
  readonly maxFileSize: number;
  /** All of a conversation's together; beyond it the oldest are let go, in bytes. */
  readonly maxTotalSize: number;
}

export const checkpointLimits: CheckpointLimits = {
  maxFileSize: 5 * 1024 * 1024,
  maxTotalSize: 64 * 1024 * 1024,
};

/** A file that tools changed, from one turn on until now. */
export interface ChangedFile {
  /** Absolute. */
  readonly file: string;
  readonly before: KeptContent;
  /** Whether it is not as the last tool left it: then somebody else changed it, and restoring would undo that too. */
  readonly isChangedSince: boolean;
}

export type KeptContent =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** There was no file. */
  | { readonly kind: 'absent' }
  /** It was too large, or has been let go. */
  | { readonly kind: 'notKept' };

/** What to do with files that somebody else changed since: `undefined` restores nothing. */
export type AskOverwrite = (
  files: readonly ChangedFile[],
) => Promise<'overwrite' | 'skip' | undefined>;

export interface RestoreReport {
  readonly restored: readonly string[];
  /** Left as they are: changed since, or no longer kept. */
  readonly skipped: readonly string[];
}

/** One line of the index: what a file was before and after one change. Hashes of contents, or what stands for none. */
interface Change {
  readonly turn: string;
  readonly file: string;
  readonly before: string;
  readonly after: string;
}

const absent = 'absent';
const notKept = 'notKept';
const indexName = 'changes.jsonl';

/**
 * What files were before the tools of a conversation changed them. Git is not touched: contents are kept in a folder of
 * our own, each once, named by its hash; an index that only grows says which change had which.
 */
export class Checkpoints {
  /** Changes come one after the other, so that each sees what the one before it left. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly folder: string,
    private readonly files: FileChanges & UnsavedText,
    private readonly limits: CheckpointLimits = checkpointLimits,
    /** Of what `.gitignore` ignores no copy is made: it is what can be made again, or what nobody should have. */
    private readonly isIgnored: (file: string) => Promise<boolean> = () => Promise.resolve(false),
  ) {}

  /** The files, but what a change is about to take away is kept first. @param turn the turn that a change belongs to. */
  watched(turn: () => string): FileChanges {
    const { files } = this;
    const keeping = <T>(touched: readonly string[], change: () => Promise<T>): Promise<T> =>
      this.inTurn(() => this.keep(turn(), touched, change));
    return {
      read: (file) => files.read(file),
      write: (file, text) => keeping([file], () => files.write(file, text)),
      create: (file, text) => keeping([file], () => files.create(file, text)),
      delete: (file) => keeping([file], () => files.delete(file)),
      rename: (from, to) => keeping([from, to], () => files.rename(from, to)),
    };
  }

  /** The turns that changed something, oldest first. */
  async turns(): Promise<readonly string[]> {
    return [...new Set((await this.changes()).map(({ turn }) => turn))];
  }

  /** What was changed in a turn and after it; in the whole conversation where none is named. */
  async changedSince(turn?: string): Promise<readonly ChangedFile[]> {
    const changes = await this.changes();
    const first = turn === undefined ? 0 : changes.findIndex((change) => change.turn === turn);
    const spans = new Map<string, { before: string; after: string }>();
    for (const { file, before, after } of first === -1 ? [] : changes.slice(first)) {
      spans.set(file, { before: spans.get(file)?.before ?? before, after });
    }
    const found = await Promise.all(
      [...spans].map(async ([file, { before, after }]): Promise<readonly ChangedFile[]> => {
        const now = nameOf(await this.contentOf(file));
        // It came to nothing: made and deleted again, or put back.
        if (before === now && before !== notKept) return [];
        return [{ file, before: await this.kept(before), isChangedSince: now !== after }];
      }),
    );
    return found.flat();
  }

  /**
   * Puts files back to what they were before the turn, or before the first where none is named. What was changed since by
   * others is asked about first.
   *
   * @param only this file; all that were changed where it is missing.
   */
  restore(
    turn: string | undefined,
    ask: AskOverwrite,
    only?: string,
  ): Promise<RestoreReport | undefined> {
    return this.inTurn(async () => {
      const changed = (await this.changedSince(turn)).filter(
        ({ file }) => only === undefined || file === only,
      );
      const others = changed.filter(({ isChangedSince }) => isChangedSince);
      const answer = others.length === 0 ? 'overwrite' : await ask(others);
      if (answer === undefined) return undefined;
      const restored: string[] = [];
      const skipped: string[] = [];
      for (const { file, before, isChangedSince } of changed) {
        const isWanted = before.kind !== 'notKept' && (!isChangedSince || answer === 'overwrite');
        if (!isWanted) {
          skipped.push(file);
          continue;
        }
        // Restoring is a change as any other: it can be undone by the same way.
        await this.keep(`restore of ${turn ?? 'all'}`, [file], () => this.putBack(file, before));
        restored.push(file);
      }
      return { restored, skipped };
    });
  }

  private inTurn<T>(action: () => Promise<T>): Promise<T> {
    const result = this.last.then(action);
    this.last = result.catch(() => undefined);
    return result;
  }

  private async keep<T>(
    turn: string,
    touched: readonly string[],
    change: () => Promise<T>,
  ): Promise<T> {
    const before = await Promise.all(touched.map((file) => this.contentOf(file)));
    await Promise.all(before.map((content) => this.store(content)));
    const result = await change();
    for (const [index, file] of touched.entries()) {
      const was = before[index] ?? { kind: 'notKept' };
      const after = nameOf(await this.contentOf(file));
      await this.append({ turn, file, before: nameOf(was), after });
    }
    await this.letGo();
    return result;
  }

  private async putBack(file: string, before: KeptContent): Promise<void> {
    if (before.kind === 'notKept') return;
    const now = await this.contentOf(file);
    if (before.kind === 'absent') {
      if (now.kind !== 'absent') await this.files.delete(file);
      return;
    }
    if (now.kind === 'bytes') {
      const text = textOf(before.bytes);
      // Through the editor where it can be, so that an open file shows it.
      if (text !== undefined && textOf(now.bytes) !== undefined) {
        await this.files.write(file, text);
        return;
      }
    }
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, before.bytes);
  }

  /** The file as the person has it: what is in the editor, in the encoding that the disk has. */
  private async contentOf(file: string): Promise<KeptContent> {
    const stats = await stat(file).catch(() => undefined);
    if (stats === undefined) return { kind: 'absent' };
    if (!stats.isFile() || stats.size > this.limits.maxFileSize) return { kind: 'notKept' };
    if (await this.isIgnored(file)) return { kind: 'notKept' };
    const bytes = await readFile(file).catch(() => undefined);
    if (bytes === undefined) return { kind: 'notKept' };
    const unsaved = this.files.unsavedText(file);
    if (unsaved === undefined) return { kind: 'bytes', bytes };
    try {
      return { kind: 'bytes', bytes: encode(unsaved, decodeExactly(bytes).encoding) };
    } catch (error) {
      if (!ToolRefusal.is(error)) throw error;
      return { kind: 'notKept' };
    }
  }

  private async store(content: KeptContent): Promise<void> {
    if (content.kind !== 'bytes') return;
    await mkdir(this.folder, { recursive: true });
    const target = path.join(this.folder, nameOf(content));
    await writeFile(target, content.bytes, { flag: 'wx', mode: 0o600 }).catch((error: unknown) => {
      // The same content is kept already.
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    });
  }

  private async kept(name: string): Promise<KeptContent> {
    if (name === absent) return { kind: 'absent' };
    if (name === notKept) return { kind: 'notKept' };
    const bytes = await readFile(path.join(this.folder, name)).catch(() => undefined);
    // A torn file is worse than none.
    if (bytes === undefined || nameOf({ kind: 'bytes', bytes }) !== name)
      return { kind: 'notKept' };
    return { kind: 'bytes', bytes };
  }

  private async append(change: Change): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const line = `${JSON.stringify(change)}\n`;
    await appendFile(path.join(this.folder, indexName), line, { mode: 0o600 });
  }

  private async changes(): Promise<readonly Change[]> {
    const text = await readFile(path.join(this.folder, indexName), 'utf8').catch(() => '');
    return text.split('\n').flatMap((line) => {
      const change = parseChange(parseJson(line));
      return change === undefined ? [] : [change];
    });
  }

  /** Oldest first, until the rest is within the limit. The index stays: it says that something was there. */
  private async letGo(): Promise<void> {
    const names = new Set((await this.changes()).map(({ before }) => before).reverse());
    let total = 0;
    for (const name of names) {
      const target = path.join(this.folder, name);
      total += (await stat(target).catch(() => undefined))?.size ?? 0;
      if (total > this.limits.maxTotalSize) await rm(target, { force: true });
    }
  }
}

function nameOf(content: KeptContent): string {
  if (content.kind !== 'bytes') return content.kind;
  return createHash('sha256').update(content.bytes).digest('hex');
}

/** A name goes into a path: only a hash, or what stands for none, is taken from the disk. */
function parseChange(value: unknown): Change | undefined {
  if (!isJsonObject(value)) return undefined;
  const turn = stringMember(value, 'turn');
  const file = stringMember(value, 'file');
  const before = stringMember(value, 'before');
  const after = stringMember(value, 'after');
  const isName = (name: string): boolean => /^([0-9a-f]{64}|absent|notKept)$/.test(name);
  if (turn === undefined || file === undefined || before === undefined || after === undefined) {
    return undefined;
  }
  return isName(before) && isName(after) ? { turn, file, before, after } : undefined;
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return decodeExactly(bytes).text;
  } catch (error) {
    if (!ToolRefusal.is(error)) throw error;
    return undefined;
  }
}
