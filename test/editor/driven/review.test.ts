import assert from 'node:assert/strict';
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { messageGroups } from '../../server/contentBlocks';
import type { ReceivedRequest } from '../../server/receivedRequest';
import { toolCall, type Scenario } from '../../server/scenario';
import { drivenTest } from './drivenTest';

let serial = 0;

/** Edits the file, and says what it was told. */
function editing(...edits: readonly Readonly<Record<string, string>>[]) {
  let isMade = false;
  return ({ body }: ReceivedRequest): Scenario => {
    if (!isMade) {
      isMade = true;
      const input = JSON.stringify({ path: 'a.txt', edits });
      return {
        blocks: [toolCall(`toolu_review_${++serial}`, 'edit_file', input)],
        stopReason: 'tool_use',
      };
    }
    const last = messageGroups(body['messages']).at(-1);
    const results = last?.blocks.filter(({ block }) => block['type'] === 'tool_result') ?? [];
    const text = `\`\`\`\n${JSON.stringify(results.map(({ block }) => block['content']))}\n\`\`\``;
    return { blocks: [{ type: 'text', text }] };
  };
}

describe('A proposed change', () => {
  let workspace: string;
  const options = { workspace: '' };
  before(async () => {
    workspace = await realpath(await mkdtemp(path.join(tmpdir(), 'caudal-review-')));
    options.workspace = workspace;
  });
  const test = drivenTest(options);
  after(() => rm(workspace, { recursive: true, force: true }));

  const lines = Array.from({ length: 30 }, (_, at) => `line ${at + 1}`);
  const original = `${lines.join('\n')}\n`;
  const twoEdits = [
    { old_text: 'line 3\n', new_text: 'third\n' },
    { old_text: 'line 20\n', new_text: 'twentieth\n' },
  ];
  const text = (): Promise<string> => readFile(path.join(workspace, 'a.txt'), 'utf8');
  const tab = (): Locator => test.session.page.locator('.tab', { hasText: 'a.txt (proposed' });
  const right = (): Locator => test.session.page.locator('.modified-in-monaco-diff-editor');

  beforeEach(() => writeFile(path.join(workspace, 'a.txt'), original));

  async function review(): Promise<void> {
    await test.panel.ask('Edit it');
    await test.panel.button('Review').click();
    await tab().waitFor();
    await right().locator('.view-line', { hasText: 'third' }).waitFor();
    // The cursor is where the person clicked.
    await right().locator('.view-line', { hasText: 'third' }).click();
  }

  it('is accepted in part, and that is written and told', async () => {
    test.server.use(editing(...twoEdits));
    await review();
    await test.session.runCommand('Caudal: Reject this change');
    await right().locator('.view-line', { hasText: 'third' }).waitFor({ state: 'detached' });
    await test.session.runCommand('Caudal: Accept this change');
    await test.panel.waitForStatus('complete');
    assert.equal(await text(), original.replace('line 20', 'twentieth'));
    const told = await test.panel.answerText();
    assert.match(told, /accepted only a part/);
    assert.match(told, /\+twentieth/);
    assert.doesNotMatch(told, /\+third/);
    await tab().waitFor({ state: 'detached' });
  });

  it('is accepted part by part, the last by its button', async () => {
    test.server.use(editing(...twoEdits));
    await review();
    await test.session.runCommand('Caudal: Accept this change');
    await test.session.page.getByRole('button', { name: 'Reject all changes' }).click();
    await test.panel.waitForStatus('complete');
    assert.equal(await text(), original.replace('line 3\n', 'third\n'));
  });

  it('is changed by the person, and allowed in the panel', async () => {
    test.server.use(editing(...twoEdits));
    await review();
    await test.session.page.keyboard.press('End');
    await test.session.page.keyboard.type(' by me');
    await right().locator('.view-line', { hasText: 'third by me' }).waitFor();
    await test.panel.frame.getByText('Allow', { exact: true }).click();
    await test.panel.waitForStatus('complete');
    const wanted = original.replace('line 3\n', 'third by me\n').replace('line 20', 'twentieth');
    assert.equal(await text(), wanted);
    assert.match(await test.panel.answerText(), /\+third by me/);
    await tab().waitFor({ state: 'detached' });
  });

  it('is rejected as a whole by keyboard, and nothing is written', async () => {
    test.server.use(editing(...twoEdits));
    await review();
    await test.session.page.keyboard.press('Control+Alt+Enter');
    await test.panel.waitForStatus('complete');
    assert.equal(await text(), original);
    assert.match(await test.panel.answerText(), /denied/);
  });

  it('is not written over what came in between', async () => {
    test.server.use(editing(...twoEdits));
    await review();
    await writeFile(path.join(workspace, 'a.txt'), `${original}more\n`);
    await test.session.page.keyboard.press('Control+Enter');
    await test.panel.waitForStatus('complete');
    assert.equal(await text(), `${original}more\n`);
    assert.match(await test.panel.answerText(), /changed while the person looked/);
  });
});
