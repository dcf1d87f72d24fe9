import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';

/**
 * Where ripgrep is: the one that comes with VS Code, whose place has changed between versions, else the one of the
 * system. Undefined where there is none.
 *
 * @param appRoot `vscode.env.appRoot`.
 */
export async function findRipgrep(appRoot: string): Promise<string | undefined> {
  const name = process.platform === 'win32' ? 'rg.exe' : 'rg';
  const system = `${process.platform}-${process.arch}`;
  const packages = ['node_modules', 'node_modules.asar.unpacked'].flatMap((modules) => [
    path.join(appRoot, modules, '@vscode', 'ripgrep', 'bin'),
    path.join(appRoot, modules, '@vscode', `ripgrep-${system}`, 'bin'),
    path.join(appRoot, modules, '@vscode', 'ripgrep-universal', 'bin', system),
  ]);
  // Only absolute folders: what lies in the workspace is nobody's program.
  const searchPath = (process.env['PATH'] ?? '')
    .split(path.delimiter)
    .filter((folder) => path.isAbsolute(folder));
  for (const folder of [...packages, ...searchPath]) {
    const candidate = path.join(folder, name);
    if (await isProgram(candidate)) return candidate;
  }
  return undefined;
}

async function isProgram(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
