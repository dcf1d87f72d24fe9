import assert from 'node:assert/strict';
import { rm, symlink } from 'node:fs/promises';
import { sameSubject } from '../../../src/core/sameSubject';
import { readFileTool } from '../../../src/node/tools/readFileTool';
import { refusalOf, textOf, ToolGround } from './toolGround';

describe('sameSubject', () => {
  let ground: ToolGround;
  beforeEach(async () => (ground = await ToolGround.make({ 'a.txt': 'a', 'b.txt': 'b' })));
  afterEach(() => ground.dispose());

  it('refuses a file that became a link after the person was asked', async () => {
    const tool = sameSubject(readFileTool(ground.paths, { unsavedText: () => undefined }));
    const input = { path: 'a.txt' };
    await tool.subject(input);
    assert.equal(await textOf(tool, input), '1\ta');
    await rm(ground.at('a.txt'));
    await symlink('/etc/hostname', ground.at('a.txt'));
    assert.match(await refusalOf(textOf(tool, input)), /somewhere else/);
  });
});
