import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { longChat } from '../../fixtures/longChat';
import { MessagesServer } from '../../server/messagesServer';
import { textAnswer } from '../../server/scenario';
import { startEditor, type EditorSession } from '../editorSession';
import type { ChatPanel } from './chatPanel';

describe('A chat of 1,000 turns and 50 MB', function () {
  this.timeout(300_000);
  let server: MessagesServer;
  let session: EditorSession;
  let panel: ChatPanel;
  let dataFolder: string;

  before(async () => {
    server = await MessagesServer.start({ apiKey: 'right', scenario: textAnswer('At the end.') });
    const env = { ANTHROPIC_API_KEY: 'right', ANTHROPIC_BASE_URL: server.url };
    dataFolder = await mkdtemp(path.join(tmpdir(), 'caudal-long-'));
    session = await startEditor({ env, dataFolder });
    panel = await session.openPanel();
    await panel.ask('A short chat');
    await panel.waitForStatus('complete');
    const files = await readdir(dataFolder, { recursive: true });
    const folder = files.find((file) => path.basename(file) === 'conversations');
    assert(folder !== undefined);
    await mkdir(path.join(dataFolder, folder), { recursive: true });
    await longChat(path.join(dataFolder, folder), { turns: 1_000, size: 50_000_000 });
    await session.runCommand('Caudal: Show chats');
    await session.page
      .locator('.quick-input-list .monaco-list-row')
      .filter({ hasText: 'Question 1 of a long chat' })
      .click();
    await panel.frame.locator('[data-turn=a500]').waitFor({ state: 'attached' });
  });

  after(async () => {
    await session.dispose();
    await server.close();
    await rm(dataFolder, { recursive: true, force: true, maxRetries: 5 });
  });

  it('opens at its end with a part of it on the page (T1, T16)', async () => {
    const count = await panel.frame.locator('[data-turn]').count();
    assert(count >= 1 && count < 100, `${count} turns are on the page`);
  });

  it('is found in with the editor’s own key, and gone through prompt by prompt (T13)', async () => {
    const { page } = session;
    await panel.composer.click();
    await page.keyboard.press('Control+f');
    const bar = panel.frame.locator('[data-testid=find-bar]');
    await bar.getByRole('textbox').fill('Question 77 of');
    await panel.frame
      .locator('[data-turn][data-role=user]', { hasText: 'Question 77 of' })
      .waitFor();
    assert.match(await bar.innerText(), /1 of 1/);
    await page.keyboard.press('Escape');
    await bar.waitFor({ state: 'detached' });
    await page.keyboard.press('Alt+ArrowUp');
    const focused = panel.frame.locator('[data-turn][data-role=user]:focus');
    await focused.waitFor();
    const number = Number(/Question (\d+)/.exec(await focused.innerText())?.[1]);
    await page.keyboard.press('Alt+ArrowUp');
    await panel.frame
      .locator('[data-turn][data-role=user]:focus', { hasText: `Question ${number - 1} of` })
      .waitFor();
  });

  it('scrolls through what it has with a bounded page (T2, T9)', async () => {
    const log = panel.frame.locator('[role=log]');
    const seen = new Set<string>();
    for (let step = 0; step < 30; step++) {
      await log.hover();
      await session.page.mouse.wheel(0, -4_000);
      await panel.waitFor(async () => {
        const { left, height } = await log.evaluate((element) => {
          const box = element.getBoundingClientRect();
          const middle = document.elementFromPoint(box.left + 40, box.top + box.height / 2);
          return {
            left: middle?.closest('[data-turn]')?.getAttribute('data-turn') ?? '',
            height: middle?.closest('[data-turn]')?.textContent.length ?? 0,
          };
        });
        if (left !== '') seen.add(left);
        return left !== '' && height > 0;
      }, 'a turn in the middle of the screen');
      const nodes = await panel.frame.evaluate(() => document.querySelectorAll('*').length);
      assert(nodes < 60_000, `${nodes} elements are on the page`);
    }
    assert(seen.size > 0);
  });

  it('says that it is more than the model can read, and keeps the prompt', async () => {
    await panel.composer.fill('And now?');
    await panel.composer.press('Enter');
    await panel.frame.getByText(/than the model can read/).waitFor();
    await panel.button('Cancel').click();
    assert.equal(await panel.composer.inputValue(), 'And now?');
    assert.equal(server.messageRequests.length, 1);
  });
});
