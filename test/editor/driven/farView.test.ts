import assert from 'node:assert/strict';
import type { Frame } from 'playwright-core';
import { textAnswer } from '../../server/scenario';
import { drivenTest } from './drivenTest';

/** Patches that the host sends ahead of what is painted, and one that is on its way. */
const windowSize = 4 + 1;
const text = Array.from({ length: 1_500 }, (_, i) => `word ${i}`).join(' ');

/** Long paragraphs are laid out in parts. */
function words(shown: string): string {
  return shown.trim().replace(/\s+/g, ' ');
}

interface Counted {
  patches: number;
  longest: number;
}

/** Counts the patches that reach the view, and the text in the largest. */
async function countPatches(frame: Frame): Promise<() => Promise<Counted>> {
  await frame.evaluate(() => {
    const counted = { patches: 0, longest: 0 };
    Object.assign(window, { counted });
    window.addEventListener('message', ({ data }: MessageEvent<{ type?: string }>) => {
      if (data.type !== 'patch') return;
      counted.patches++;
      counted.longest = Math.max(counted.longest, JSON.stringify(data).length);
    });
  });
  return () => frame.evaluate(() => ({ ...(window as unknown as { counted: Counted }).counted }));
}

describe('A view that is 100 ms away', () => {
  const test = drivenTest({ roundTripMs: 100 });

  it('shows the stream as it comes, more often than a round trip each, and then all of it', async () => {
    const { panel, server } = test;
    server.use(textAnswer(text, { rate: 500, deltaSize: 6 }));
    const counted = await countPatches(panel.frame);
    await panel.ask('Hello');
    await panel.waitForText('word 100 ');
    assert.notEqual(await panel.lastStatus(), 'complete');
    await panel.waitForStatus('complete');
    assert.equal(words(await panel.answerText()), text);
    // In the time of a round trip for each, the stream of four seconds would have come in forty.
    const { patches } = await counted();
    assert(patches > 60, `${patches} patches`);
  });

  it('is stopped, and keeps what it shows', async () => {
    const { panel, server } = test;
    server.use(textAnswer(text, { rate: 200, deltaSize: 6 }));
    await panel.ask('Hello');
    await panel.waitForText('word 20 ');
    await panel.stopButton.click();
    await panel.waitForStatus('stopped');
    assert(text.startsWith((await panel.answerText()).trim()));
    await server.waitForHangUp(server.messageRequests.at(-1)!);
  });
});

describe('A view that stops painting', () => {
  const test = drivenTest();

  it('holds nobody up, piles nothing up, and shows all of it when it paints again (T12, T13)', async () => {
    const { panel, server } = test;
    const { frame } = panel;
    server.use(textAnswer(text, { rate: 1_000, deltaSize: 6 }));
    await panel.ask('Hello');
    await panel.waitForText('word 10 ');
    await frame.evaluate(() => {
      const held: FrameRequestCallback[] = [];
      const paint = window.requestAnimationFrame.bind(window);
      window.requestAnimationFrame = (callback) => held.push(callback);
      Object.assign(window, { held, paint });
    });
    const counted = await countPatches(frame);
    const request = server.messageRequests.at(-1)!;
    await server.until(() => request.completed);
    // The host has all of it, and waits: a second view of it is whole.
    await test.session.runCommand('Caudal: Open chat in editor');
    const tab = (await test.session.panels(2)).find((view) => view.frame !== frame)!;
    await tab.waitForStatus('complete');
    assert.equal(words(await tab.answerText()), text);
    const { patches, longest } = await counted();
    assert(patches <= windowSize, `${patches} patches ahead`);
    assert(longest < 70_000, `${longest} in one patch`);
    assert.notEqual(await panel.lastStatus(), 'complete');

    await frame.evaluate(() => {
      type Paint = typeof window.requestAnimationFrame;
      const { held, paint } = window as unknown as { held: FrameRequestCallback[]; paint: Paint };
      window.requestAnimationFrame = paint;
      for (const callback of held) paint(callback);
    });
    await panel.waitForStatus('complete');
    assert.equal(words(await panel.answerText()), text);
    await test.session.runCommand('View: Close Editor');
  });
});
