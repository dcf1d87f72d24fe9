import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { gitTools } from '../../../src/node/tools/gitTools';
import { named, refusalOf, textOf, ToolGround } from './toolGround';

describe('Tools that look at git', () => {
  let ground: ToolGround;
  const git = async (...args: string[]): Promise<void> => {
    const who = ['-c', 'user.name=Someone', '-c', 'user.email=someone@example.com'];
    await promisify(execFile)('git', [...who, ...args], { cwd: ground.workspace });
  };
  beforeEach(async () => {
    ground = await ToolGround.make({
      'a.txt': 'one\n',
      '.env': 'KEY=1\n',
      '$(touch pwned).txt': 'x\n',
    });
    await git('init', '--quiet', '--initial-branch=main');
    await git('add', '--all');
    await git('commit', '--quiet', '--message=First');
  });
  afterEach(() => ground.dispose());

  const call = (name: string, input: Record<string, unknown> = {}): Promise<string> =>
    textOf(named(gitTools(ground.paths), name), input);

  it('show what is changed and staged, and no keys', async () => {
    assert.equal(await call('git_diff'), 'Nothing is changed.');
    await ground.write('a.txt', 'two\n');
    await ground.write('.env', 'KEY=2\n');
    const text = await call('git_diff');
    assert.match(text, /-one\n\+two/);
    assert.ok(!text.includes('KEY'));
    assert.match(text, /not shown, since it holds keys: \.env/);
    assert.equal(await call('git_diff', { staged_only: true }), 'Nothing is changed.');
    assert.match(await call('git_diff', { path: '.env' }), /\+KEY=2/);
  });

  it('show commits', async () => {
    assert.match(await call('git_log'), /^[0-9a-f]+ \d{4}-\d\d-\d\d Someone: First$/);
  });

  it('take no option for a commit, and no name for a command', async () => {
    for (const since of ['--output=pwned', '-h', '$(touch pwned)', 'a b', 'HEAD;ls']) {
      assert.match(await refusalOf(call('git_diff', { since })), /no commit/);
    }
    await ground.write('$(touch pwned).txt', 'y\n');
    assert.match(await call('git_diff', { path: '$(touch pwned).txt' }), /\+y/);
    assert.ok(!existsSync(ground.at('pwned')));
  });

  it("start nothing that a repository's configuration asks for", async () => {
    await git('config', 'core.fsmonitor', 'touch pwned');
    await git('config', 'diff.external', 'touch pwned');
    await git('config', 'core.pager', 'touch pwned');
    await git('config', 'diff.evil.textconv', 'touch pwned; cat');
    await git('config', 'diff.evil.command', 'touch pwned; cat');
    await ground.write('.gitattributes', '*.txt diff=evil\n');
    await ground.write('a.txt', 'two\n');
    assert.match(await call('git_diff'), /\+two/);
    await call('git_log', { path: 'a.txt' });
    assert.ok(!existsSync(ground.at('pwned')));
  });

  it('say what git says', async () => {
    assert.match(await refusalOf(call('git_diff', { since: 'nowhere' })), /nowhere/);
  });
});
