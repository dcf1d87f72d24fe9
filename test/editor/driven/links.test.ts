import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { textAnswer } from '../../server/scenario';
import { drivenTest } from './drivenTest';

describe('Links of an answer', () => {
  const workspace = mkdtempSync(path.join(tmpdir(), 'caudal-links-'));
  writeFileSync(path.join(workspace, 'notes.txt'), 'first\nsecond\nthird\n');
  const test = drivenTest({ workspace });
  after(() => rmSync(workspace, { recursive: true, force: true }));

  async function answerWith(markdown: string): Promise<void> {
    test.server.use(textAnswer(markdown));
    await test.panel.ask('Links, please');
    await test.panel.waitForStatus('complete');
  }

  it('show where they lead, and lead exactly there', async () => {
    const { panel, session } = test;
    const address = 'https://links.example/a%20b?next=%2Fhome%26more&q=1+1#part';
    const context = session.page.context();
    await context.route('https://links.example/**', (route) => route.fulfill({ body: 'there' }));
    await answerWith(`See [my bank](${address}).`);
    await panel.frame.getByText('my bank').click();
    // Asked by the editor, once.
    const dialog = session.page.locator('.monaco-dialog-box');
    await dialog.getByText('https://links.example/').waitFor();
    assert.equal(context.pages().length, 1);
    const [opened] = await Promise.all([
      context.waitForEvent('page'),
      dialog.getByRole('button', { name: 'Open', exact: true }).click(),
    ]);
    await opened.waitForURL(/links\.example/);
    assert.equal(opened.url(), address);
    await opened.close();
    assert.equal(await dialog.count(), 0);
  });

  it('show an address that the editor would open without a word', async () => {
    const { panel, session } = test;
    await answerWith('Write [to us](mailto:us@links.example?subject=Hello%20there).');
    await panel.frame.getByText('to us').click();
    const dialog = session.page.locator('.monaco-dialog-box');
    await dialog.getByText('mailto:us@links.example?subject=Hello%20there').waitFor();
    const copied = await session.clipboardAfter(() =>
      dialog.getByRole('button', { name: 'Copy' }).click(),
    );
    assert.equal(copied, 'mailto:us@links.example?subject=Hello%20there');
  });

  it('open a file of the workspace at its line', async () => {
    const { panel, session } = test;
    await answerWith('See [my notes](notes.txt#L2).');
    await panel.frame.getByText('my notes').click();
    await session.page.locator('.tab', { hasText: 'notes.txt' }).waitFor();
    await session.page.locator('.statusbar-item', { hasText: 'Ln 2, Col 1' }).waitFor();
    await session.runCommand('View: Close Editor');
  });
});
