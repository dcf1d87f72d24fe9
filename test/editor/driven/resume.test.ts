import assert from 'node:assert/strict';
import { keptText, restOf } from '../../faults/continuedAnswer';
import type { Scenario, ScriptedBlock } from '../../server/scenario';
import { drivenTest } from './drivenTest';

const text = [
  '# What stays\n\nEverything that **has arrived** stays where it is, whatever dies next.\n\n',
  '1. The socket, cut in the middle of a word.\n2. The network, for as long as it likes.\n\n',
  '```ts\nconst cursor = { turn: 7, offset: 1024 };\nfor (const delta of rest) append(delta);\n```\n\n',
  'And then the answer goes on, größer and 更大, to its very last character.',
].join('');
const blocks: readonly ScriptedBlock[] = [
  { type: 'thinking', text: 'Where will it break?' },
  { type: 'text', text },
];
/** Words that a continuation says again, as models do. */
const repeatedWords = 8;

describe('An answer that is cut', () => {
  const test = drivenTest();

  /** Begins the answer slowly, and goes on with it fast. */
  function answerBySteps(first: Partial<Scenario>): void {
    test.server.use((request) => {
      const kept = keptText(request);
      return kept === undefined
        ? { blocks, deltaSize: 3, ...first }
        : { blocks: restOf(blocks, kept, repeatedWords), deltaSize: 3 };
    });
  }

  async function assertWhole(): Promise<void> {
    const { panel, session } = test;
    await panel.waitForStatus('complete');
    assert.equal(await session.clipboardAfter(() => panel.copyAnswer()), text);
    assert.equal(await panel.frame.locator('.md-seam').count(), 1);
    const code = await panel.lastAnswer.locator('pre code').innerText();
    assert.equal(code.trimEnd(), codeOf(text));
  }

  it('waits for the network, with what it has, and goes on from its last character (T51–T54)', async () => {
    const { panel, server } = test;
    answerBySteps({ rate: 30 });
    await panel.ask('What stays?');
    await panel.waitForText('whatever dies');
    await server.goAway();
    await panel.waitForStatus('paused');
    assert.match(await panel.lastAnswer.innerText(), /Offline/);
    assert.match(await panel.answerText(), /whatever dies/);
    await server.comeBack();
    await assertWhole();
  });

  it('goes on after a cut inside a block of code', async () => {
    const { panel } = test;
    answerBySteps({ fault: { kind: 'reset-after-bytes', bytes: 11_500 } });
    await panel.ask('What stays?');
    await assertWhole();
  });

  it('goes on when the person says so, where trying again by itself would not help', async () => {
    const { panel } = test;
    answerBySteps({
      fault: { kind: 'error-event', afterDeltas: 60, type: 'invalid_request_error' },
    });
    await panel.ask('What stays?');
    await panel.waitForStatus('interrupted');
    await panel.button('Continue').click();
    await assertWhole();
  });

  it('goes on after it was stopped', async () => {
    const { panel } = test;
    answerBySteps({ rate: 30 });
    await panel.ask('What stays?');
    await panel.waitForText('whatever');
    await panel.stopButton.click();
    await panel.waitForStatus('stopped');
    await panel.button('Continue').click();
    await assertWhole();
  });
});

function codeOf(markdown: string): string {
  return /```ts\n([^]*?)\n```/.exec(markdown)?.[1] ?? '';
}
