import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import ignore, { type Ignore } from 'ignore';
import picomatch from 'picomatch';

/** A file or folder met on the way, links not followed. */
export interface WalkedEntry {
  readonly absolute: string;
  /** Relative to where the walk began, with `/`. */
  readonly relative: string;
  readonly isFolder: boolean;
}

/** What a walk leaves out. */
export interface WalkRules {
  /** Globs as in the setting `files.exclude`, relative to the workspace folder. */
  readonly exclude: readonly string[];
  /** Levels below the beginning; 1 is its own entries. */
  readonly depth: number;
}

interface IgnoreFile {
  /** Relative to the root of the workspace folder, '' for the root. */
  readonly folder: string;
  readonly rules: Ignore;
}

/**
 * The entries below a folder in order of name, folders before what is in them, without what `.gitignore` files and the
 * globs leave out. Links are told and not followed, so that no walk leaves the workspace or goes round.
 *
 * @param root the workspace folder that ignore files and globs are relative to.
 * @throws the signal's reason once it is aborted.
 */
export async function* walkFiles(
  root: string,
  start: string,
  { exclude, depth }: WalkRules,
  signal: AbortSignal,
): AsyncGenerator<WalkedEntry> {
  const isExcluded = globMatcher(exclude);
  const ignores = await ignoreFilesAbove(root, start);
  yield* walk(start, depth, ignores);

  async function* walk(
    folder: string,
    levels: number,
    outer: readonly IgnoreFile[],
  ): AsyncGenerator<WalkedEntry> {
    signal.throwIfAborted();
    // A folder that cannot be read is as good as empty.
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    const own = await ignoreFile(root, folder);
    const rules = own === undefined ? outer : [...outer, own];
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      const absolute = path.join(folder, entry.name);
      const inRoot = slashed(path.relative(root, absolute));
      const isFolder = entry.isDirectory();
      if (entry.name === '.git' || isExcluded(inRoot) || isIgnored(rules, inRoot, isFolder))
        continue;
      yield { absolute, relative: slashed(path.relative(start, absolute)), isFolder };
      if (isFolder && levels > 1) yield* walk(absolute, levels - 1, rules);
    }
  }
}

/** Whether a relative path matches one of the globs, or lies in a folder that does. */
export function globMatcher(globs: readonly string[]): (relative: string) => boolean {
  if (globs.length === 0) return () => false;
  const all = globs.flatMap((glob) => [glob, `${glob}/**`]);
  return picomatch(all, { dot: true });
}

/** As in the editor's boxes: a glob without `/` means a name at any depth. */
export function anyDepthMatcher(glob: string): (relative: string) => boolean {
  return picomatch(glob.includes('/') ? glob.replace(/^\.?\//, '') : `**/${glob}`, { dot: true });
}

/** Whether a `.gitignore` file of the workspace folder leaves the file out, or a folder that it is in. */
export async function isIgnoredFile(root: string, file: string): Promise<boolean> {
  const inRoot = slashed(path.relative(root, file));
  if (inRoot === '' || inRoot.startsWith('../')) return false;
  const rules = await ignoreFilesAbove(root, file);
  const parts = inRoot.split('/');
  return parts.some((_, index) =>
    isIgnored(rules, parts.slice(0, index + 1).join('/'), index < parts.length - 1),
  );
}

async function ignoreFilesAbove(root: string, start: string): Promise<readonly IgnoreFile[]> {
  const parts = path.relative(root, start).split(path.sep).filter(Boolean);
  if (parts[0] === '..') return [];
  const found: IgnoreFile[] = [];
  let folder = root;
  for (const part of parts) {
    const own = await ignoreFile(root, folder);
    if (own !== undefined) found.push(own);
    folder = path.join(folder, part);
  }
  return found;
}

async function ignoreFile(root: string, folder: string): Promise<IgnoreFile | undefined> {
  const text = await readFile(path.join(folder, '.gitignore'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  return { folder: slashed(path.relative(root, folder)), rules: ignore().add(text) };
}

/** The innermost file that says something decides, as in git. */
function isIgnored(files: readonly IgnoreFile[], inRoot: string, isFolder: boolean): boolean {
  for (const { folder, rules } of files.toReversed()) {
    const relative = folder === '' ? inRoot : inRoot.slice(folder.length + 1);
    if (relative === '' || relative.startsWith('..')) continue;
    const { ignored, unignored } = rules.test(isFolder ? `${relative}/` : relative);
    if (ignored) return true;
    if (unignored) return false;
  }
  return false;
}

function slashed(relative: string): string {
  return relative.split(path.sep).join('/');
}
