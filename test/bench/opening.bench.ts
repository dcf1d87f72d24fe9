import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEditor } from '../editor/editorSession';
import { longChat, longChatAnswers } from '../fixtures/longChat';
import { closeBrowser, openMarkdownPage } from '../markdown/markdownPage';
import { MessagesServer } from '../server/messagesServer';
import { textAnswer } from '../server/scenario';
import type { BenchRow } from './benchRow';
import { busiestRenderer, cpuSeconds } from './processFigures';

const chat = { turns: 500, size: 1_500_000 } as const;
/** How long after the end what is left to do may take, in ms. */
const settleMs = 2_000;
const runs = 3;

/** Opening a chat of 500 turns in the panel, beside putting all its answers on a page with the same markdown view. */
export async function benchOpening(): Promise<BenchRow[]> {
  const whole = await wholeSeconds();
  const opened = await openedSeconds();
  return [
    {
      what: 'opening a chat of 500 turns: CPU of the view; floor: mounting it whole',
      value: `${opened.toFixed(2)} s`,
      floor: `${whole.toFixed(2)} s`,
      ratio: opened / whole,
    },
  ];
}

async function openedSeconds(): Promise<number> {
  const server = await MessagesServer.start({ apiKey: 'right', scenario: textAnswer('Well.') });
  const dataFolder = await mkdtemp(path.join(tmpdir(), 'caudal-bench-'));
  const session = await startEditor({
    env: { ANTHROPIC_API_KEY: 'right', ANTHROPIC_BASE_URL: server.url },
    dataFolder,
    ownWebviewProcess: true,
  });
  try {
    const panel = await session.openPanel();
    await panel.ask('A short chat');
    await panel.waitForStatus('complete');
    const files = await readdir(dataFolder, { recursive: true });
    const folder = files.find((file) => path.basename(file) === 'conversations');
    if (folder === undefined) throw new Error('Nothing was kept');
    await mkdir(path.join(dataFolder, folder), { recursive: true });
    await longChat(path.join(dataFolder, folder), chat);
    const pid = await busiestRenderer(() =>
      panel.frame.evaluate(() => {
        for (const until = performance.now() + 600; performance.now() < until;);
      }),
    );
    const seconds: number[] = [];
    for (let run = -1; run < runs; run++) {
      await panel.composer.click();
      await session.runCommand('Caudal: New chat');
      await panel.waitFor(async () => (await panel.turns('user').count()) === 0, 'an empty chat');
      await session.page.waitForTimeout(settleMs);
      const before = await cpuSeconds(pid);
      await session.runCommand('Caudal: Show chats');
      await session.page
        .locator('.quick-input-list .monaco-list-row')
        .filter({ hasText: 'Question 1 of a long chat' })
        .first()
        .click();
      await panel.frame.locator('[data-turn=a250]').waitFor({ state: 'attached' });
      await session.page.waitForTimeout(settleMs);
      // The first one warms everything up and counts for nothing.
      if (run >= 0) seconds.push((await cpuSeconds(pid)) - before);
    }
    return median(seconds);
  } finally {
    await session.dispose();
    await server.close();
    await rm(dataFolder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function wholeSeconds(): Promise<number> {
  const page = await openMarkdownPage();
  const mount = (): Promise<void> =>
    page.evaluate(async (answers) => {
      const views = answers.map((answer) => window.markdownTest.stream([answer]));
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      for (const view of views) {
        view.element.remove();
        view.dispose();
      }
    }, longChatAnswers(chat));
  try {
    const pid = await busiestRenderer(mount);
    const seconds: number[] = [];
    for (let run = 0; run < runs; run++) {
      const before = await cpuSeconds(pid);
      await mount();
      await page.waitForTimeout(settleMs);
      seconds.push((await cpuSeconds(pid)) - before);
    }
    return median(seconds);
  } finally {
    await closeBrowser();
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
