import assert from 'node:assert/strict';
import { drivenTest } from './drivenTest';

describe('A window that is reloaded', () => {
  const test = drivenTest();

  it('keeps its tab, its chat and what stood in the composer (T114)', async () => {
    const { session, panel } = test;
    await panel.ask('Hello');
    await panel.waitForStatus('complete');
    await session.runCommand('Caudal: Open chat in editor');
    await session.panels(2);
    await panel.composer.fill('half a thought');
    // The view saves within 250 ms; what follows waits for the host's answer to a later message.
    await panel.composer.blur();
    await session.runCommand('Caudal: Open chat');
    await session.reload();
    const panels = await session.panels(2);
    for (const view of panels) {
      await view.waitFor(
        async () => (await view.composer.inputValue()) === 'half a thought',
        'the draft',
      );
    }
    assert.equal(await session.page.locator('.tab', { hasText: 'Hello' }).count(), 1);
  });
});
