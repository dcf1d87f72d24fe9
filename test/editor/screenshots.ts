import path from 'node:path';
import { demoScenario } from '../server/demoAnswers';
import { MessagesServer } from '../server/messagesServer';
import type { ChatPanel } from './driven/chatPanel';
import { startEditor, type EditorSession } from './editorSession';
import { repositoryRoot } from './provision/paths';

const themes = {
  light: 'Default Light Modern',
  dark: 'Default Dark Modern',
  'high-contrast': 'Default High Contrast',
  'high-contrast-light': 'Default High Contrast Light',
} as const;

const prompt = 'Show me code';

/** What is photographed, in the order in which one window can be brought there. */
const states: readonly {
  readonly name: string;
  readonly show: (session: EditorSession) => Promise<void>;
}[] = [
  {
    name: 'empty',
    show: async (session) => {
      const panel = await session.openPanel();
      await session.setSideBarWidth(460);
      await panel.composer.click();
    },
  },
  {
    name: 'streaming',
    show: async (session) => {
      const panel = await session.panel();
      await panel.ask(prompt);
      await panel.waitFor(async () => (await panel.answerText()).length > 600, 'a part of it');
    },
  },
  {
    name: 'complete',
    show: async (session) => {
      const panel = await session.panel();
      await panel.waitForStatus('complete');
    },
  },
  {
    name: 'narrow',
    show: (session) => session.setSideBarWidth(300),
  },
  {
    name: 'failed',
    show: async (session) => {
      await session.setSideBarWidth(460);
      const panel = await emptyChat(session);
      await panel.ask('Show me error 401');
      await panel.waitForStatus('failed');
    },
  },
  {
    name: 'editor',
    show: async (session) => {
      const panel = await emptyChat(session);
      await panel.ask('Show me a table');
      await panel.waitForStatus('complete');
      await session.runCommand('Caudal: Open chat in editor');
      await session.panels(2);
      // The tab alone, as somebody has it who wants room.
      await session.runCommand('View: Close Primary Side Bar');
    },
  },
  {
    name: 'inspector',
    show: async (session) => {
      await session.runCommand('View: Close All Editors');
      const panel = await session.openPanel();
      await panel.ask('Look around with your tools; let the line be cut');
      await panel.waitForStatus('complete');
      await panel.lastAnswer.locator('button.figures').click();
      await session.runCommand('View: Close Primary Side Bar');
      await session.page.waitForTimeout(1_000);
    },
  },
];

async function emptyChat(session: EditorSession): Promise<ChatPanel> {
  await session.runCommand('Caudal: New chat');
  const panel = await session.panel();
  await panel.waitFor(async () => (await panel.turns('user').count()) === 0, 'an empty chat');
  return panel;
}

/**
 * Takes the pictures of the panel, in every theme and state, in a real VS Code with the demo server behind it:
 * `npm run screenshots [-- --theme dark] [--state failed] [--out folder]`. Into `media/screenshots`, unless said
 * otherwise; look at them before they are committed.
 */
async function main(): Promise<void> {
  const option = (name: string): string | undefined => {
    const at = process.argv.indexOf(`--${name}`);
    return at === -1 ? undefined : process.argv[at + 1];
  };
  const folder = option('out') ?? path.join(repositoryRoot, 'media', 'screenshots');
  const onlyTheme = option('theme');
  const onlyState = option('state');
  for (const [theme, setting] of Object.entries(themes)) {
    if (onlyTheme !== undefined && onlyTheme !== theme) continue;
    const server = await MessagesServer.start({
      scenario: demoScenario,
    });
    const session = await startEditor({
      theme: setting,
      env: { ANTHROPIC_API_KEY: 'demo', ANTHROPIC_BASE_URL: server.url },
      workspace: path.join(repositoryRoot, 'test', 'fixtures', 'workspace'),
      viewport: { width: 1100, height: 760 },
    });
    try {
      for (const { name, show } of states) {
        await show(session);
        if (onlyState !== undefined && onlyState !== name) continue;
        // Hover marks and notifications of the way here are no part of the picture.
        await session.page.mouse.move(700, 400);
        await session.page.waitForTimeout(name === 'streaming' ? 0 : 500);
        const file = path.join(folder, `${name}-${theme}.png`);
        await session.screenshot(file);
        console.log(path.relative(process.cwd(), file));
      }
    } finally {
      await session.dispose();
      await server.close();
    }
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
