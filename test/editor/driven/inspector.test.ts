import assert from 'node:assert/strict';
import { mkdtemp, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Frame } from 'playwright-core';
import { parseRecording } from '../../../src/core/recording';
import { textAnswer } from '../../server/scenario';
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
    const dialog = session.page.locator('.quick-input-widget');
    const answer = async (command: string): Promise<void> => {
      await session.runCommand(command);
      // The palette has no such button.
      const ok = dialog.getByRole('button', { name: 'OK' });
      await ok.waitFor({ timeout: 30_000 });
      const input = dialog.locator('input[type=text]');
      // It first puts a place of its own there.
      await panel.waitFor(async () => (await input.inputValue()).includes('/'), 'a place');
      await session.page.waitForTimeout(500);
      await input.fill(file);
      await session.page.waitForTimeout(500);
      await ok.click();
    };
    await answer('Caudal: Save recording');
    await panel.waitFor(() => isFile(file), 'the file');
    const text = await readFile(file, 'utf8');
    const [saved] = parseRecording(text).turns;
    assert.ok(saved?.records.some((record) => record.kind === 'end'));
    assert.ok(!text.includes('"right"'));
  });
});

async function isFile(file: string): Promise<boolean> {
  return stat(file).then(
    (found) => found.size > 0,
    () => false,
  );
}
