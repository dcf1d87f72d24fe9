import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { findTools } from '../../../src/node/tools/findTools';
import { findRipgrep } from '../../../src/node/tools/ripgrep';
import { searchTextTool } from '../../../src/node/tools/searchTextTool';
import { named, refusalOf, run, textOf, ToolGround } from './toolGround';

const files = {
  'src/a.ts': 'const river = 1;\n// a River\nlet x;\n',
  'src/b.py': 'river = 2\n',
  'src/gen/c.ts': 'river\n',
  'src/.gitignore': 'gen/\n',
  '.gitignore': '*.log\n!keep.log\nbuild\n',
  'a.log': 'river\n',
  'keep.log': 'river\n',
  'build/out.ts': 'river\n',
  '.env': 'RIVER_KEY=1\n',
  '.git/config': 'river\n',
  'hidden/x.ts': 'river\n',
  'bin.dat': Uint8Array.of(0, 114, 105, 118, 101, 114),
};
const exclude = (): readonly string[] => ['**/hidden', '**/.git'];

describe('Tools that find files', () => {
  let ground: ToolGround;
  beforeEach(async () => (ground = await ToolGround.make(files)));
  afterEach(() => ground.dispose());

  const call = (name: string, input: Record<string, unknown> = {}): Promise<string> =>
    textOf(named(findTools(ground.paths, exclude), name), input);

  it('list without what .gitignore, git and the editor leave out', async () => {
    assert.deepEqual((await call('list_files', { depth: 5 })).split('\n'), [
      '.env',
      '.gitignore',
      'bin.dat',
      'keep.log',
      'src/',
      'src/.gitignore',
      'src/a.ts',
      'src/b.py',
    ]);
  });

  it('list a folder, as deep as was asked', async () => {
    assert.equal(
      await call('list_files', { path: 'src', depth: 1 }),
      'src/.gitignore\nsrc/a.ts\nsrc/b.py',
    );
    assert.match(await call('list_files', { depth: 1 }), /src\/$/);
  });

  it('end a long list', async () => {
    for (let index = 0; index < 1010; index++) await ground.write(`many/${index}`, '');
    const lines = (await call('list_files', { path: 'many' })).split('\n');
    assert.equal(lines.length, 1001);
    assert.match(lines.at(-1) ?? '', /more than 1000/);
  });

  it('find by glob', async () => {
    assert.equal(await call('find_files', { pattern: '*.ts' }), 'src/a.ts');
    assert.equal(await call('find_files', { pattern: 'src/**/*.{py,ts}' }), 'src/a.ts\nsrc/b.py');
    assert.match(await call('find_files', { pattern: '*', limit: 1 }), /more than 1/);
    assert.equal(await call('find_files', { pattern: 'nope' }), 'No file has such a name.');
  });

  it('do not follow links, so that nothing goes round or outside', async () => {
    await symlink(ground.workspace, ground.at('round'));
    await symlink(ground.outside, ground.at('out'));
    await writeFile(path.join(ground.outside, 'far.ts'), '');
    assert.equal(await call('find_files', { pattern: '*.ts' }), 'src/a.ts');
  });
});

/** VS Code's own, where a test has brought one already. */
async function ripgrepOfEditor(): Promise<string | undefined> {
  const provisioned = path.join(import.meta.dirname, '../../../.vscode-test');
  if (!existsSync(provisioned)) return findRipgrep('/nowhere');
  const roots = readdirSync(provisioned).map((name) => path.join(provisioned, name, 'vscode'));
  for (const root of roots) {
    const found = await findRipgrep(root);
    if (found !== undefined) return found;
  }
  return undefined;
}

for (const engine of ['ripgrep', 'our own search'] as const) {
  describe(`search_text with ${engine}`, () => {
    let ground: ToolGround;
    let program: string | undefined;
    before(async function () {
      program = engine === 'ripgrep' ? await ripgrepOfEditor() : undefined;
      if (engine === 'ripgrep' && program === undefined) this.skip();
    });
    beforeEach(async () => (ground = await ToolGround.make(files)));
    afterEach(() => ground.dispose());

    const tool = (): ReturnType<typeof searchTextTool> =>
      searchTextTool(ground.paths, exclude, () => Promise.resolve(program));
    const search = (input: Record<string, unknown>): Promise<string> => textOf(tool(), input);

    it('finds what is not left out, and keeps keys to itself', async () => {
      assert.deepEqual((await search({ pattern: 'river' })).split('\n'), [
        'keep.log:1:river',
        'src/a.ts:1:const river = 1;',
        'src/a.ts:2:// a River',
        'src/b.py:1:river = 2',
        '[not shown, since such files hold keys: .env. Name one as path to search it]',
      ]);
    });

    it('searches a file that is named, also one with keys, which is asked about', async () => {
      assert.equal(await search({ pattern: 'river', path: '.env' }), '.env:1:RIVER_KEY=1');
      const subject = await tool().subject({ pattern: 'river', path: '.env' });
      assert.ok(subject.kind === 'paths' && subject.paths[0]?.isSecret === true);
    });

    it('heeds case, globs and limits', async () => {
      assert.equal(
        await search({ pattern: 'River', case_sensitive: true }),
        'src/a.ts:2:// a River',
      );
      assert.equal(await search({ pattern: 'river', include: '*.py' }), 'src/b.py:1:river = 2');
      // A glob does not bring back what .gitignore leaves out.
      assert.equal(await search({ pattern: 'river', include: 'gen/*' }), 'Nothing found.');
      assert.match(await search({ pattern: 'river', limit: 1 }), /:river\n\[more than 1 match/);
    });

    it('gives lines around', async () => {
      assert.equal(
        await search({ pattern: 'a River', context_lines: 1 }),
        'src/a.ts-1-const river = 1;\nsrc/a.ts:2:// a River\nsrc/a.ts-3-let x;',
      );
    });

    it('takes a pattern and a name that look like options or commands for what they are', async () => {
      await ground.write('--pre=touch pwned', '--version $(touch pwned)\n');
      await ground.write('$(touch pwned).txt', 'needle\n');
      assert.match(await search({ pattern: '--version' }), /^--pre=touch pwned:1:--version/);
      assert.match(await search({ pattern: 'needle' }), /^\$\(touch pwned\)\.txt:1:needle/);
      assert.match(await search({ pattern: '--ver', path: '--pre=touch pwned' }), /:1:--version/);
      assert.ok(!existsSync(ground.at('pwned')));
    });

    it('searches by regular expression where it can be stopped', async () => {
      const wanted = { pattern: '^river\\s=', is_regex: true };
      if (engine === 'ripgrep') {
        assert.equal(await search(wanted), 'src/b.py:1:river = 2');
        assert.match(await refusalOf(search({ pattern: '(', is_regex: true })), /regex|parse/i);
      } else {
        assert.match(await refusalOf(search(wanted)), /need ripgrep/);
      }
    });

    it('ends when it is aborted', async () => {
      const signal = AbortSignal.abort();
      await assert.rejects(run(tool(), { pattern: 'river' }, { signal }), /abort/i);
    });
  });
}
