import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ToolRefusal } from '../../core/tool';
import { fileRefusal } from './fileRefusal';
import { decodeExactly, encode } from './textEncoding';

/** Larger files are not edited as text: the editor does not open them either. In bytes. */
const maxEditableSize = 50 * 1024 * 1024;

/** Where a change is afterwards: `unsaved` in an editor whose earlier changes the person did not save. */
export type ChangePlace = 'disk' | 'unsaved';

/** What tools do to files. Paths are absolute and without links; refusals are `ToolRefusal`. */
export interface FileChanges {
  /** The text as the person has it before them. */
  read(file: string): Promise<string>;
  /** Puts another text in the place of what {@link read} gave, encoding and byte order mark as they were. */
  write(file: string, text: string): Promise<ChangePlace>;
  /** Makes the file and the folders it is in. Refused where there is one. */
  create(file: string, text: string): Promise<void>;
  delete(file: string): Promise<void>;
  /** Refused where there is something under the new name. */
  rename(from: string, to: string): Promise<void>;
}

/** Files as the disk has them. */
export class DiskFiles implements FileChanges {
  async read(file: string): Promise<string> {
    return decodeExactly(await bytesOf(file)).text;
  }

  async write(file: string, text: string): Promise<ChangePlace> {
    const { encoding } = decodeExactly(await bytesOf(file));
    // In place, so that the file keeps its owner, its mode and its other names.
    await asRefusal(() => writeFile(file, encode(text, encoding)));
    return 'disk';
  }

  async create(file: string, text: string): Promise<void> {
    await asRefusal(async () => {
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, text, { flag: 'wx' });
    });
  }

  async delete(file: string): Promise<void> {
    await asRefusal(async () => {
      if ((await stat(file)).isDirectory()) {
        throw new ToolRefusal('This is a folder: only files are deleted.');
      }
      await rm(file);
    });
  }

  /** @throws ToolRefusal where {@link rename} would. */
  async checkRename(from: string, to: string): Promise<void> {
    await asRefusal(() => stat(from));
    if (await exists(to)) throw new ToolRefusal('There is something under the new name already.');
  }

  async rename(from: string, to: string): Promise<void> {
    await this.checkRename(from, to);
    await asRefusal(async () => {
      await mkdir(path.dirname(to), { recursive: true });
      await rename(from, to);
    });
  }
}

/** @throws ToolRefusal for what the file system refuses. */
export async function asRefusal<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw fileRefusal(error);
  }
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

async function bytesOf(file: string): Promise<Uint8Array> {
  return asRefusal(async () => {
    const stats = await stat(file);
    if (stats.isDirectory()) throw new ToolRefusal('This is a folder.');
    if (!stats.isFile()) throw new ToolRefusal('This is no ordinary file.');
    if (stats.size > maxEditableSize) {
      throw new ToolRefusal(
        `The file has ${stats.size} bytes; at most ${maxEditableSize} are edited.`,
      );
    }
    return readFile(file);
  });
}
