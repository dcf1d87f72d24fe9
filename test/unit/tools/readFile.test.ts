import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, open, symlink } from 'node:fs/promises';
import { promisify } from 'node:util';
import { readFileTool } from '../../../src/node/tools/readFileTool';
import { refusalOf, run, textOf, ToolGround } from './toolGround';

describe('read_file', () => {
  let ground: ToolGround;
  const unsaved = new Map<string, string>();
  const tool = (): ReturnType<typeof readFileTool> =>
    readFileTool(ground.paths, { unsavedText: (file) => unsaved.get(file) });
  const read = (input: Record<string, unknown>): Promise<string> => textOf(tool(), input);

  beforeEach(async () => {
    ground = await ToolGround.make({ 'a.txt': 'one\r\ntwo\r\nthree\n' });
    unsaved.clear();
  });
  afterEach(() => ground.dispose());

  it('numbers lines, whatever ends them', async () => {
    assert.equal(await read({ path: 'a.txt' }), '1\tone\n2\ttwo\n3\tthree');
  });

  it('reads a range, and says how it goes on', async () => {
    assert.equal(
      await read({ path: 'a.txt', first_line: 2, line_count: 1 }),
      '2\ttwo\n\n[The file goes on: ask for first_line 3.]',
    );
    assert.equal(await read({ path: 'a.txt', first_line: 9 }), 'The file has only 3 lines.');
    await ground.write('open.txt', 'a\nb');
    assert.equal(await read({ path: 'open.txt', first_line: 9 }), 'The file has only 2 lines.');
    assert.equal(await read({ path: 'open.txt', first_line: 2 }), '2\tb');
  });

  it('tells an empty file', async () => {
    await ground.write('empty', '');
    assert.equal(await read({ path: 'empty' }), 'The file is empty.');
  });

  it('includes what is not saved yet', async () => {
    unsaved.set(ground.at('a.txt'), 'changed');
    assert.match(await read({ path: 'a.txt' }), /^1\tchanged\n\n\[It has unsaved changes/);
  });

  it('reads a place near the end of a file of 1 GB without holding it', async function () {
    this.timeout(60_000);
    const file = await open(ground.at('huge.log'), 'w');
    try {
      const chunk = Buffer.from(`${'x'.repeat(1023)}\n`.repeat(1024));
      for (let mebibyte = 0; mebibyte < 8; mebibyte++) await file.write(chunk);
      // The rest is one sparse line: it costs the disk nothing, and the reader as much as any other.
      await file.write('\nlast\n', 1024 ** 3);
    } finally {
      await file.close();
    }
    const before = process.memoryUsage().rss;
    const text = await read({ path: 'huge.log', first_line: 8194, line_count: 5 });
    assert.match(text, /8194\tlast$/);
    const grown = process.memoryUsage().rss - before;
    assert.ok(grown < 300 * 1024 ** 2, `reading took ${grown} bytes of memory`);
  });

  it('ends a long reading when it is aborted', async () => {
    const file = await open(ground.at('huge.log'), 'w');
    await file.truncate(1024 ** 3);
    await file.write('text', 0);
    await file.write(Buffer.alloc(10_000, 'x'), 0, 10_000, 0);
    await file.close();
    const abort = new AbortController();
    abort.abort();
    await assert.rejects(run(tool(), { path: 'huge.log' }, { signal: abort.signal }), /abort/i);
  });

  it('tells a binary file as such', async () => {
    await ground.write('tool.bin', Uint8Array.of(1, 2, 0, 3));
    assert.equal(await read({ path: 'tool.bin' }), 'A binary file of 4 bytes; it is not text.');
  });

  it('reads UTF-16 by its mark, and tells invalid UTF-8', async () => {
    const utf16 = Buffer.from('\uFEFFäöü\n', 'utf16le');
    await ground.write('le.txt', utf16);
    await ground.write('be.txt', Buffer.from(utf16).swap16());
    await ground.write('bom.txt', '\uFEFFäöü\n');
    await ground.write('latin1.txt', Buffer.from('caf\xe9\n', 'latin1'));
    await ground.write('genuine.txt', 'a \uFFFD of its own\n');
    assert.equal(await read({ path: 'le.txt' }), '1\täöü\n\n[Its encoding is utf-16le.]');
    assert.equal(await read({ path: 'be.txt' }), '1\täöü\n\n[Its encoding is utf-16be.]');
    assert.equal(await read({ path: 'bom.txt' }), '1\täöü');
    assert.match(await read({ path: 'latin1.txt' }), /^1\tcaf\uFFFD\n\n\[Some bytes are not valid/);
    assert.equal(await read({ path: 'genuine.txt' }), '1\ta \uFFFD of its own');
  });

  it('keeps characters whole where slices of a file meet', async () => {
    const line = `${'ä'.repeat(1999)}\n`;
    await ground.write('wide.txt', `x${line.repeat(400)}`);
    const text = await read({ path: 'wide.txt', first_line: 60, line_count: 30 });
    assert.ok(!text.includes('\uFFFD'));
    assert.equal(text.split('\n')[0], `60\t${'ä'.repeat(1999)}`);
  });

  it('gives images and PDFs as such, by what is in them', async () => {
    const png = Buffer.from('\x89PNG\r\n\x1a\nrest', 'latin1');
    await ground.write('photo.jpg', png);
    await ground.write('paper.pdf', '%PDF-1.7\nrest');
    const image = await run(tool(), { path: 'photo.jpg' });
    assert.deepEqual(image.content, [
      { kind: 'image', mediaType: 'image/png', data: new Uint8Array(png) },
    ]);
    const [pdf] = (await run(tool(), { path: 'paper.pdf' })).content;
    assert.ok(pdf?.kind === 'pdf' && pdf.name === 'paper.pdf');
  });

  it('refuses folders, pipes, devices and what is not there', async function () {
    assert.match(await refusalOf(read({ path: '.' })), /list_files/);
    assert.match(await refusalOf(read({ path: 'gone' })), /no such file/);
    if (process.platform === 'win32') return;
    await promisify(execFile)('mkfifo', [ground.at('pipe')]);
    assert.match(await refusalOf(read({ path: 'pipe' })), /no ordinary file/);
    assert.match(await refusalOf(read({ path: '/dev/zero' })), /no ordinary file/);
    if (process.getuid?.() === 0) return;
    await chmod(ground.at('a.txt'), 0);
    assert.match(await refusalOf(read({ path: 'a.txt' })), /not permit/);
  });

  it('says of a link out of the workspace where it leads', async () => {
    await symlink('/etc/hostname', ground.at('link'));
    assert.deepEqual(await tool().subject({ path: 'link' }), {
      kind: 'paths',
      paths: [{ path: '/etc/hostname', inWorkspace: false, isSecret: false }],
    });
  });
});
