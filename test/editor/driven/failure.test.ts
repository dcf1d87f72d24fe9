import assert from 'node:assert/strict';
import { httpError, textAnswer, type Scenario } from '../../server/scenario';
import { drivenTest } from './drivenTest';

const bad = (message: string): Scenario => httpError(400, 'invalid_request_error', message);

/** What the server says, and what the person must be able to read. */
const failures: readonly { name: string; scenario: Scenario; says: readonly RegExp[] }[] = [
  {
    name: 'a wrong key',
    scenario: httpError(401, 'authentication_error', 'invalid x-api-key'),
    says: [/key/i, /Set API key/],
  },
  {
    name: 'an unknown model',
    scenario: httpError(404, 'not_found_error', 'model: claude-nothing'),
    says: [/model/i, /Choose model/],
  },
  {
    name: 'a bad request, in the server’s own words and with its id',
    scenario: bad('messages.0: the server has its reasons'),
    says: [/the server has its reasons/, /req_\d+/],
  },
  {
    name: 'a page from a proxy',
    scenario: {
      fault: {
        kind: 'html',
        html: '<html><head><title>Sign in to the Wi-Fi</title></head></html>',
      },
    },
    says: [/Sign in to the Wi-Fi/],
  },
];

describe('A failure in the panel', () => {
  const test = drivenTest({ settings: { 'caudal.maxRetries': 1 } });

  for (const { name, scenario, says } of failures) {
    it(`shows ${name}, keeps the prompt, and is tried again`, async () => {
      const { panel, server } = test;
      server.queue(scenario);
      await panel.ask('My precious prompt');
      await panel.waitForStatus('failed');
      const card = await panel.alerts.last().innerText();
      for (const words of says) assert.match(card, words);
      assert.doesNotMatch(card, /\[object|undefined|\{"/);
      assert.match(await panel.turns('user').last().innerText(), /My precious prompt/);
      await panel.button('Try again').last().click();
      await panel.waitForText('Hello from the wire.');
      await panel.waitForStatus('complete');
    });
  }

  it('counts down to another attempt, and tries at once when asked (T75)', async () => {
    const { panel, server } = test;
    server.queue(httpError(429, 'rate_limit_error', 'Slow down', { 'retry-after': '40' }));
    await panel.ask('Hello');
    await panel.waitForStatus('waiting');
    await panel.waitFor(
      async () => /\b(40|3\d)\b/.test(await panel.lastAnswer.innerText()),
      'a countdown',
    );
    await panel.button('Retry now').click();
    await panel.waitForText('Hello from the wire.');
    await panel.waitForStatus('complete');
  });

  it('tries again by itself when the server is overloaded, by status or by event (T73, T75)', async () => {
    const { panel, server } = test;
    const overloads: Scenario[] = [
      httpError(529, 'overloaded_error', 'Overloaded'),
      textAnswer('x', {
        fault: { kind: 'error-event', afterDeltas: -1, type: 'overloaded_error' },
      }),
    ];
    for (const overload of overloads) {
      const count = server.messageRequests.length;
      server.queue(overload);
      await panel.ask('Hello');
      await panel.waitForStatus('complete');
      assert.equal(server.messageRequests.length, count + 2);
    }
  });

  it('says that nobody is at the address, and goes on when somebody is', async () => {
    const { panel, server, session } = test;
    server.queue(
      { fault: { kind: 'reset-before-headers' } },
      { fault: { kind: 'reset-before-headers' } },
    );
    await panel.ask('Anybody there?');
    await panel.waitForStatus('failed');
    assert.match(await panel.alerts.last().innerText(), /connection/i);
    await panel.button('Try again').last().click();
    await panel.waitForStatus('complete');
    await session.page.keyboard.press('Escape');
  });

  it('keeps the text of an answer that broke off, says what happened, and is tried again (T52, T79)', async () => {
    const { panel, server } = test;
    server.queue(
      textAnswer('The first half, and the second.', {
        deltaSize: 15,
        fault: { kind: 'error-event', afterDeltas: 1, type: 'invalid_request_error' },
      }),
    );
    await panel.ask('Hello');
    await panel.waitForStatus('interrupted');
    assert.match(await panel.answerText(), /The first half/);
    await panel.button('Try again').last().click();
    await panel.waitForStatus('complete');
    assert.equal((await panel.answerText()).trim(), 'Hello from the wire.');
  });
});
