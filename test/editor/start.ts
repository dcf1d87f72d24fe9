import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { demoScenario } from '../server/demoAnswers';
import { MessagesServer } from '../server/messagesServer';
import type { ChatPanel } from './driven/chatPanel';
import { openerPath, startEditor, type EditorOptions } from './editorSession';
import { provisionDesktopEditor } from './provision/desktopEditor';
import { newestEditor } from './provision/editorVersion';
import { outRoot, repositoryRoot } from './provision/paths';

/** How long `--check` waits for an answer, in ms. */
const patienceMs = 180_000;

/**
 * `npm start`: a VS Code with Caudal on a sample workspace. With a key in the environment it talks to Anthropic, without
 * one to the demo server. `--check "prompt"` asks in the real panel without a display, prints the answer as it streams,
 * and exits 0 only when it arrived whole.
 */
async function start(): Promise<void> {
  const key = process.env['ANTHROPIC_API_KEY'];
  const demo =
    key === undefined || key === ''
      ? await MessagesServer.start({
          scenario: demoScenario,
        })
      : undefined;
  const env =
    demo === undefined
      ? keyVariables()
      : { ANTHROPIC_API_KEY: 'demo', ANTHROPIC_BASE_URL: demo.url };
  const options: EditorOptions = {
    env,
    workspace: path.join(repositoryRoot, 'test', 'fixtures', 'workspace'),
  };
  console.log(
    demo === undefined
      ? 'Answers come from Anthropic, with the key from ANTHROPIC_API_KEY.'
      : `No ANTHROPIC_API_KEY is set: answers come from a local demo server at ${demo.url}.`,
  );
  const at = process.argv.indexOf('--check');
  try {
    if (at !== -1) process.exitCode = (await check(process.argv[at + 1], options, demo)) ? 0 : 1;
    else await open(options);
  } finally {
    await demo?.close();
  }
}

function keyVariables(): Record<string, string | undefined> {
  return {
    ANTHROPIC_API_KEY: process.env['ANTHROPIC_API_KEY'],
    ANTHROPIC_BASE_URL: process.env['ANTHROPIC_BASE_URL'],
  };
}

/** The desktop where it can be had, else the address for a browser; until the person ends it. */
async function open(options: EditorOptions): Promise<void> {
  const desktop = await provisionDesktopEditor(newestEditor);
  if (desktop !== undefined) return openDesktop(desktop, options);
  const session = await startEditor({ ...options, withoutBrowser: true, withPanelOpen: true });
  console.log(
    `\nOpen this in a browser; Caudal is in the side bar:\n\n  ${session.url}\n\nCtrl+C ends it.`,
  );
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await session.dispose();
}

async function openDesktop(executable: string, { env, workspace }: EditorOptions): Promise<void> {
  const data = await mkdtemp(path.join(tmpdir(), 'caudal-desktop-'));
  const child = spawn(
    executable,
    [
      workspace ?? '.',
      `--extensionDevelopmentPath=${repositoryRoot}`,
      `--extensionDevelopmentPath=${openerPath}`,
      `--user-data-dir=${data}`,
      '--disable-workspace-trust',
      '--skip-welcome',
      '--wait',
    ],
    { env: { ...process.env, ...env }, stdio: 'inherit' },
  );
  console.log('VS Code is open; closing its window ends this.');
  await once(child, 'exit');
  await rm(data, { recursive: true, force: true, maxRetries: 5 });
}

/** Whether the answer arrived whole, in the panel of a real VS Code. */
async function check(
  prompt: string | undefined,
  options: EditorOptions,
  demo: MessagesServer | undefined,
): Promise<boolean> {
  if (prompt === undefined || prompt.trim() === '') {
    console.error('Say what to ask: npm start -- --check "prompt"');
    return false;
  }
  const session = await startEditor(options);
  try {
    const panel = await session.openPanel();
    await session.setSideBarWidth(480);
    await panel.ask(prompt);
    const status = await printWhileStreaming(panel);
    if (status !== 'complete') return false;
    const shown = await session.clipboardAfter(() => panel.copyAnswer());
    const sent = demo?.messageRequests.at(-1)?.sentText;
    const isWhole = shown !== '' && (sent === undefined || shown === sent);
    const file = path.join(outRoot, 'check.png');
    await session.screenshot(file);
    console.log(`\nScreenshot: ${path.relative(process.cwd(), file)}`);
    console.log(
      isWhole ? 'The answer arrived whole.' : 'The text in the panel is not what the server sent.',
    );
    return isWhole;
  } finally {
    await session.dispose();
  }
}

async function printWhileStreaming(panel: ChatPanel): Promise<string | null> {
  const until = Date.now() + patienceMs;
  let printed = '';
  for (;;) {
    const status = await panel.lastStatus();
    const text = await panel.answerText();
    // The tail may still be laid out anew (a table takes shape): what is printed stays printed.
    if (text.startsWith(printed)) process.stdout.write(text.slice(printed.length));
    else process.stdout.write(`\n${text.slice(commonLength(text, printed))}`);
    printed = text;
    const isOver = ['complete', 'failed', 'interrupted', 'stopped'].includes(status ?? '');
    if (isOver || Date.now() > until) {
      if (status !== 'complete')
        console.log(`\n${(await panel.alerts.allInnerTexts()).join('\n')}`);
      return status;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function commonLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}

start().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
