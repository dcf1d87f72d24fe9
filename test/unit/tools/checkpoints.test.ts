import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { appendFile, chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  checkpointLimits,
  Checkpoints,
  type ChangedFile,
} from '../../../src/node/tools/checkpoints';
import { DiskFiles, type FileChanges } from '../../../src/node/tools/fileChanges';
import { isIgnoredFile } from '../../../src/node/tools/fileWalk';
import { ToolGround } from './toolGround';

class Files extends DiskFiles {
  readonly unsaved = new Map<string, string>();
  unsavedText(file: string): string | undefined {
    return this.unsaved.get(file);
  }
}

describe('Checkpoints', () => {
  let ground: ToolGround;
  let checkpoints: Checkpoints;
  let changes: FileChanges;
  let turn = 'turn-1';
  const unasked = (): never => assert.fail('nobody was to be asked');
  const folder = (): string => path.join(ground.outside, 'checkpoints');
  const text = (name: string): Promise<string> => readFile(ground.at(name), 'utf8');

  beforeEach(async () => {
    turn = 'turn-1';
    ground = await ToolGround.make({ 'a.txt': 'one\n', 'b.txt': 'b\n', 'c.txt': 'c\n' });
    checkpoints = new Checkpoints(folder(), new Files());
    changes = checkpoints.watched(() => turn);
  });
  afterEach(() => ground.dispose());

  it('put back what a turn changed, made, deleted and renamed', async () => {
    await changes.write(ground.at('a.txt'), 'two\n');
    await changes.write(ground.at('a.txt'), 'three\n');
    await changes.create(ground.at('new/d.txt'), 'd');
    await changes.delete(ground.at('b.txt'));
    await changes.rename(ground.at('c.txt'), ground.at('moved.txt'));
    const report = await checkpoints.restore('turn-1', unasked);
    assert.equal(report?.restored.length, 5);
    assert.deepEqual(
      [await text('a.txt'), await text('b.txt'), await text('c.txt')],
      ['one\n', 'b\n', 'c\n'],
    );
    assert.ok(!existsSync(ground.at('new/d.txt')) && !existsSync(ground.at('moved.txt')));
    assert.deepEqual(await checkpoints.changedSince(), []);
  });

  it('go back to before a later turn alone', async () => {
    await changes.write(ground.at('a.txt'), 'two\n');
    turn = 'turn-2';
    await changes.write(ground.at('a.txt'), 'three\n');
    assert.deepEqual(await checkpoints.turns(), ['turn-1', 'turn-2']);
    await checkpoints.restore('turn-2', unasked);
    assert.equal(await text('a.txt'), 'two\n');
    await checkpoints.restore('turn-1', unasked);
    assert.equal(await text('a.txt'), 'one\n');
  });

  it('ask before what the person changed since is overwritten', async () => {
    await changes.write(ground.at('a.txt'), 'two\n');
    await changes.write(ground.at('b.txt'), 'B\n');
    await writeFile(ground.at('a.txt'), 'mine\n');
    const asked: string[] = [];
    const answer =
      (what: 'skip' | 'overwrite' | undefined) =>
      (files: readonly ChangedFile[]): Promise<typeof what> => {
        asked.push(...files.map(({ file }) => path.basename(file)));
        return Promise.resolve(what);
      };
    assert.equal(await checkpoints.restore('turn-1', answer(undefined)), undefined);
    assert.equal(await text('b.txt'), 'B\n');
    const skipped = await checkpoints.restore('turn-1', answer('skip'));
    assert.deepEqual(skipped, { restored: [ground.at('b.txt')], skipped: [ground.at('a.txt')] });
    assert.equal(await text('a.txt'), 'mine\n');
    await checkpoints.restore('turn-1', answer('overwrite'));
    assert.equal(await text('a.txt'), 'one\n');
    assert.deepEqual(asked, ['a.txt', 'a.txt', 'a.txt']);
  });

  it('can be undone themselves', async () => {
    await changes.write(ground.at('a.txt'), 'two\n');
    await checkpoints.restore('turn-1', unasked);
    await checkpoints.restore('restore of turn-1', unasked);
    assert.equal(await text('a.txt'), 'two\n');
  });

  it('bring back bytes as they were, whatever they are', async () => {
    const utf16 = Buffer.from('\uFEFFä\r\n', 'utf16le');
    const binary = Buffer.of(0, 255, 1);
    await ground.write('le.txt', utf16);
    await ground.write('tool.bin', binary);
    await changes.delete(ground.at('le.txt'));
    await changes.delete(ground.at('tool.bin'));
    await checkpoints.restore('turn-1', unasked);
    assert.deepEqual(await readFile(ground.at('le.txt')), utf16);
    assert.deepEqual(await readFile(ground.at('tool.bin')), binary);
  });

  it('survive a restart, a torn line and a damaged content', async () => {
    await changes.write(ground.at('a.txt'), 'two\n');
    await changes.write(ground.at('b.txt'), 'B\n');
    await appendFile(path.join(folder(), 'changes.jsonl'), '{"turn":"turn-1","file":"/x"');
    await appendFile(
      path.join(folder(), 'changes.jsonl'),
      `\n${JSON.stringify({ turn: 'turn-1', file: '/x', before: '../../a', after: 'absent' })}\n`,
    );
    const [{ before } = assert.fail()] = await checkpoints.changedSince();
    assert.ok(before.kind === 'bytes');
    for (const name of await readdir(folder())) {
      const kept = path.join(folder(), name);
      if ((await readFile(kept, 'utf8')) === 'b\n') {
        await chmod(kept, 0o600);
        await writeFile(kept, 'torn');
      }
    }
    const again = new Checkpoints(folder(), new Files());
    const report = await again.restore('turn-1', unasked);
    assert.deepEqual(report, { restored: [ground.at('a.txt')], skipped: [ground.at('b.txt')] });
    assert.equal(await text('a.txt'), 'one\n');
  });

  it('are bounded, and say what they no longer have', async () => {
    checkpoints = new Checkpoints(folder(), new Files(), { maxFileSize: 100, maxTotalSize: 150 });
    changes = checkpoints.watched(() => turn);
    for (const name of ['x', 'y', 'z']) {
      await ground.write(name, name.repeat(70));
      await changes.write(ground.at(name), 'changed');
    }
    await ground.write('large', 'l'.repeat(101));
    await changes.write(ground.at('large'), 'changed');
    const report = await checkpoints.restore('turn-1', () => Promise.resolve('overwrite' as const));
    assert.deepEqual(
      report?.skipped.map((file) => path.basename(file)),
      ['x', 'large'],
    );
  });

  it('put one file back alone, and all of a conversation', async () => {
    await changes.write(ground.at('a.txt'), 'two\n');
    turn = 'turn-2';
    await changes.write(ground.at('b.txt'), 'B\n');
    await checkpoints.restore(undefined, unasked, ground.at('b.txt'));
    assert.deepEqual([await text('a.txt'), await text('b.txt')], ['two\n', 'b\n']);
    await checkpoints.restore(undefined, unasked);
    assert.equal(await text('a.txt'), 'one\n');
  });

  it('keep nothing of what .gitignore ignores', async () => {
    await ground.write('.gitignore', '.env\nout/\n!out/kept\n');
    await ground.write('.env', 'KEY=secret');
    const limits = checkpointLimits;
    const isIgnored = (file: string): Promise<boolean> => isIgnoredFile(ground.workspace, file);
    checkpoints = new Checkpoints(folder(), new Files(), limits, isIgnored);
    changes = checkpoints.watched(() => turn);
    await changes.write(ground.at('.env'), 'KEY=other');
    await changes.create(ground.at('out/made.txt'), 'made');
    await changes.write(ground.at('a.txt'), 'two\n');
    const kept = await Promise.all(
      (await readdir(folder())).map((name) => readFile(path.join(folder(), name), 'utf8')),
    );
    assert.ok(kept.every((content) => !content.startsWith('KEY=') && content !== 'made'));
    const report = await checkpoints.restore('turn-1', unasked);
    assert.deepEqual(report?.restored.includes(ground.at('a.txt')), true);
    assert.ok(report.skipped.includes(ground.at('.env')));
    assert.equal(await text('.env'), 'KEY=other');
  });

  it('keep nothing of a change that was refused', async () => {
    await assert.rejects(changes.create(ground.at('a.txt'), 'x'));
    assert.deepEqual(await checkpoints.turns(), []);
  });

  it('keep what is in the editor and not on the disk', async () => {
    const files = new Files();
    files.unsaved.set(ground.at('a.txt'), 'typed\n');
    checkpoints = new Checkpoints(folder(), files);
    await checkpoints.watched(() => turn).write(ground.at('a.txt'), 'two\n');
    files.unsaved.clear();
    await checkpoints.restore('turn-1', () => Promise.resolve('overwrite' as const));
    assert.equal(await text('a.txt'), 'typed\n');
  });
});
