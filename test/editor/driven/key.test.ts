import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { MessagesServer } from '../../server/messagesServer';
import { startEditor, type EditorSession } from '../editorSession';
import type { ChatPanel } from './chatPanel';

/** Setting up once: without a key, with a wrong one, with the right one, and without it again. */
describe('The first key', () => {
  let server: MessagesServer;
  let session: EditorSession;
  let panel: ChatPanel;

  before(async function () {
    this.timeout(300_000);
    server = await MessagesServer.start({ apiKey: 'right-key' });
    session = await startEditor({
      settings: {
        // The same server by a name that is not this machine's: a key is needed.
        'caudal.baseUrl': server.url.replace('127.0.0.1', '0.0.0.0'),
        'caudal.effort': 'extreme',
      },
    });
    panel = await session.openPanel();
  });
  afterEach(async function () {
    if (this.currentTest?.state !== 'failed') return;
    const name = this.currentTest.fullTitle().replace(/\W+/g, '-').slice(0, 80);
    await session.screenshot(`out/failed/${name}.png`);
  });
  after(async () => {
    await session.dispose();
    await server.close();
  });

  /** A button of the notification that says this; the editor keeps notifications out of sight while it is driven. */
  async function notification(text: string | RegExp): Promise<Locator> {
    await session.runCommand('Notifications: Show Notifications');
    const item = session.page
      .locator('.notifications-center .notification-list-item')
      .filter({ hasText: text });
    await item.first().waitFor();
    return item.first();
  }

  async function typeKey(key: string): Promise<void> {
    const input = session.page.locator('.quick-input-widget input[type=password]');
    await input.waitFor();
    await input.fill(key);
    await input.press('Enter');
    // The extension has a look at it first; the palette, opened before, would take its place.
    await input.waitFor({ state: 'hidden' });
  }

  it('begins with a notice where a setting cannot be used (T109)', async () => {
    await notification(/caudal\.effort is not used: “extreme”/);
    await session.runCommand('Notifications: Hide Notifications');
  });

  it('is asked for, and what was typed without one is kept', async () => {
    await panel.button('Set API key').first().waitFor();
    await panel.composer.fill('Do you hear me?');
    await panel.composer.press('Enter');
    await panel.waitFor(
      async () => (await panel.frame.locator('body').innerText()).includes('Set an API key first'),
      'the reason',
    );
    assert.equal(await panel.composer.inputValue(), 'Do you hear me?');
    assert.equal(server.messageRequests.length, 0);
  });

  it('is tried before it is kept: a wrong one is not', async () => {
    await panel.button('Set API key').first().click();
    await typeKey('wrong-key');
    const refused = await notification(/did not accept this key \(HTTP 401\)/);
    await refused.getByRole('button', { name: 'Enter another key' }).click();
    await typeKey('right-key');
    await panel.waitFor(
      async () => (await panel.button('Set API key').count()) === 0,
      'the key to be known',
    );
  });

  it('goes to the server, and is nowhere to be seen', async () => {
    await panel.composer.press('Enter');
    await panel.waitForStatus('complete');
    assert.equal(server.messageRequests.at(-1)?.headers['x-api-key'], 'right-key');
    assert.doesNotMatch(await panel.frame.content(), /right-key/);
  });

  it('is removed when the person says so twice', async () => {
    await session.runCommand('Caudal: Remove API key');
    const dialog = session.page.locator('.monaco-dialog-box');
    await dialog.getByRole('button', { name: 'Remove', exact: true }).click();
    await session.runCommand('Caudal: New chat');
    await panel.button('Set API key').first().waitFor();
  });
});
