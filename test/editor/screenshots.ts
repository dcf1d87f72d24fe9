import path from 'node:path';
import { demoScenario } from '../server/demoAnswers';
import { MessagesServer } from '../server/messagesServer';
import { lastPrompt } from '../server/scriptedEvents';
import { startEditor, type EditorSession } from './editorSession';
import { outRoot, repositoryRoot } from './provision/paths';

const themes = {
  dark: 'Default Dark Modern',
  light: 'Default Light Modern',
  'hc-dark': 'Default High Contrast',
  'hc-light': 'Default High Contrast Light',
} as const;

type Theme = keyof typeof themes;

/** Those that the README shows; the others are only looked at. */
const published = new Set(['streaming-dark', 'failed-dark', 'editor-light']);

/**
 * `npm run screenshots`: the panel in every state and theme, in a real VS Code with the demo server, into
 * `out/screenshots`, and those of the README into `media/screenshots`. `--theme dark` takes one theme only.
 */
async function main(): Promise<void> {
  const at = process.argv.indexOf('--theme');
  const wanted = at === -1 ? undefined : process.argv[at + 1];
  for (const theme of Object.keys(themes) as Theme[]) {
    if (wanted === undefined || wanted === theme) await shootTheme(theme);
  }
}

async function shootTheme(theme: Theme): Promise<void> {
  const server = await MessagesServer.start({
    scenario: (request) => demoScenario(lastPrompt(request.body)),
  });
  const session = await startEditor({
    theme: themes[theme],
    workspace: path.join(repositoryRoot, 'test', 'fixtures', 'workspace'),
    settings: { 'caudal.baseUrl': server.url, 'caudal.maxRetries': 1 },
  });
  try {
    const shoot = (state: string): Promise<void> => save(session, `${state}-${theme}`);
    const panel = await session.openPanel();
    await session.setSideBarWidth(440);
    await session.page.waitForTimeout(1_000);
    await shoot('empty');

    await panel.ask('Show me around');
    await panel.waitForText('A little code');
    await session.page.waitForTimeout(900);
    await shoot('streaming');
    await panel.waitForStatus('complete');
    await shoot('complete');

    await session.runCommand('Caudal: Open chat in editor');
    const tab = (await session.panels(2)).find(({ frame }) => frame !== panel.frame)!;
    await tab.waitForText('Read on in');
    await session.page.waitForTimeout(800);
    await shoot('editor');
    await session.runCommand('View: Close Editor');

    await session.setSideBarWidth(300);
    await panel.ask('a table please');
    await panel.waitForStatus('complete');
    await session.page.waitForTimeout(500);
    await shoot('narrow');
    await session.setSideBarWidth(440);

    await session.runCommand('Caudal: New chat');
    await panel.ask('error 429');
    await panel.waitForStatus('waiting');
    await session.page.waitForTimeout(300);
    await shoot('waiting');
    await panel.waitForStatus('failed');
    await panel.ask('error 401');
    await panel.waitForStatus('failed');
    await session.page.waitForTimeout(500);
    await shoot('failed');

    await session.runCommand('Caudal: New chat');
    await panel.ask('Show me around and cut it');
    await panel.waitForStatus('interrupted');
    await session.page.waitForTimeout(500);
    await shoot('interrupted');
  } finally {
    await session.dispose();
    await server.close();
  }
}

async function save(session: EditorSession, name: string): Promise<void> {
  await session.screenshot(path.join(outRoot, 'screenshots', `${name}.png`));
  if (published.has(name)) {
    await session.screenshot(path.join(repositoryRoot, 'media', 'screenshots', `${name}.png`));
  }
  console.log(name);
}

void main();
