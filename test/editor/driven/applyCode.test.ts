import assert from 'node:assert/strict';
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { textAnswer } from '../../server/scenario';
import { drivenTest } from './drivenTest';

describe('Code of an answer', () => {
  let workspace: string;
  const options = { workspace: '' };
  before(async () => {
    workspace = await realpath(await mkdtemp(path.join(tmpdir(), 'caudal-apply-')));
    options.workspace = workspace;
  });
  const test = drivenTest(options);
  after(() => rm(workspace, { recursive: true, force: true }));

  const original = 'start\nfunction one() {\n  return 1;\n} // one\nend\n';
  const code = 'function one() {\n  return 11;\n} // one';
  const wanted = original.replace('return 1;', 'return 11;');
  const text = (name: string): Promise<string> => readFile(path.join(workspace, name), 'utf8');

  beforeEach(async () => {
    for (const name of ['one.js', 'two.js']) await writeFile(path.join(workspace, name), original);
  });

  async function apply(answer: string, name: string): Promise<void> {
    const { panel, server, session } = test;
    server.use(textAnswer(answer));
    await panel.ask('Write it');
    await panel.waitForStatus('complete');
    await panel.lastAnswer.getByRole('button', { name: 'Apply to file' }).click();
    await session.page.locator('.tab', { hasText: `${name} (proposed change)` }).waitFor();
    // Nothing is written before it is accepted.
    assert.equal(await text(name), original);
    await session.page.getByRole('button', { name: 'Accept all changes' }).click();
    await panel.waitFor(async () => (await text(name)) === wanted, 'the code in the file');
  }

  it('is applied to the file that its fence names', () =>
    apply(`\`\`\`js one.js\n${code}\n\`\`\``, 'one.js'));

  it('is applied to the file that stands before it', async () => {
    await apply(`Change this in \`two.js\`:\n\n\`\`\`js\n${code}\n\`\`\``, 'two.js');
    assert.equal(await text('one.js'), original);
  });

  it('is applied to the open file where none is named', async () => {
    await test.session.openFile('one.js');
    await apply(`\`\`\`\n${code}\n\`\`\``, 'one.js');
  });
});
