import assert from 'node:assert/strict';
import { textAnswer } from '../../server/scenario';
import { drivenTest } from './drivenTest';

const line = 'What a river carries, it lays down somewhere.\n\n';
const size = 10_000_000;

describe('Something far too big for a page', function () {
  this.timeout(180_000);
  const test = drivenTest();

  it('arrives whole in one event, is shown in part, and opens in an editor (T7, T22)', async () => {
    const { panel, server, session } = test;
    const text = `${line.repeat(Math.ceil(size / line.length))}The last line.`;
    server.use(textAnswer(text, { deltaSize: text.length }));
    await panel.ask('Say a lot, at once');
    await panel.frame
      .locator('[data-role=assistant][data-status=complete]')
      .waitFor({ timeout: 120_000 });
    const note = panel.lastAnswer.getByText('Only the first 2,000,000 characters are shown here.');
    await note.waitFor({ timeout: 120_000 });
    // It is as quick as ever.
    await panel.composer.fill('Still here');
    assert.equal(await panel.composer.inputValue(), 'Still here');
    await panel.composer.fill('');

    await panel.lastAnswer.getByRole('button', { name: 'Open all of it in an editor' }).click();
    await session.page.locator('.tab', { hasText: 'Answer.md' }).waitFor({ timeout: 60_000 });
    await session.page.locator('.editor-instance .view-lines').first().click();
    await session.page.keyboard.press('Control+End');
    await session.page
      .locator('.editor-instance .view-line', { hasText: 'The last line.' })
      .waitFor({ timeout: 60_000 });
  });
});
