import assert from 'node:assert/strict';
import type { Frame } from 'playwright-core';
import { textAnswer } from '../../server/scenario';
import { ChatPanel } from './chatPanel';
import { drivenTest } from './drivenTest';

describe('The stream inspector in the editor', () => {
  const test = drivenTest();

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
});
