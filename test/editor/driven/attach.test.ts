import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { png } from '../../fixtures/images';
import { drivenTest } from './drivenTest';

interface SentBlock {
  readonly type: string;
  readonly text?: string;
  readonly title?: string;
  readonly source?: { readonly media_type: string; readonly data: string };
}

const notes = 'Grüße\nzweite Zeile\n';
const pdf = Buffer.from(
  '%PDF-1.4\n1 0 obj<</Type/Page>>endobj\n2 0 obj<</Type/Page>>endobj\n%%EOF',
);

describe('Attaching', () => {
  const workspace = path.join(tmpdir(), `caudal-attach-${process.pid}`);
  const test = drivenTest({ workspace, settings: { 'git.enabled': true } });

  before(async () => {
    await mkdir(path.join(workspace, 'docs'), { recursive: true });
    await writeFile(path.join(workspace, 'notes.txt'), Buffer.from(`\ufeff${notes}`, 'utf16le'));
    await writeFile(path.join(workspace, 'latin.txt'), Buffer.from('caf\xe9\n', 'latin1'));
    await writeFile(
      path.join(workspace, 'tool.bin'),
      Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0, 1]),
    );
    await writeFile(path.join(workspace, 'docs', 'two.pdf'), pdf);
    await writeFile(path.join(workspace, 'docs', 'shot.png'), png(64, 48));
    await writeFile(path.join(workspace, 'docs', 'wide.png'), png(2_600, 26));
    await mkdir(path.join(workspace, 'src'));
    await writeFile(path.join(workspace, 'src', 'broken.json'), '{ "a": 1,, }\n');
    const git = (...args: string[]): Promise<unknown> =>
      promisify(execFile)('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
        cwd: workspace,
      });
    await git('init', '--quiet');
    await git('add', '.');
    await git('commit', '--quiet', '-m', 'The very first commit');
    await mkdir(path.join(workspace, 'lib'));
    await writeFile(path.join(workspace, 'lib', 'later.md'), '# Later\n');
    await git('add', '.');
    await git('commit', '--quiet', '-m', 'Something later');
    await writeFile(path.join(workspace, 'lib', 'later.md'), '# Later still\n');
  });
  after(() => rm(workspace, { recursive: true, force: true }));

  // A chat that was not asked anything stays the one shown, with what stands in its composer.
  beforeEach(async () => {
    const { panel } = test;
    await panel.composer.fill('');
    const chip = panel.frame.locator('.composer .chip');
    while ((await chip.count()) > 0) await panel.composer.press('Backspace');
  });

  /** The blocks of the last message that the server received. */
  function received(): readonly SentBlock[] {
    const { messages } = test.server.messageRequests.at(-1)!.body as {
      messages: { content: SentBlock[] }[];
    };
    return messages.at(-1)!.content;
  }

  async function chips(count: number): Promise<string[]> {
    const found = test.panel.frame.locator('.composer .chip');
    await test.panel.waitFor(async () => (await found.count()) === count, `${count} chips`);
    return found.allTextContents();
  }

  /** As a drop from the Explorer with Shift arrives. */
  async function drop(...names: string[]): Promise<void> {
    const uris = names.map((name) => `vscode-remote://remote${path.join(workspace, name)}`);
    await test.panel.frame.evaluate((list) => {
      const transfer = new DataTransfer();
      transfer.setData('application/vnd.code.uri-list', list);
      document.body.dispatchEvent(
        new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: transfer }),
      );
    }, uris.join('\r\n'));
  }

  async function ask(): Promise<void> {
    await test.panel.ask('What is this?');
    await test.panel.waitForStatus('complete');
  }

  it('sends a pasted image byte for byte, shows it, and opens it', async () => {
    const { panel, session } = test;
    const image = png(40, 30);
    await panel.composer.click();
    await panel.frame.evaluate(
      (bytes) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([new Uint8Array(bytes)], 'image.png', { type: 'image/png' }));
        const flags = { bubbles: true, cancelable: true, clipboardData: transfer };
        document.activeElement!.dispatchEvent(new ClipboardEvent('paste', flags));
      },
      [...image],
    );
    assert.match((await chips(1))[0]!, /image\.png 40 × 30/);
    await ask();
    assert.deepEqual(received(), [
      { type: 'text', text: 'image.png:' },
      {
        type: 'image',
        source: {
          type: 'base64',
          media_type: 'image/png',
          data: Buffer.from(image).toString('base64'),
        },
      },
      { type: 'text', text: 'What is this?' },
    ]);
    const thumbnail = panel.turns('user').last().locator('img');
    await panel.waitFor(
      () => thumbnail.evaluate((img: HTMLImageElement) => img.naturalWidth === 40),
      'the thumbnail',
    );
    assert.equal(await thumbnail.getAttribute('alt'), 'image.png, 40 × 30');
    await thumbnail.click();
    await session.page.locator('.tab', { hasText: '.png' }).waitFor();
  });

  it('takes what is dropped from the Explorer: text in any encoding, images, PDFs, folders', async () => {
    await drop('notes.txt', 'latin.txt', 'docs/shot.png', 'docs/two.pdf', 'docs');
    await chips(5);
    await ask();
    const [utf16, latin, , image, document, folder] = received();
    assert.equal(utf16?.text, `notes.txt:\n\`\`\`txt\n${notes}\`\`\``);
    assert.equal(latin?.text, 'latin.txt:\n```txt\ncafé\n```');
    assert.equal(image?.source?.data, Buffer.from(png(64, 48)).toString('base64'));
    assert.equal(document?.source?.data, pdf.toString('base64'));
    assert.equal(document.title, 'docs/two.pdf');
    assert.equal(folder?.text, 'Files in docs:\n```\nshot.png\ntwo.pdf\nwide.png\n```');
  });

  it('makes an image smaller that is larger than a model looks at', async () => {
    await drop('docs/wide.png');
    assert.match((await chips(1))[0]!, /2576 × 26/);
    await ask();
    const data = Buffer.from(received()[1]?.source?.data ?? '', 'base64');
    assert.deepEqual([data.readUInt32BE(16), data.readUInt32BE(20)], [2576, 26]);
  });

  it('refuses what is no text, no image and no PDF, and what is not there, with the reason', async () => {
    const { panel } = test;
    await drop('tool.bin', 'gone.txt', 'notes.txt');
    await panel.frame.getByText('tool.bin is neither text').waitFor();
    await panel.frame.getByText('gone.txt is not there any more.').waitFor();
    await chips(1);
  });

  it('has its attachments back after the window was reloaded', async () => {
    await drop('docs/shot.png', 'notes.txt');
    await chips(2);
    await test.panel.composer.fill('kept');
    await test.panel.composer.blur();
    await test.session.reload();
    test.panel = await test.session.openPanel();
    await chips(2);
    const image = test.panel.frame.locator('.composer .chip img');
    await test.panel.waitFor(
      () => image.evaluate((img: HTMLImageElement) => img.naturalWidth === 64),
      'the thumbnail',
    );
    await ask();
    assert.equal(received()[1]?.source?.data, Buffer.from(png(64, 48)).toString('base64'));
  });

  /** Types `@` and what is looked for, and takes the first row of this kind. */
  async function mention(typed: string, icon: string): Promise<void> {
    const { panel, session } = test;
    await panel.composer.click();
    const row = panel.frame.locator(`[role=option]:has(.codicon-${icon})`).first();
    // What the editor and Git find comes to be known only a while after the window is there.
    await panel.waitFor(async () => {
      await panel.composer.fill('');
      await session.page.keyboard.type(`@${typed}`);
      return row.waitFor({ timeout: 2_000 }).then(
        () => true,
        () => false,
      );
    }, `${typed} behind the @`);
    await row.click();
  }

  it('finds files, folders, changes, commits and chats behind an @, and sends them', async () => {
    await mention('lat.txt', 'file');
    await chips(1);
    await mention('docs', 'folder');
    await chips(2);
    await mention('changes', 'diff');
    await chips(3);
    await mention('thing later', 'git-commit');
    await chips(4);
    await mention('What is this', 'comment-discussion');
    await chips(5);
    await ask();
    const [file, folder, changes, commit, chat] = received().map(({ text = '' }) => text);
    assert.equal(file, 'latin.txt:\n```txt\ncafé\n```');
    assert.match(folder ?? '', /^Files in docs:\n```\nshot\.png/);
    assert.match(changes ?? '', /^Changes:\n```diff\ndiff --git a\/lib\/later\.md/);
    assert.match(commit ?? '', /^Something later:\n```diff\nSomething later/);
    assert.match(commit ?? '', /\+# Later\n/);
    assert.match(chat ?? '', /^What is this\?:\n```\nUser:\nWhat is this\?\n\nAssistant:\n/);
  });

  it('finds an open editor, its problems and a web page behind an @', async () => {
    const { session, panel, server } = test;
    await session.openFile('broken.json');
    await mention('broken', 'file-code');
    await chips(1);
    await panel.waitFor(async () => {
      await mention('problems', 'warning');
      return (await panel.frame.locator('.composer .chip').count()) === 2;
    }, 'the problems');
    await mention(`${server.url}/v1/models`, 'globe');
    // The server wants a key for that, which is not given to whoever is asked for a page.
    await panel.frame.getByText('HTTP 401').waitFor();
    await ask();
    const [editor, problems] = received().map(({ text = '' }) => text);
    assert.equal(editor, 'src/broken.json:\n```json\n{ "a": 1,, }\n```');
    assert.match(problems ?? '', /^Problems:\n```\nsrc\/broken\.json:1:10: error: /);
  });

  it('takes what is chosen in the menus of the Explorer and of an editor', async () => {
    const { session } = test;
    const { page } = session;
    await session.runCommand('View: Show Explorer');
    await session.chooseInMenu(
      page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'latin.txt' }),
      'Add to Caudal',
    );
    test.panel = await session.panel();
    assert.deepEqual(await chips(1), ['latin.txt≈2']);
    await session.runCommand('Caudal: Add to Caudal');
    await chips(2);
    await ask();
    const [file, editor] = received().map(({ text = '' }) => text);
    assert.equal(file, 'latin.txt:\n```txt\ncafé\n```');
    assert.equal(editor, 'src/broken.json:\n```json\n{ "a": 1,, }\n```');
  });

  it('keeps each image once, in a file named by its content', async () => {
    const { session } = test;
    const names = await filesBelow(path.join(session.folder, 'user'), 'blobs');
    assert.ok(names.length >= 4, names.join());
    for (const name of names) assert.match(name, /^[0-9a-f]{64}\.(png|pdf)$/);
  });
});

async function filesBelow(folder: string, parent: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && path.basename(entry.parentPath) === parent)
    .map(({ name }) => name);
}
