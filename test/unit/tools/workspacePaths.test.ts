import assert from 'node:assert/strict';
import { symlink, writeFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { isSecretPath } from '../../../src/core/secretName';
import { WorkspacePaths } from '../../../src/node/tools/workspacePaths';
import { refusalOf, ToolGround } from './toolGround';

describe('WorkspacePaths', () => {
  let ground: ToolGround;

  beforeEach(async () => {
    ground = await ToolGround.make({ 'src/a.ts': 'a', '.env': 'KEY=1' });
    await writeFile(path.join(ground.outside, 'secret.txt'), 'hidden');
  });
  afterEach(() => ground.dispose());

  const told = async (asked: string): Promise<readonly [string, boolean]> => {
    const { path: shown, inWorkspace } = await ground.paths.resolve(asked);
    return [shown, inWorkspace];
  };

  it('tells paths in the workspace relative to it, existing or not', async () => {
    assert.deepEqual(await told('src/a.ts'), ['src/a.ts', true]);
    assert.deepEqual(await told('./src/../src/new/b.ts'), ['src/new/b.ts', true]);
    assert.deepEqual(await told(ground.at('src')), ['src', true]);
    assert.deepEqual(await told('..names/..b'), ['..names/..b', true]);
  });

  it('tells path traversal as what is outside', async () => {
    assert.deepEqual(await told('../outside/secret.txt'), [
      path.join(ground.outside, 'secret.txt'),
      false,
    ]);
    assert.deepEqual(await told('src/../../outside'), [ground.outside, false]);
    assert.deepEqual(await told('/etc/passwd'), ['/etc/passwd', false]);
    // A folder whose name begins as the workspace's does.
    assert.deepEqual(await told('../workspace-2/a'), [`${ground.workspace}-2/a`, false]);
  });

  it('tells a link out of the workspace as what it leads to', async () => {
    await symlink(ground.outside, ground.at('link'));
    await symlink(path.join(ground.outside, 'secret.txt'), ground.at('harmless.txt'));
    assert.deepEqual(await told('harmless.txt'), [path.join(ground.outside, 'secret.txt'), false]);
    assert.deepEqual(await told('link/secret.txt'), [
      path.join(ground.outside, 'secret.txt'),
      false,
    ]);
    assert.deepEqual(await told('link/not/there/yet.txt'), [
      path.join(ground.outside, 'not/there/yet.txt'),
      false,
    ]);
  });

  it('refuses a link to nothing, and one that leads round', async () => {
    await symlink(path.join(ground.outside, 'new.txt'), ground.at('new.txt'));
    await symlink(ground.at('round'), ground.at('round'));
    assert.match(await refusalOf(ground.paths.resolve('new.txt')), /leads to nothing/);
    assert.match(await refusalOf(ground.paths.resolve('new.txt/below')), /leads to nothing/);
    assert.match(await refusalOf(ground.paths.resolve('round/a')), /circle/);
  });

  const tricks: readonly (readonly [string, RegExp])[] = [
    ['..%2foutside/secret.txt', /percent-encoded/],
    ['%2e%2e/outside', /percent-encoded/],
    ['..%252foutside', /percent-encoded/],
    ['a%00.ts', /percent-encoded/],
    ['src/a.ts\0.png', /control character/],
    ['src/a\n.ts', /control character/],
    ['..\\outside\\secret.txt', /with "\/"/],
    ['C:\\Windows\\win.ini', /with "\/"/],
    ['C:/Windows/win.ini', /colon/],
    ['c:secret.txt', /colon/],
    ['//server/share/a', /[Nn]etwork/],
    ['\\\\?\\C:\\a', /[Nn]etwork/],
    ['file:///etc/passwd', /address/],
    ['~/.ssh/id_rsa', /not expanded/],
    ['src/NUL', /device/],
    ['src/con.txt', /device/],
    ['.env.', /dot or a space/],
    ['.env /x', /dot or a space/],
    ['.../x', /dot or a space/],
    ['', /empty/],
  ];
  for (const [asked, reason] of tricks) {
    it(`refuses ${JSON.stringify(asked)}`, async function () {
      if (process.platform === 'win32' && /colon|with "/.test(reason.source)) this.skip();
      assert.match(await refusalOf(ground.paths.resolve(asked)), reason);
    });
  }

  it('notices files with keys by name, in any case and behind a link', async () => {
    await symlink(ground.at('.env'), ground.at('notes.txt'));
    for (const asked of ['.env', 'notes.txt', 'deep/.ENV.local', 'id_rsa', 'tls/server.KEY']) {
      assert.ok((await ground.paths.resolve(asked)).isSecret, asked);
    }
    for (const asked of ['src/a.ts', '.env.example', 'id_rsa.pub', 'environment.ts']) {
      assert.ok(!(await ground.paths.resolve(asked)).isSecret, asked);
    }
    assert.ok(isSecretPath('/home/someone/.aws/config'));
  });

  it('finds a workspace that was opened through a link', async () => {
    const link = path.join(ground.outside, 'opened');
    await symlink(ground.workspace, link);
    const paths = new WorkspacePaths(() => [{ name: 'opened', path: link }]);
    const { path: shown, inWorkspace, absolute } = await paths.resolve('src/a.ts');
    assert.deepEqual([shown, inWorkspace, absolute], ['src/a.ts', true, ground.at('src/a.ts')]);
  });

  it('names the folder where there are several', async () => {
    const second = path.join(ground.outside, 'second');
    await mkdir(second);
    const paths = new WorkspacePaths(() => [
      { name: 'one', path: ground.workspace },
      { name: 'two', path: second },
    ]);
    assert.equal((await paths.resolve('two/x.ts')).absolute, path.join(second, 'x.ts'));
    assert.equal((await paths.resolve('two/x.ts')).path, 'two/x.ts');
    assert.equal((await paths.resolve('src/a.ts')).path, 'one/src/a.ts');
  });

  it('refuses relative paths where no folder is open', async () => {
    const paths = new WorkspacePaths(() => []);
    assert.match(await refusalOf(paths.resolve('a.ts')), /No folder/);
  });
});
