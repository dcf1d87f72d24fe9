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

  it('show where they lead before they leave the editor', async () => {
    const { panel, session } = test;
    await answerWith('See [my bank](https://evil.example/login?x=1).');
    await panel.frame.getByText('my bank').click();
    const dialog = session.page.locator('.monaco-dialog-box');
    await dialog.getByText('https://evil.example/login?x=1').waitFor();
    const copied = await session.clipboardAfter(() =>
      dialog.getByRole('button', { name: 'Copy' }).click(),
    );
    assert.equal(copied, 'https://evil.example/login?x=1');
    assert.equal(session.page.context().pages().length, 1);
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
