import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import path from 'node:path';
import type { ServedEditor } from './provision/servedEditor';
import { runTool } from './provision/runTool';

/** Where one editor keeps its things: never shared between two. */
export interface EditorFolders {
  readonly extensions: string;
  readonly userData: string;
  readonly serverData: string;
}

/** A running VS Code server. Whoever starts it disposes it. */
export interface ServedProcess {
  /** Where it listens, e.g. `http://127.0.0.1:41234`. */
  readonly origin: string;
  readonly pid: number;
  /** What it has printed, for a message when something goes wrong. */
  log(): string;
  dispose(): Promise<void>;
}

/** Starts it on a free loopback port. Throws with its output when it does not listen within a minute. */
export async function startServed(
  editor: ServedEditor,
  folders: EditorFolders,
  env: NodeJS.ProcessEnv,
): Promise<ServedProcess> {
  const child = spawn(
    editor.node,
    [
      editor.serverMain,
      '--host=127.0.0.1',
      '--port=0',
      '--without-connection-token',
      '--accept-server-license-terms',
      '--enable-smoke-test-driver',
      '--disable-workspace-trust',
      '--telemetry-level=off',
      ...folderArguments(folders),
    ],
    {
      cwd: path.dirname(editor.serverMain),
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      // Its own process group, so that extension hosts and terminals end with it.
      detached: process.platform !== 'win32',
    },
  );
  let output = '';
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const port = new Promise<number>((resolve, reject) => {
    const listen = (text: string): void => {
      output = (output + text).slice(-50_000);
      const match = /Extension host agent listening on (\d+)/.exec(output);
      if (match?.[1] !== undefined) resolve(Number(match[1]));
    };
    child.stdout.setEncoding('utf8').on('data', listen);
    child.stderr.setEncoding('utf8').on('data', listen);
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(new Error(`The VS Code server ended with ${code ?? 'a signal'}:\n${output}`)),
    );
    setTimeout(
      () => reject(new Error(`The VS Code server did not start listening:\n${output}`)),
      60_000,
    ).unref();
  });
  const killNow = (): void => killTree(child);
  process.once('exit', killNow);
  try {
    return {
      origin: `http://127.0.0.1:${await port}`,
      pid: child.pid!,
      log: () => output,
      dispose: async () => {
        process.off('exit', killNow);
        killTree(child);
        await ended;
      },
    };
  } catch (error) {
    process.off('exit', killNow);
    killTree(child);
    throw error;
  }
}

/** Installs a VSIX as a person would. Throws with the installer's output when it is refused. */
export async function installVsix(
  editor: ServedEditor,
  folders: EditorFolders,
  vsix: string,
): Promise<void> {
  await runTool(
    editor.node,
    [editor.serverMain, '--install-extension', vsix, ...folderArguments(folders)],
    { cwd: path.dirname(editor.serverMain) },
  );
}

function folderArguments(folders: EditorFolders): string[] {
  return [
    `--extensions-dir=${folders.extensions}`,
    `--user-data-dir=${folders.userData}`,
    `--server-data-dir=${folders.serverData}`,
  ];
}

function killTree(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill('SIGKILL');
    else process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Already gone.
  }
}
