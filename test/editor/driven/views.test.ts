import assert from 'node:assert/strict';
import { textAnswer } from '../../server/scenario';
import { drivenTest } from './drivenTest';

describe('Views of one conversation', () => {
  const test = drivenTest();

  it('shows one stream in the side bar and in an editor tab', async () => {
    const { panel, server, session } = test;
    server.use(textAnswer('both '.repeat(200), { rate: 60, deltaSize: 5 }));
    await panel.ask('Hello');
    await panel.waitForText('both');
    await session.runCommand('Caudal: Open chat in editor');
    const tab = (await session.panels(2)).find(({ frame }) => frame !== panel.frame)!;
    await tab.waitForText('both');
    await tab.waitForStatus('complete');
    await panel.waitForStatus('complete');
    assert.equal(await tab.answerText(), await panel.answerText());
    assert.equal((await tab.answerText()).trim(), 'both '.repeat(200).trim());
    await session.runCommand('View: Close Editor');
  });

  it('has the whole answer after the view was hidden in mid-stream and booted anew (T45, T57)', async () => {
    const { server, session } = test;
    const text = 'hidden '.repeat(150).trim();
    server.use(textAnswer(text, { rate: 60, deltaSize: 7 }));
    await test.panel.ask('Hello');
    await test.panel.waitForText('hidden');
    await session.runCommand('View: Show Explorer');
    await session.page.waitForTimeout(1_000);
    test.panel = await session.openPanel();
    await test.panel.waitForStatus('complete');
    assert.equal((await test.panel.answerText()).trim(), text);
  });

  it('keeps what stands in the composer when the view boots anew (T114)', async () => {
    const { session } = test;
    await test.panel.composer.fill('half a thought');
    await session.page.waitForTimeout(600);
    await session.runCommand('View: Show Explorer');
    await session.page.waitForTimeout(500);
    test.panel = await session.openPanel();
    const { panel } = test;
    await panel.waitFor(
      async () => (await panel.composer.inputValue()) === 'half a thought',
      'the draft',
    );
    await panel.composer.fill('');
  });

  it('brings back the last prompt with ↑ in an empty composer', async () => {
    const { panel } = test;
    await panel.ask('What was I saying?');
    await panel.waitForStatus('complete');
    await panel.composer.press('ArrowUp');
    assert.equal(await panel.composer.inputValue(), 'What was I saying?');
    await panel.composer.press('Shift+Enter');
    assert.match(await panel.composer.inputValue(), /\n/);
    await panel.composer.fill('');
  });
});
