import assert from 'node:assert/strict';
import { keptText, restOf } from '../../faults/continuedAnswer';
import type { ScriptedBlock } from '../../server/scenario';
import { findExtensionHost } from '../processTree';
import type { ChatPanel } from './chatPanel';
import { drivenTest } from './drivenTest';

const text = Array.from({ length: 1_500 }, (_, n) => `Sentence ${n + 1} of the answer.`).join(' ');
const blocks: readonly ScriptedBlock[] = [
  { type: 'thinking', text: 'What will be left of this?' },
  { type: 'text', text },
];

describe('A conversation whose host ends', () => {
  const test = drivenTest({ settings: { 'caudal.escStops': false } });

  /** Begins slowly, and goes on fast when asked to. */
  function answerSlowly(): void {
    test.server.use((request) => {
      const kept = keptText(request);
      return kept === undefined
        ? { blocks, deltaSize: 6, rate: 30 }
        : { blocks: restOf(blocks, kept), deltaSize: 100 };
    });
  }

  /** Asks, and waits until a part of the answer has been on screen for as long as the next two sentences take. */
  async function askAndWait(prompt: string): Promise<void> {
    answerSlowly();
    await test.panel.ask(prompt);
    await test.panel.waitForText('Sentence 2 of');
    await test.panel.waitForText('Sentence 4 of');
  }

  async function assertBack(panel: ChatPanel, prompt: string): Promise<void> {
    await panel.waitForStatus('interrupted');
    assert.equal(await panel.turns('user').count(), 1);
    assert.ok((await panel.turns('user').innerText()).includes(prompt));
    assert.equal(await panel.turns('assistant').count(), 1);
    const kept = (await panel.answerText()).trim();
    assert.ok(kept.includes('Sentence 2 of the answer.'), kept);
    assert.ok(text.startsWith(kept), kept);
  }

  async function assertGoesOn(panel: ChatPanel): Promise<void> {
    await panel.button('Continue').click();
    await panel.waitForStatus('complete');
    assert.equal(await test.session.clipboardAfter(() => panel.copyAnswer()), text);
    test.server.use({ blocks: [{ type: 'text', text: 'Well.' }] });
    await panel.ask('And now?');
    await panel.waitForStatus('complete');
    assert.equal((await panel.answerText()).trim(), 'Well.');
  }

  it('is back after the window was reloaded in mid-answer, in its tab too, and goes on (T57, T58)', async () => {
    const { session } = test;
    await session.runCommand('Caudal: Open chat in editor');
    await session.panels(2);
    await session.runCommand('Caudal: Open chat');
    await askAndWait('What is left after a reload?');
    await session.reload();
    const panels = await session.panels(2);
    [test.panel] = panels as [ChatPanel];
    for (const panel of panels) await assertBack(panel, 'What is left after a reload?');
    assert.equal(
      await session.page.locator('.tab', { hasText: 'What is left after a reload?' }).count(),
      1,
    );
    await session.runCommand('View: Close Editor');
    await session.page.waitForFunction(() => document.querySelector('.tab') === null);
    test.panel = await session.openPanel();
    await assertGoesOn(test.panel);
  });

  it('is back after its extension host was killed in mid-answer, and goes on (T48)', async () => {
    const { session } = test;
    await askAndWait('What is left after a crash?');
    process.kill(await findExtensionHost(session.serverPid), 'SIGKILL');
    // A window under development is left without a host: the person reloads it.
    await session.page.reload();
    test.panel = await session.panel();
    await assertBack(test.panel, 'What is left after a crash?');
    await assertGoesOn(test.panel);
  });
});
