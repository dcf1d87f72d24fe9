import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { applyTextEdits, type TextEdit } from '../../../src/core/textEdit';
import { editTools } from '../../../src/node/tools/editTools';
import { DiskFiles } from '../../../src/node/tools/fileChanges';
import { named, refusalOf, textOf, ToolGround } from './toolGround';

const replace = (oldText: string, newText: string, all = false): TextEdit => ({
  kind: 'replace',
  oldText,
  newText,
  all,
});
const insert = (afterLine: number, newText: string): TextEdit => ({
  kind: 'insert',
  afterLine,
  newText,
});

describe('Edits of a text', () => {
  it('replace exactly, whatever `$` is in them', () => {
    assert.equal(applyTextEdits('a.b', [replace('.', '$&$1')]), 'a$&$1b');
  });

  it('see each what those before made', () => {
    assert.equal(applyTextEdits('one', [replace('one', 'two'), replace('two', 'three')]), 'three');
  });

  it('keep line ends, also where they are mixed', () => {
    const mixed = 'a\r\nb\r\nc\nd\r\n';
    assert.equal(applyTextEdits(mixed, [replace('b\nc', 'B\nC\nx')]), 'a\r\nB\r\nC\r\nx\nd\r\n');
    assert.equal(applyTextEdits('a\nb\n', [replace('b', 'x\r\ny')]), 'a\nx\ny\n');
    assert.equal(applyTextEdits('a\r\nb\r\na\r\n', [replace('a\n', '', true)]), 'b\r\n');
  });

  it('insert whole lines', () => {
    assert.equal(applyTextEdits('a\nb\n', [insert(0, 'x')]), 'x\na\nb\n');
    assert.equal(applyTextEdits('a\r\nb\r\n', [insert(1, 'x\n')]), 'a\r\nx\r\nb\r\n');
    assert.equal(applyTextEdits('a\nb', [insert(2, 'x\n')]), 'a\nb\nx');
    assert.equal(applyTextEdits('', [insert(0, 'x')]), 'x');
  });

  it('are refused where they are not clear', () => {
    const refused = (text: string, ...edits: TextEdit[]): void => {
      assert.throws(() => applyTextEdits(text, edits), { name: 'ToolRefusal' });
    };
    refused('a a', replace('a', 'b'));
    refused('a', replace('x', 'b'));
    refused('a\nb', insert(3, 'x'));
    assert.throws(() => applyTextEdits('a\nb\na', [replace('a', '')]), /2 times \(lines 1, 3\)/);
    assert.throws(
      () => applyTextEdits('a', [replace('a', 'b'), replace('a', 'c')]),
      /Edit 2 of 2.*Nothing was changed/,
    );
  });
});

