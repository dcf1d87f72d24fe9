import assert from 'node:assert/strict';
import path from 'node:path';
import { build } from 'esbuild';
import type { Locator } from 'playwright-core';
import { messageGroups } from '../../server/contentBlocks';
import type { ReceivedRequest } from '../../server/receivedRequest';
import { toolCall, type Scenario } from '../../server/scenario';
import { outRoot, repositoryRoot } from '../provision/paths';
import { drivenTest } from './drivenTest';

const testsPath = path.join(outRoot, 'toolsInHost.js');

let serial = 0;

/** Calls each command in turn, and says what it is told last. */
function calls(...commands: readonly string[]): (request: ReceivedRequest) => Scenario {
  const left = [...commands];
  return ({ body }) => {
    const command = left.shift();
    if (command !== undefined) {
      const json = JSON.stringify({ command });
      return {
        blocks: [toolCall(`toolu_${++serial}`, 'run_command', json.slice(0, 14), json.slice(14))],
        stopReason: 'tool_use',
      };
    }
    const last = messageGroups(body['messages']).at(-1);
    const results = last?.blocks.filter(({ block }) => block['type'] === 'tool_result') ?? [];
    return { blocks: [{ type: 'text', text: `I read: ${JSON.stringify(results)}` }] };
  };
}

describe('Tools in the panel', () => {
  before(() =>
    build({
      entryPoints: [path.join(repositoryRoot, 'test', 'editor', 'toolsInHost.ts')],
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node20',
      outfile: testsPath,
      external: ['vscode'],
      logLevel: 'warning',
    }),
  );
  const test = drivenTest({ testsPath });

  function card(at = 0): Locator {
    return test.panel.lastAnswer.locator('[data-testid=tool-card]').nth(at);
  }

  async function waitForCard(state: string, at = 0): Promise<void> {
    await test.panel.waitFor(
      async () =>
        (await card(at).count()) > 0 && (await card(at).getAttribute('data-state')) === state,
      `a call that is ${state}`,
    );
  }

  it('are asked about, run once allowed, and answered', async () => {
    const { panel, server } = test;
    server.use(calls('npm test'));
    await panel.ask('Test it');
    await waitForCard('asking');
    assert.match(await card().innerText(), /npm test/);
    await panel
      .button('Allow')
      .and(panel.frame.getByText('Allow', { exact: true }))
      .click();
    await waitForCard('done');
    await panel.waitForStatus('complete');
    assert.match(await panel.answerText(), /exit code 0/);
    await card().getByRole('button', { name: 'Result' }).click();
    await card().locator('.ansiGreen', { hasText: 'npm test is under way' }).waitFor();
  });

  it('are allowed and denied by keyboard', async () => {
    const { panel, server } = test;
    server.use(calls('one', 'two'));
    await panel.ask('Twice');
    await waitForCard('asking');
    await panel.composer.press('Control+Enter');
    await waitForCard('done');
    await waitForCard('asking', 1);
    await panel.composer.press('Control+Alt+Enter');
    await waitForCard('denied', 1);
    await panel.waitForStatus('complete');
    assert.match(await panel.answerText(), /the person denied it/);
  });

  it('are only described while the mode is plan', async () => {
    const { panel, server } = test;
    server.use(calls('npm test'));
    await panel.frame.locator('[data-testid=tool-mode]').selectOption('plan');
    await panel.ask('Test it');
    await waitForCard('denied');
    await panel.waitForStatus('complete');
    assert.match(await panel.answerText(), /plan mode/);
  });

  it('stop with the answer', async () => {
    const { panel, server } = test;
    server.use(calls('sleep'));
    await panel.ask('Wait');
    await waitForCard('asking');
    await panel.composer.press('Control+Enter');
    await waitForCard('running');
    await card().locator('.ansiGreen', { hasText: 'sleep is under way' }).waitFor();
    await panel.stopButton.click();
    await panel.waitForStatus('stopped');
    await waitForCard('stopped');
  });

  it('tell of themselves where the panel is not seen', async () => {
    const { panel, server, session } = test;
    let hidden: () => void = () => undefined;
    const until = new Promise<void>((resolve) => (hidden = resolve));
    const answer = calls('npm test');
    server.use((request) => ({ ...answer(request), pauses: [{ afterDeltas: 1, until }] }));
    await panel.ask('Test it');
    await waitForCard('writing');
    await session.runCommand('View: Show Explorer');
    hidden();
    // The editor keeps notifications out of sight while it is driven.
    await session.runCommand('Notifications: Show Notifications');
    const notification = session.page
      .locator('.notifications-center .notification-list-item')
      .filter({ hasText: 'waits for your approval' });
    await notification.waitFor();
    await session.page.locator('.activitybar .badge-content', { hasText: '1' }).waitFor();
    await notification.getByRole('button', { name: 'Show', exact: true }).click();
    test.panel = await session.panel();
    await waitForCard('asking');
    await test.panel.composer.press('Control+Enter');
    await test.panel.waitForStatus('complete');
  });

  it('that ran when the window closed are said to have begun, and are not run again (T87, T111)', async () => {
    const { panel, server, session } = test;
    server.use(calls('sleep'));
    await panel.ask('Wait');
    await waitForCard('asking');
    await panel.composer.press('Control+Enter');
    await waitForCard('running');
    await session.page.reload();
    test.panel = await session.openPanel();
    await waitForCard('unknown');
    const before = server.messageRequests.length;
    await test.panel.button('Continue').click();
    await test.panel.waitForStatus('complete');
    assert.equal(server.messageRequests.length, before + 1);
    assert.match(await test.panel.answerText(), /Whether it was done is not known/);
  });
});
