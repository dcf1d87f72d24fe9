import { spawn } from 'node:child_process';
import {
  downloadAndUnzipVSCode,
  resolveCliArgsFromVSCodeExecutablePath,
} from '@vscode/test-electron';
import { _electron as electron } from 'playwright-core';
import type { EditorFolders, EditorLaunch, RunningEditor } from './editorLaunch';
import { hasDisplay, xvfb } from './provision/editorKind';
import { downloadsRoot } from './provision/paths';
import { runTool } from './provision/runTool';

/** The desktop's VS Code, downloaded once by `@vscode/test-electron`; without a display, in an Xvfb of its own. */
export async function launchDesktop(launch: EditorLaunch): Promise<RunningEditor> {
  const executablePath = await downloadAndUnzipVSCode({
    version: launch.version,
    cachePath: downloadsRoot,
  });
  if (launch.vsix !== undefined) {
    const [cli, ...args] = resolveCliArgsFromVSCodeExecutablePath(executablePath);
    await runTool(cli!, [
      ...args.filter((one) => !/^--(extensions|user-data)-dir=/.test(one)),
      ...folderArguments(launch.folders),
      '--install-extension',
      launch.vsix,
    ]);
  }
  const undo: (() => Promise<void>)[] = [];
  const dispose = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const env = { ...launch.env };
    if (
      process.platform === 'linux' &&
      (launch.headless || !hasDisplay()) &&
      xvfb() !== undefined
    ) {
      const display = await startXvfb(launch.viewport);
      undo.push(() => display.dispose());
      env['DISPLAY'] = display.name;
      delete env['WAYLAND_DISPLAY'];
    }
    const app = await electron.launch({
      executablePath,
      args: [
        launch.workspace,
        '--no-sandbox',
        '--disable-gpu-sandbox',
        '--disable-updates',
        '--skip-welcome',
        '--skip-release-notes',
        '--disable-workspace-trust',
        '--disable-telemetry',
        '--new-window',
        ...folderArguments(launch.folders),
        ...launch.developmentPaths.map((path) => `--extensionDevelopmentPath=${path}`),
        ...(launch.testsPath === undefined ? [] : [`--extensionTestsPath=${launch.testsPath}`]),
      ],
      env: Object.fromEntries(
        Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
      ),
    });
    undo.push(() => app.close());
    const child = app.process();
    let printed = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        printed = (printed + text).slice(-200_000);
      });
    const testsExit = new Promise<number>((resolve) =>
      child.once('exit', (code) => resolve(code ?? 1)),
    );
    const page = await app.firstWindow();
    if (launch.testsPath === undefined) {
      const window = await app.browserWindow(page);
      await window.evaluate(
        (one: { setContentSize(width: number, height: number): void }, { width, height }) =>
          one.setContentSize(width, height),
        launch.viewport,
      );
    }
    return { page, url: '', testsExit, parentPid: child.pid!, log: () => printed, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

function folderArguments(folders: EditorFolders): string[] {
  return [`--extensions-dir=${folders.extensions}`, `--user-data-dir=${folders.userData}`];
}

interface Display {
  /** e.g. `:99` */
  readonly name: string;
  dispose(): Promise<void>;
}

/** Throws when Xvfb ends before it names its display. */
async function startXvfb({ width, height }: EditorLaunch['viewport']): Promise<Display> {
  const child = spawn(
    'Xvfb',
    ['-displayfd', '3', '-screen', '0', `${width + 200}x${height + 200}x24`, '-nolisten', 'tcp'],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] },
  );
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const number = await new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => reject(new Error('Xvfb ended before it was ready.')));
    child.stdio[3]?.once('data', (data: Buffer) => resolve(data.toString().trim()));
  });
  return {
    name: `:${number}`,
    dispose: async () => {
      child.kill();
      await ended;
    },
  };
}
