import { lstat, realpath } from 'node:fs/promises';
import path from 'node:path';
import { isSecretPath } from '../../core/secretName';
import { ToolRefusal, type ToolPath } from '../../core/tool';

/** A folder of the workspace. */
export interface WorkspaceFolder {
  readonly name: string;
  /** Absolute, as the editor has it. */
  readonly path: string;
}

/** A path that a model asked for, and what it really is. */
export interface ResolvedPath extends ToolPath {
  /** Where the file is, without links: what to open. */
  readonly absolute: string;
  /** Relative to the folder of the workspace it is in; undefined outside. */
  readonly folder: string | undefined;
}

/** What of it a person is asked about. */
export function toolPath({ path: shown, inWorkspace, isSecret }: ResolvedPath): ToolPath {
  return { path: shown, inWorkspace, isSecret };
}

/** Names that Windows gives to devices, with any extension. */
const deviceName = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\.|$)/i;

/**
 * The one way from a path that a model wrote to a file. What a path leads to is decided after all of its links are
 * followed; whether it may be used is the policy's business, so that a path outside the workspace is not refused here but
 * told. Only what can mean nothing good is refused.
 */
export class WorkspacePaths {
  constructor(private readonly folders: () => readonly WorkspaceFolder[]) {}

  /** The folder that relative paths begin at. @throws ToolRefusal where no folder is open. */
  get root(): string {
    const [first] = this.folders();
    if (first === undefined) throw new ToolRefusal('No folder is open in the editor.');
    return first.path;
  }

  get roots(): readonly string[] {
    return this.folders().map((folder) => folder.path);
  }

  /**
   * Follows the links of the path, as far as it exists.
   *
   * @throws ToolRefusal where the path cannot be meant: NUL, an encoded separator, a device, a link that leads round.
   */
  async resolve(asked: string): Promise<ResolvedPath> {
    refuseTrickery(asked);
    const lexical = this.absolute(asked);
    const absolute = await realpathOfNearest(lexical);
    const place = await this.locate(absolute);
    const inWorkspace = place !== undefined;
    const shown = place?.shown ?? absolute.split(path.sep).join('/');
    return {
      absolute,
      path: shown,
      inWorkspace,
      folder: place?.folder,
      // A link may have a harmless name, or be the harmless end of a name that is not.
      isSecret: isSecretPath(asked.split(path.sep).join('/')) || isSecretPath(shown),
    };
  }

  /** As the person and the model see it: relative to the workspace where it is in it. Links are not followed. */
  shown(absolute: string): string {
    const folders = this.folders();
    const folder = folders.find((candidate) => isWithin(candidate.path, absolute));
    if (folder === undefined) return absolute.split(path.sep).join('/');
    return shownIn(folder, folder.path, absolute, folders.length);
  }

  private absolute(asked: string): string {
    if (path.isAbsolute(asked)) return path.resolve(asked);
    const folders = this.folders();
    const [first = '', ...rest] = asked.split(/[/\\]/);
    const named = folders.length > 1 ? folders.find(({ name }) => name === first) : undefined;
    return named === undefined ? path.resolve(this.root, asked) : path.resolve(named.path, ...rest);
  }

  private async locate(absolute: string): Promise<{ folder: string; shown: string } | undefined> {
    const folders = this.folders();
    for (const folder of folders) {
      // The workspace itself may be opened through a link.
      const real = await realpath(folder.path).catch(() => folder.path);
      if (isWithin(real, absolute)) {
        return { folder: real, shown: shownIn(folder, real, absolute, folders.length) };
      }
    }
    return undefined;
  }
}

function shownIn(
  { name }: WorkspaceFolder,
  folder: string,
  absolute: string,
  count: number,
): string {
  const relative = path.relative(folder, absolute).split(path.sep).join('/');
  if (count === 1) return relative === '' ? '.' : relative;
  return relative === '' ? name : `${name}/${relative}`;
}

function isWithin(folder: string, absolute: string): boolean {
  const relative = path.relative(folder, absolute);
  return relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

/** What is refused on every system, so that a workspace behaves the same wherever it is opened. */
function refuseTrickery(asked: string): void {
  if (asked === '') throw new ToolRefusal('The path is empty.');
  if (asked.length > 4096) throw new ToolRefusal('The path is too long.');
  if (/[\u0000-\u001f\u007f]/.test(asked)) {
    throw new ToolRefusal('The path has a control character in it.');
  }
  if (/%(2e|2f|5c|00|25)/i.test(asked)) {
    throw new ToolRefusal('The path is percent-encoded: write it as it is on the disk.');
  }
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(asked)) {
    throw new ToolRefusal('This is an address, not a path.');
  }
  if (/^~(\/|$)/.test(asked)) throw new ToolRefusal('"~" is not expanded: write the whole path.');
  if (/^[\\/]{2}/.test(asked)) {
    throw new ToolRefusal('Network and device paths are not used.');
  }
  const isWindowsPath = process.platform === 'win32';
  if (!isWindowsPath && asked.includes('\\')) {
    throw new ToolRefusal('Write the path with "/" between its parts.');
  }
  const parts = asked.split(/[/\\]/).filter((part) => part !== '' && !/^\.{1,2}$/.test(part));
  const [drive] = parts;
  for (const part of parts) {
    if (deviceName.test(part)) throw new ToolRefusal(`"${part}" is the name of a device.`);
    // Windows drops these, so that the name would be another file's there.
    if (/[. ]$/.test(part)) throw new ToolRefusal(`"${part}" ends with a dot or a space.`);
    const isDrive = part === drive && /^[a-z]:/i.test(part);
    if (isDrive ? !isWindowsPath || part.length > 2 : isWindowsPath && part.includes(':')) {
      throw new ToolRefusal(`"${part}" has a colon in it.`);
    }
  }
}

/** The real path of the nearest parent that exists, and the rest as it was written. */
async function realpathOfNearest(lexical: string): Promise<string> {
  const rest: string[] = [];
  let current = lexical;
  for (;;) {
    try {
      return path.join(await realpath(current), ...rest);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code === 'ELOOP') throw new ToolRefusal('A link in the path leads round in a circle.');
      if (code === 'EACCES') throw new ToolRefusal('A folder in the path cannot be read.');
      if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
      // A link that leads nowhere yet would be followed when the file is written.
      if ((await lstat(current).catch(() => undefined))?.isSymbolicLink() === true) {
        throw new ToolRefusal('A link in the path leads to nothing.');
      }
      const parent = path.dirname(current);
      if (parent === current) return lexical;
      rest.unshift(path.basename(current));
      current = parent;
    }
  }
}
