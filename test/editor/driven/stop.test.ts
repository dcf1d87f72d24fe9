import assert from 'node:assert/strict';
import { httpError, textAnswer, thinkingAnswer, type Scenario } from '../../server/scenario';
import { drivenTest } from './drivenTest';

const text = 'Kept byte for byte: Grüße, 你好, 👩‍👩‍👧. And this never comes.';

/** Moments at which a person may press Stop, and what the server does then. */
const moments: readonly { name: string; scenario: Scenario; status: string }[] = [
  {
    name: 'before the headers (T64)',
    scenario: { fault: { kind: 'never-answers' } },
    status: 'connecting',
  },
  {
    name: 'in a silence after some text (T63)',
    scenario: textAnswer(text, { deltaSize: 34, fault: { kind: 'stall', afterDeltas: 1 } }),
    status: 'streaming',
  },
  {
    name: 'while it thinks (T64)',
    scenario: thinkingAnswer('Thinking for ever', 'no', {
      fault: { kind: 'stall', afterDeltas: 1 },
    }),
    status: 'streaming',
  },
  {
    name: 'in the wait before another attempt (T67)',
    scenario: httpError(529, 'overloaded_error', 'Overloaded', { 'retry-after': '60' }),
    status: 'waiting',
  },
  {
    name: 'under a thousand deltas a second (T117)',
    scenario: textAnswer('word '.repeat(20_000), { rate: 1_000, deltaSize: 5 }),
    status: 'streaming',
  },
];

describe('Stop', () => {
  const test = drivenTest();

  for (const { name, scenario, status } of moments) {
    it(`ends the turn ${name}, and the next prompt is answered`, async () => {
      const { panel, server } = test;
      const count = server.messageRequests.length;
      server.queue(scenario);
      await panel.ask('Hello');
      const request = await server.waitForRequest(count + 1);
      await panel.waitForStatus(status);
      await panel.stopButton.click();
      await panel.waitForStatus('stopped');
      if (status !== 'waiting') await server.waitForHangUp(request);
      assert.equal(await panel.alerts.count(), 0, 'stopping is no failure (T66)');
      server.use(textAnswer('The next answer.'));
      await panel.ask('Go on');
      await panel.waitForText('The next answer.');
    });
  }

  it('keeps the text that was there (T65)', async () => {
    const { panel, server, session } = test;
    server.use(textAnswer(text, { deltaSize: 34, fault: { kind: 'stall', afterDeltas: 1 } }));
    await panel.ask('Hello');
    await panel.waitForText('Grüße');
    const shown = await session.clipboardAfter(async () => {
      await panel.stopButton.click();
      await panel.waitForStatus('stopped');
      await panel.copyAnswer();
    });
    assert.equal(shown, server.messageRequests.at(-1)?.sentText);
    assert.match(await panel.lastAnswer.innerText(), /Stopped/);
  });

  it('listens to the command and to Esc (T68, T69)', async () => {
    const { panel, server, session } = test;
    const ways: (() => Promise<void>)[] = [
      () => session.runCommand('Caudal: Stop'),
      () => panel.composer.press('Escape'),
    ];
    for (const stop of ways) {
      server.use(textAnswer(text, { deltaSize: 8, fault: { kind: 'stall', afterDeltas: 1 } }));
      await panel.ask('Hello');
      // The turn before it shows the same words.
      await panel.waitForStatus('streaming');
      await panel.waitForText('Kept');
      await stop();
      await panel.waitForStatus('stopped');
    }
  });
});
