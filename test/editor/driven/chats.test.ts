import assert from 'node:assert/strict';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { textAnswer } from '../../server/scenario';
import { drivenTest } from './drivenTest';

describe('The chats of a workspace', () => {
  const test = drivenTest();

  function rows(): Locator {
    return test.session.page.locator('.quick-input-list .monaco-list-row');
  }

  async function ask(prompt: string, answer: string): Promise<void> {
    test.server.use(textAnswer(answer));
    await test.panel.ask(prompt);
    await test.panel.waitForStatus('complete');
  }

  async function newChat(): Promise<void> {
    await test.session.runCommand('Caudal: New chat');
    const { panel } = test;
    await panel.waitFor(async () => (await panel.turns('user').count()) === 0, 'an empty chat');
  }

  /** The folder with the journals. */
  async function folder(): Promise<string> {
    const files = await readdir(test.session.folder, { recursive: true });
    const found = files.filter((file) => path.basename(file) === 'conversations');
    assert.equal(found.length, 1, found.join());
    return path.join(test.session.folder, found[0]!);
  }

  /** The journal of the chat that began with this prompt. */
  async function journalOf(prompt: string): Promise<string> {
    const directory = await folder();
    for (const name of await readdir(directory)) {
      const file = path.join(directory, name);
      if (name === 'index.jsonl' || !name.endsWith('.jsonl')) continue;
      if ((await readFile(file, 'utf8')).includes(`"title":"${prompt}"`)) return file;
    }
    return assert.fail(`no journal has “${prompt}”`);
  }

  it('are listed after a reload, open, and are deleted for good (T14, T58)', async () => {
    const { session } = test;
    await ask('First of the list', 'One.');
    await newChat();
    await ask('Second of the list', 'Two.');
    await session.reload();
    test.panel = await session.panel();
    await test.panel.waitForText('Two.');

    await session.runCommand('Caudal: Show chats');
    await rows().filter({ hasText: 'First of the list' }).waitFor();
    assert.match(await rows().filter({ hasText: 'First of the list' }).innerText(), /2 messages/);
    await rows().filter({ hasText: 'First of the list' }).click();
    await test.panel.waitForText('One.');

    const journal = await journalOf('Second of the list');
    await session.runCommand('Caudal: Show chats');
    const second = rows().filter({ hasText: 'Second of the list' });
    await second.hover();
    await second.locator('.codicon-trash').click();
    await session.page.locator('.monaco-dialog-box').getByText('Delete', { exact: true }).click();
    await second.waitFor({ state: 'detached' });
    await rows().filter({ hasText: 'First of the list' }).waitFor();
    await session.page.keyboard.press('Escape');
    await assert.rejects(readFile(journal));
  });

  it('go on in a copy where another window has them open', async () => {
    const { session } = test;
    await ask('Whose is it?', 'Somebody else’s.');
    await newChat();
    await session.reload();
    const journal = await journalOf('Whose is it?');
    const lock = journal.replace(/\.jsonl$/, '.lock');
    // Of a process that lives, as that of another window would.
    await writeFile(lock, String(process.pid));
    try {
      test.panel = await session.panel();
      await session.runCommand('Caudal: Show chats');
      await rows().filter({ hasText: 'Whose is it?' }).click();
      await test.panel.waitForText('Somebody else’s.');
      await test.panel.button('Continue in a copy').waitFor();
      const before = await readFile(journal, 'utf8');
      await ask('And now?', 'It is mine.');
      await test.panel.waitForText('It is mine.');
      assert.equal(await test.panel.button('Continue in a copy').count(), 0);
      assert.equal(await test.panel.turns('user').count(), 2);
      assert.equal(await readFile(journal, 'utf8'), before);
    } finally {
      await rm(lock, { force: true });
    }
  });

  it('say once that they cannot be saved, go on, and are saved once that works again', async () => {
    const { session, panel } = test;
    await ask('Before the trouble', 'All is well.');
    const directory = await folder();
    const notices = session.page
      .locator('.notifications-center .notification-list-item')
      .filter({ hasText: 'Chats are not saved' });
    await rename(directory, `${directory}.away`);
    await writeFile(directory, 'in the way');
    try {
      await ask('In the trouble', 'I answer all the same.');
      await ask('Still in it', 'Still here.');
      assert.equal(await panel.alerts.count(), 0);
      // The editor keeps notifications out of sight while it is driven.
      await session.runCommand('Notifications: Show Notifications');
      await notices.first().waitFor();
      assert.equal(await notices.count(), 1);
      await session.runCommand('Notifications: Hide Notifications');
    } finally {
      await rm(directory, { force: true });
      await rename(`${directory}.away`, directory);
    }
    await panel.waitFor(
      async () =>
        (await readFile(await journalOf('Before the trouble'), 'utf8')).includes('Still here.'),
      'all of it on the disk',
    );
  });
});
