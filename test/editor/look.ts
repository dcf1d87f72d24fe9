import { MessagesServer } from '../server/messagesServer';
import { demoScenario } from '../server/demoAnswers';
import { startEditor } from './editorSession';

/**
 * A screenshot of the panel in a real VS Code, to look at:
 * `npx tsx test/editor/look.ts --prompt "show a table" --theme "Default Light Modern" --width 300 --out out/look.png`
 */
async function look(): Promise<void> {
  const option = (name: string): string | undefined => {
    const at = process.argv.indexOf(`--${name}`);
    return at === -1 ? undefined : process.argv[at + 1];
  };
  const server = await MessagesServer.start({
    scenario: demoScenario,
  });
  const session = await startEditor({
    theme: option('theme') ?? 'Default Dark Modern',
    settings: { 'caudal.baseUrl': server.url },
    env:
      option('no-key') === undefined
        ? { ANTHROPIC_API_KEY: 'demo', ANTHROPIC_BASE_URL: server.url }
        : {},
  });
  try {
    const panel = await session.openPanel();
    await session.setSideBarWidth(Number(option('width') ?? 420));
    const prompt = option('prompt');
    if (prompt !== undefined) {
      await panel.ask(prompt);
      const after = Number(option('after') ?? 0);
      if (after > 0) await session.page.waitForTimeout(after);
      else await panel.waitForStatus('complete', 'failed', 'interrupted', 'waiting');
    }
    await session.page.waitForTimeout(500);
    const out = option('out') ?? 'out/look.png';
    await session.screenshot(out);
    console.log(out);
  } finally {
    await session.dispose();
    await server.close();
  }
}

void look();
