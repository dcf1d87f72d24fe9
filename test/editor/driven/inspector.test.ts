import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Frame, Locator } from 'playwright-core';
import { parseRecording, recordingLines } from '../../../src/core/recording';
import { textAnswer } from '../../server/scenario';
import { recordedTurn } from '../../unit/recordedTurn';
import { repositoryRoot } from '../provision/paths';
import { ChatPanel } from './chatPanel';
import { drivenTest } from './drivenTest';

describe('The stream inspector in the editor', () => {
  const test = drivenTest();

  // A chat in a tab would take the next test's new chat.
  afterEach(() => test.session.runCommand('View: Close All Editors'));

  /** The frame of the inspector's page, as soon as it shows an answer. */
  async function inspectorFrame(): Promise<Frame> {
    const { panel, session } = test;
    let found: Frame | undefined;
    await panel.waitFor(async () => {
      for (const frame of session.page.frames()) {
        const events = frame.locator('#inspector [data-testid=events]');
        if ((await events.count().catch(() => 0)) > 0) found = frame;
      }
      return found !== undefined;
    }, 'the stream inspector');
    return found!;
  }

  it('opens from the figures under an answer, retries and all, and replays it in a chat', async () => {
    const { panel, server, session } = test;
    server.queue(
      textAnswer('The river rises in the hills and runs to the sea.', {
        deltaSize: 6,
        fault: { kind: 'reset', afterDeltas: 4 },
      }),
      textAnswer('hills and runs to the sea.', { deltaSize: 6 }),
    );
    await panel.ask('Tell me of the river');
    await panel.waitForStatus('complete');
    await panel.lastAnswer.locator('button.figures').click();
    const frame = await inspectorFrame();

    await frame.getByTestId('filter').fill('cut');
    await frame.locator('[role=option][data-type=cut]').click();
    assert.match(await frame.getByTestId('event-json').innerText(), /ECONNRESET|network/);
    await frame.getByTestId('filter').fill('request');
    await frame.locator('[role=option][data-type=request]').first().click();
    const request = await frame.getByTestId('event-json').innerText();
    assert.match(request, /"x-api-key": "‹redacted›"/);
    assert.match(request, /Tell me of the river/);
    await frame.getByTestId('filter').fill('rises');
    await frame.getByTestId('filter').fill('');
    await panel.waitFor(
      async () => /Attempts\s+2/.test(await frame.locator('.figure-strip').innerText()),
      'two attempts',
    );

    await frame.getByRole('button', { name: 'All at once' }).click();
    const original = await panel.answerText();
    await panel.waitFor(async () => {
      for (const candidate of session.page.frames()) {
        if (candidate === panel.frame) continue;
        const chat = new ChatPanel(candidate);
        const isChat = (await chat.composer.count().catch(() => 0)) > 0;
        if (isChat && (await chat.answerText()) === original) return true;
      }
      return false;
    }, 'the replayed answer');
  });

  it('saves what it shows, without the key', async () => {
    const { panel, server, session } = test;
    server.use(textAnswer('Down to the sea.'));
    await panel.ask('Where does it go?');
    await panel.waitForStatus('complete');
    await panel.lastAnswer.locator('button.figures').click();
    await inspectorFrame();
    const folder = await mkdtemp(path.join(tmpdir(), 'caudal-recording-'));
    const file = path.join(folder, 'river.jsonl');
    await session.runCommand('Caudal: Save recording');
    await chooseFile(file);
    await panel.waitFor(() => isFile(file), 'the file');
    const text = await readFile(file, 'utf8');
    const [saved] = parseRecording(text).turns;
    assert.ok(saved?.records.some((record) => record.kind === 'end'));
    assert.ok(!text.includes('"right"'));

    const stream = path.join(folder, 'river.sse');
    await session.runCommand('Caudal: Save recording');
    await chooseFile(stream);
    await panel.waitFor(() => isFile(stream), 'the events');
    assert.match(await readFile(stream, 'utf8'), /^event: message_start\ndata: \{.*\}\n\n/m);

    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', 'test/replay/main.ts', file],
      { cwd: repositoryRoot },
    );
    assert.match(stdout, /"text": "Down to the sea\."/);
  });

  it('opens a recording, and replays it step by step and at the pace in which it came', async () => {
    const { panel, session } = test;
    const folder = await mkdtemp(path.join(tmpdir(), 'caudal-recording-'));
    const file = path.join(folder, 'rain.jsonl');
    const answer = 'Rain falls, and the river rises.';
    await writeFile(file, await recordingOf(answer));
    await session.runCommand('Caudal: Open recording');
    await chooseFile(file);
    const frame = await inspectorFrame();
    await panel.waitFor(
      async () => (await frame.locator('body').innerText()).includes('rain.jsonl'),
      "the file's name",
    );

    await frame.getByRole('button', { name: 'Next event' }).click();
    const replayed = await replayedChat();
    await panel.waitFor(async () => (await replayed.lastStatus()) === 'streaming', 'its start');
    for (let step = 0; step < 5; step++)
      await frame.getByRole('button', { name: 'Next event' }).click();
    await panel.waitFor(async () => (await replayed.answerText()).startsWith('Rain'), 'some of it');
    assert.notEqual(await replayed.answerText(), answer);
    await frame.getByRole('button', { name: '10×' }).click();
    await replayed.waitForStatus('complete');
    assert.equal(await replayed.answerText(), answer);
  });

  it('stops a replay from the chat that it plays in', async () => {
    const { panel, session } = test;
    const folder = await mkdtemp(path.join(tmpdir(), 'caudal-recording-'));
    const file = path.join(folder, 'rain.jsonl');
    await writeFile(file, await recordingOf('Rain falls, and the river rises.'));
    await session.runCommand('Caudal: Open recording');
    await chooseFile(file);
    const frame = await inspectorFrame();
    await frame.getByRole('button', { name: 'Next event' }).click();
    const replayed = await replayedChat();
    await panel.waitFor(async () => (await replayed.lastStatus()) === 'streaming', 'its start');
    await replayed.stopButton.click();
    await replayed.waitForStatus('stopped');
  });

  it('says in words what is wrong with a file that is no recording', async () => {
    const { panel, session } = test;
    const folder = await mkdtemp(path.join(tmpdir(), 'caudal-recording-'));
    const file = path.join(folder, 'notes.jsonl');
    await writeFile(file, '{"hello":"there"}\n');
    await session.runCommand('Caudal: Open recording');
    await chooseFile(file);
    await panel.waitFor(
      async () => (await panel.frame.page().locator('.quick-input-widget:visible').count()) === 0,
      'the end of the dialog',
    );
    await notification('This file is no recording of Caudal.');
    await session.runCommand('Notifications: Clear All Notifications');
  });

  it('shows all of a bug report before it is saved', async () => {
    const { panel, server, session } = test;
    server.use(textAnswer('Down to the sea.'));
    await panel.ask('Where does it go?');
    await panel.waitForStatus('complete');
    const folder = await mkdtemp(path.join(tmpdir(), 'caudal-recording-'));
    const file = path.join(folder, 'report.jsonl');
    await session.runCommand('Caudal: Save bug report bundle');
    const editor = session.page.locator('.editor-instance .view-lines');
    await panel.waitFor(
      async () => (await editor.first().innerText()).includes('caudal'),
      'the report',
    );
    const notice = await notification('This is all that the bug report holds');
    const save = notice.getByRole('button', { name: 'Save', exact: true });
    assert.equal(await isFile(file), false);
    await save.click();
    await chooseFile(file);
    await panel.waitFor(() => isFile(file), 'the file');
    const text = await readFile(file, 'utf8');
    assert.match(text, /"kind":"report"/);
    assert.match(text, /"settings":\{/);
    assert.match(text, /"log":\[/);
    assert.match(text, /Where does it go\?/);
    assert.ok(!text.includes('"right"'));
    assert.equal(parseRecording(text).turns.length > 0, true);
    await session.runCommand('File: Revert File');
  });

  /** The notification that says this; the editor keeps notifications out of sight while it is driven. */
  async function notification(text: string): Promise<Locator> {
    await test.session.runCommand('Notifications: Show Notifications');
    const item = test.session.page
      .locator('.notifications-center .notification-list-item')
      .filter({ hasText: text });
    await item.first().waitFor({ timeout: 30_000 });
    return item.first();
  }

  /** In VS Code's own dialog for files, where there is no desktop. */
  async function chooseFile(file: string): Promise<void> {
    const { panel, session } = test;
    const dialog = session.page.locator('.quick-input-widget');
    // The palette has no such button.
    const ok = dialog.getByRole('button', { name: /^(OK|Open recording|Save recording|Save)$/ });
    await ok.waitFor({ timeout: 30_000 });
    const input = dialog.locator('input[type=text]');
    // It first puts a place of its own there.
    await panel.waitFor(async () => (await input.inputValue()).includes('/'), 'a place');
    await session.page.waitForTimeout(500);
    await input.fill(file);
    await session.page.waitForTimeout(500);
    await ok.click();
  }

  /** The chat in a tab, that a replay plays in. */
  async function replayedChat(): Promise<ChatPanel> {
    const { panel, session } = test;
    let found: ChatPanel | undefined;
    await panel.waitFor(async () => {
      for (const candidate of session.page.frames()) {
        if (candidate === panel.frame) continue;
        const chat = new ChatPanel(candidate);
        if (
          (await chat
            .turns('assistant')
            .count()
            .catch(() => 0)) > 0
        )
          found = chat;
      }
      return found !== undefined;
    }, 'the chat of the replay');
    return found!;
  }
});

/** As it was taken down from an answer over a real socket. */
async function recordingOf(text: string): Promise<string> {
  const { recording } = await recordedTurn(textAnswer(text, { deltaSize: 4, rate: 50 }));
  const head = { savedAt: 1, versions: { caudal: '0.1.0' } };
  return [...recordingLines({ head, turns: [recording] }, (line) => line)].join('\n');
}

async function isFile(file: string): Promise<boolean> {
  return stat(file).then(
    (found) => found.size > 0,
    () => false,
  );
}
