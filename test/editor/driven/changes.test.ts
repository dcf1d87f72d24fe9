import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { toolCall, type Scenario } from '../../server/scenario';
import { drivenTest } from './drivenTest';

let serial = 0;

type Call = readonly [name: string, input: Readonly<Record<string, unknown>>];

/** Makes these calls at once, and says that it is done. */
function calls(...wanted: readonly Call[]): () => Scenario {
  let isMade = false;
  return () => {
    if (isMade) return { blocks: [{ type: 'text', text: 'It is done.' }] };
    isMade = true;
    return {
      blocks: wanted.map(([name, input]) =>
        toolCall(`toolu_change_${++serial}`, name, JSON.stringify(input)),
      ),
      stopReason: 'tool_use',
    };
  };
}

describe('Files that were changed', () => {
  let workspace: string;
  const options = { workspace: '' };
  before(async () => {
    workspace = await realpath(await mkdtemp(path.join(tmpdir(), 'caudal-changes-')));
    options.workspace = workspace;
  });
  const test = drivenTest(options);
  after(() => rm(workspace, { recursive: true, force: true }));

  const at = (name: string): string => path.join(workspace, name);
  const text = (name: string): Promise<string> => readFile(at(name), 'utf8');
  const list = (): Locator => test.panel.frame.locator('[data-testid=changed-files]');
  const edit = (from: string, to: string): Call => [
    'edit_file',
    { path: 'a.txt', edits: [{ old_text: from, new_text: to }] },
  ];

  beforeEach(async () => {
    await writeFile(at('a.txt'), 'one\ntwo\nthree\n');
    await rm(at('new.txt'), { force: true });
    await test.panel.frame.locator('[data-testid=tool-mode]').selectOption('edit');
  });

  async function change(prompt: string, ...wanted: readonly Call[]): Promise<void> {
    test.server.use(calls(...wanted));
    await test.panel.ask(prompt);
    await test.panel.waitForStatus('complete');
  }

  async function waitForText(name: string, wanted: string): Promise<void> {
    await test.panel.waitFor(async () => (await text(name)) === wanted, `"${wanted}" in ${name}`);
  }

  /** Goes back to before a prompt, by its button and what is then asked. */
  async function restore(prompt: string, choice: string): Promise<void> {
    const turn = test.panel.turns('user').filter({ hasText: prompt });
    await turn.locator('[data-testid=restore]').click();
    await test.session.page
      .locator('.quick-input-list .monaco-list-row')
      .filter({ has: test.session.page.getByText(choice, { exact: true }) })
      .click();
  }

  it('are listed with their lines, open as a diff, and are undone one by one', async () => {
    await change('Change it', edit('two\n', 'deux\n2\n'), [
      'create_file',
      { path: 'new.txt', content: 'new\n' },
    ]);
    await list().getByRole('button', { name: '2 files changed' }).click();
    const rows = list().locator('li');
    await test.panel.waitFor(async () => (await rows.count()) === 2, 'two files');
    assert.match(await rows.first().innerText(), /a\.txt\s*\+2\s*−1/);
    assert.match(await rows.nth(1).innerText(), /new\.txt\s*Created\s*\+1\s*−0/);
    await rows.first().locator('.changed-file').click();
    await test.session.page.locator('.tab', { hasText: 'a.txt (changed in this chat)' }).waitFor();
    await list().getByRole('button', { name: 'Review all' }).click();
    await test.session.page.locator('.tab', { hasText: 'Changes of this chat' }).waitFor();
    await list().getByRole('button', { name: 'Undo the changes to a.txt' }).click();
    await waitForText('a.txt', 'one\ntwo\nthree\n');
    await list().getByRole('button', { name: '1 file changed' }).waitFor();
    assert.equal(await text('new.txt'), 'new\n');
    await list().getByRole('button', { name: 'Undo the changes to new.txt' }).click();
    await list().waitFor({ state: 'detached' });
    assert.ok(!existsSync(at('new.txt')));
  });

  it('go back to before a prompt, with the conversation or without', async () => {
    await change('First', edit('one', 'ONE'));
    await change('Second', edit('two', 'TWO'));
    await change('Third', edit('three', 'THREE'));
    await restore('Third', 'Restore the files');
    await waitForText('a.txt', 'ONE\nTWO\nthree\n');
    assert.equal(await test.panel.turns('user').count(), 3);
    await restore('Third', 'Restore the conversation');
    await test.panel.waitFor(
      async () => (await test.panel.turns('user').count()) === 2,
      'two prompts',
    );
    assert.equal(await test.panel.composer.inputValue(), 'Third');
    await restore('Second', 'Restore the conversation and the files');
    await waitForText('a.txt', 'ONE\ntwo\nthree\n');
    await test.panel.waitFor(
      async () => (await test.panel.turns('user').count()) === 1,
      'one prompt',
    );
    assert.match(await test.panel.composer.inputValue(), /^Second\n\nThird$/);
  });

  it('go back after a reload, and not over what the person changed without asking', async () => {
    await change('Change it', edit('one', 'ONE'));
    await test.session.reload();
    test.panel = await test.session.openPanel();
    await list().waitFor();
    await writeFile(at('a.txt'), 'mine\n');
    await restore('Change it', 'Restore the files');
    const dialog = test.session.page.locator('.monaco-dialog-box');
    await dialog.filter({ hasText: 'a.txt' }).waitFor();
    await dialog.getByRole('button', { name: 'Keep my changes' }).click();
    await dialog.waitFor({ state: 'detached' });
    assert.equal(await text('a.txt'), 'mine\n');
    await restore('Change it', 'Restore the files');
    await dialog.getByRole('button', { name: 'Overwrite' }).click();
    await waitForText('a.txt', 'one\ntwo\nthree\n');
    await list().waitFor({ state: 'detached' });
  });
});
