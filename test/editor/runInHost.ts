import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { readIfThere, startEditor } from './editorSession';
import type { HostReport } from './inHostReport';
import { provisionDesktopEditor } from './provision/desktopEditor';
import type { EditorVersion } from './provision/editorVersion';
import { outRoot, repositoryRoot } from './provision/paths';

/** How long a run in the extension host may take, in ms: a bound against hanging. */
const patienceMs = 600_000;
const suitesFolder = path.join(repositoryRoot, 'test', 'editor', 'inHost');

/**
 * Runs the suites of `test/editor/inHost` inside the extension host of a real VS Code, and brings back what they said.
 *
 * @throws when the host ends, or never says that it is done.
 */
export async function runInHost(version: EditorVersion, grep?: string): Promise<HostReport> {
  const testsPath = await bundleSuites();
  const folder = await mkdtemp(path.join(tmpdir(), 'caudal-host-'));
  const results = path.join(folder, 'results.json');
  const env = {
    CAUDAL_TEST_RESULTS: results,
    ...(grep === undefined ? {} : { CAUDAL_TEST_GREP: grep }),
  };
  try {
    const desktop = await provisionDesktopEditor(version);
    if (desktop === undefined) await runServed(version, testsPath, env, results);
    else await runDesktop(desktop, testsPath, env, folder);
    const text = await readIfThere(results);
    if (text === undefined) throw new Error('The extension host ended without a result');
    return JSON.parse(text) as HostReport;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runServed(
  version: EditorVersion,
  testsPath: string,
  env: Readonly<Record<string, string>>,
  results: string,
): Promise<void> {
  const session = await startEditor({ version, testsPath, env });
  try {
    const until = Date.now() + patienceMs;
    while ((await readIfThere(results)) === undefined) {
      if (Date.now() > until) {
        throw new Error(`The extension host did not finish. The server said:\n${session.log}`);
      }
      await session.page.waitForTimeout(250);
    }
  } finally {
    await session.dispose();
  }
}

async function runDesktop(
  vscodeExecutablePath: string,
  extensionTestsPath: string,
  extensionTestsEnv: Readonly<Record<string, string>>,
  folder: string,
): Promise<void> {
  const { runTests } = await import('@vscode/test-electron');
  const workspace = path.join(folder, 'workspace');
  await mkdir(workspace);
  await runTests({
    vscodeExecutablePath,
    extensionDevelopmentPath: repositoryRoot,
    extensionTestsPath,
    extensionTestsEnv,
    launchArgs: [workspace, '--user-data-dir', path.join(folder, 'user'), '--disable-extensions'],
  });
}

/** One bundle with mocha's suites in it: the host loads a single file, on every version alike. */
async function bundleSuites(): Promise<string> {
  const names = (await readdir(suitesFolder)).filter((name) => name.endsWith('.test.ts')).sort();
  const outfile = path.join(outRoot, 'inHost.js');
  await build({
    stdin: {
      contents: [
        `import { runSuites } from '../inHostReport';`,
        `export function run() {`,
        `  return runSuites([${names.map((name) => `() => import('./${name}')`).join(', ')}]);`,
        `}`,
      ].join('\n'),
      resolveDir: suitesFolder,
      loader: 'ts',
    },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    outfile,
    external: ['vscode', 'mocha', 'esbuild', 'playwright-core'],
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  return outfile;
}