describe('Tools that change files', () => {
  let ground: ToolGround;
  beforeEach(async () => (ground = await ToolGround.make({ 'a.ts': 'let a = 1;\r\nlet b;\r\n' })));
  afterEach(() => ground.dispose());

  const call = (name: string, input: Record<string, unknown>): Promise<string> =>
    textOf(named(editTools(ground.paths, new DiskFiles()), name), input);
  const edit = (path: string, ...edits: Record<string, unknown>[]): Promise<string> =>
    call('edit_file', { path, edits });
  const bytes = (name: string): Promise<Buffer> => readFile(ground.at(name));

  it('edit a file and leave the rest of it as it was', async () => {
    const before = await stat(ground.at('a.ts'));
    await edit('a.ts', { old_text: 'let b;\n', new_text: 'let b;\nlet c;\n' });
    assert.equal(String(await bytes('a.ts')), 'let a = 1;\r\nlet b;\r\nlet c;\r\n');
    const after = await stat(ground.at('a.ts'));
    assert.deepEqual([after.ino, after.mode], [before.ino, before.mode]);
  });

  it('lose none of several edits that come at once', async () => {
    await ground.write('many.txt', '0 1 2 3 4 5 6 7 8 9');
    const tool = named(editTools(ground.paths, new DiskFiles()), 'edit_file');
    const digits = '0123456789'.split('');
    await Promise.all(
      digits.map((digit) =>
        textOf(tool, { path: 'many.txt', edits: [{ old_text: digit, new_text: `<${digit}>` }] }),
      ),
    );
    assert.equal(String(await bytes('many.txt')), digits.map((digit) => `<${digit}>`).join(' '));
  });

  it('keep encoding and byte order mark', async () => {
    const utf16 = Buffer.from('\uFEFFeins\nzwei\n', 'utf16le');
    await ground.write('le.txt', utf16);
    await ground.write('be.txt', Buffer.from(utf16).swap16());
    await ground.write('bom.txt', '\uFEFFeins\nzwei\n');
    for (const name of ['le.txt', 'be.txt', 'bom.txt']) {
      await edit(name, { old_text: 'zwei', new_text: 'drei ä' });
    }
    const changed = Buffer.from('\uFEFFeins\ndrei ä\n', 'utf16le');
    assert.deepEqual(await bytes('le.txt'), changed);
    assert.deepEqual(await bytes('be.txt'), Buffer.from(changed).swap16());
    assert.equal(String(await bytes('bom.txt')), '\uFEFFeins\ndrei ä\n');
  });

  it('change nothing where one of several edits does not fit', async () => {
    const before = await bytes('a.ts');
    const edits = [
      { old_text: 'let a', new_text: 'const a' },
      { old_text: 'not there', new_text: 'x' },
    ];
    assert.match(await refusalOf(edit('a.ts', ...edits)), /Edit 2 of 2/);
    assert.deepEqual(await bytes('a.ts'), before);
  });

  it('refuse binary files and invalid UTF-8, and leave them whole', async () => {
    await ground.write('latin1.txt', Buffer.from('caf\xe9 a\n', 'latin1'));
    await ground.write('a.bin', Uint8Array.of(97, 0, 98));
    const change = { old_text: 'a', new_text: 'b', replace_all: true };
    assert.match(await refusalOf(edit('latin1.txt', change)), /not UTF-8/);
    assert.match(await refusalOf(edit('a.bin', change)), /binary/);
    assert.deepEqual(await bytes('latin1.txt'), Buffer.from('caf\xe9 a\n', 'latin1'));
  });

  it('make files with their folders, and never over another', async () => {
    await call('create_file', { path: 'new/deep/b.ts', content: 'b\n' });
    assert.equal(String(await bytes('new/deep/b.ts')), 'b\n');
    const again = call('create_file', { path: 'a.ts', content: '' });
    assert.match(await refusalOf(again), /such a file already/);
  });

  it('delete a file, and no folder', async () => {
    await call('delete_file', { path: 'a.ts' });
    await assert.rejects(bytes('a.ts'), /ENOENT/);
    await ground.write('folder/a', '');
    assert.match(await refusalOf(call('delete_file', { path: 'folder' })), /folder/);
    assert.match(await refusalOf(call('delete_file', { path: '.' })), /workspace itself/);
  });

  it('rename a file, and never over another', async () => {
    await ground.write('b.ts', 'b');
    await call('rename_file', { path: 'b.ts', new_path: 'lib/c.ts' });
    assert.equal(String(await bytes('lib/c.ts')), 'b');
    const over = call('rename_file', { path: 'a.ts', new_path: 'lib/c.ts' });
    assert.match(await refusalOf(over), /already/);
  });

  it('leave the files of git itself alone', async () => {
    for (const path of ['.git/hooks/pre-commit', 'lib/.GIT/config']) {
      assert.match(await refusalOf(call('create_file', { path, content: 'x' })), /git itself/);
    }
  });

  it('take input of the wrong kind as a mistake of the model', async () => {
    assert.match(await refusalOf(call('edit_file', { path: 'a.ts', edits: 'x' })), /array/);
    assert.match(await refusalOf(edit('a.ts', { new_text: 'x' })), /"old_text" must/);
    assert.match(await refusalOf(edit('a.ts', { old_text: '', new_text: 'x' })), /empty/);
    assert.match(await refusalOf(call('edit_file', { path: 7, edits: [] })), /"path" must/);
  });
});
