import assert from 'node:assert/strict';
import path from 'node:path';
import { build } from 'esbuild';
import { isJsonObject } from '../../../src/core/json';
import type { ReceivedRequest } from '../../server/receivedRequest';
import { textAnswer, toolCall, webSearch } from '../../server/scenario';
import { outRoot, repositoryRoot } from '../provision/paths';
import { drivenTest } from './drivenTest';

const testsPath = path.join(outRoot, 'mcpInHost.js');

function toolNames({ body }: ReceivedRequest): readonly string[] {
  const { tools } = body;
  return (Array.isArray(tools) ? tools.filter(isJsonObject) : []).map(({ name }) => String(name));
}

describe('The tools of a chat', () => {
  before(() =>
    build({
      entryPoints: [path.join(repositoryRoot, 'test', 'editor', 'mcpInHost.ts')],
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node20',
      outfile: testsPath,
      external: ['vscode'],
      logLevel: 'warning',
    }),
  );
  // Without AI features the editor starts no MCP server.
  const test = drivenTest({ testsPath, settings: { 'chat.disableAIFeatures': false } });

  /** Ticks what the list has under these words, as soon as it has it. */
  async function choose(typed: string, label: RegExp): Promise<void> {
    const { panel, session } = test;
    const list = session.page.locator('.quick-input-widget');
    const row = list.locator('.monaco-list-row').filter({ hasText: label });
    await panel.waitFor(async () => {
      // Opened before the server has said what it has, the list does not learn of it.
      await session.page.keyboard.press('Escape');
      await panel.frame.locator('[data-testid=choose-tools]').click();
      await list.locator('input.input').fill(typed, { timeout: 3_000 });
      return row
        .first()
        .waitFor({ timeout: 3_000 })
        .then(
          () => true,
          () => false,
        );
    }, `“${typed}” in the list of tools`);
    await row.first().locator('.label-name').first().click({ timeout: 10_000 });
    await list.getByRole('button', { name: 'OK' }).click({ timeout: 10_000 });
    await list.waitFor({ state: 'hidden' });
  }

  it('take in the web by the list, and show what a search found', async () => {
    const { panel, server, session } = test;
    await panel.ask('Hello');
    await panel.waitForStatus('complete');
    assert.ok(!toolNames(server.messageRequests.at(-1)!).includes('web_search'));

    await choose('web search', /Web search/);
    const [call, found, text] = webSearch(
      'longest river',
      'Rivers *of* Spain',
      'https://example.com/rivers',
      'The Tagus is the longest.',
    );
    server.queue({ blocks: [call!], stopReason: 'pause_turn' }, { blocks: [found!, text!] });
    const before = server.messageRequests.length;
    await panel.ask('Which river is the longest?');
    await panel.waitForText('The Tagus is the longest.');
    await panel.waitForStatus('complete');
    const requests = server.messageRequests.slice(before);
    assert.equal(requests.length, 2, 'the pause was gone on from');
    for (const request of requests) assert.ok(toolNames(request).includes('web_search'));

    const card = panel.lastAnswer.locator('[data-testid=tool-card]');
    await panel.waitFor(
      async () => (await card.getAttribute('data-state')) === 'done',
      'a search that is done',
    );
    await panel.lastAnswer
      .locator('.sources')
      .getByRole('link', { name: 'Rivers *of* Spain' })
      .waitFor();
    assert.match(await card.innerText(), /Search the web[\s\S]*longest river/);
    await card.getByRole('button', { name: 'Result' }).click();
    const link = card.getByRole('link', { name: 'Rivers *of* Spain' });
    await link.waitFor();
    await session.screenshot('out/looks/webSearch.png');
    // What was found goes back as it came, and is taken.
    await panel.ask('And the next?');
    await panel.waitForStatus('complete');
    assert.match(server.messageRequests.at(-1)!.text, /web_search_tool_result/);

    await session.runCommand('Caudal: New chat');
    await panel.waitFor(async () => (await panel.turns('user').count()) === 0, 'an empty chat');
    await panel.ask('Hello');
    await panel.waitForStatus('complete');
    assert.ok(!toolNames(server.messageRequests.at(-1)!).includes('web_search'), 'only that chat');
  });

  it('take in those of a real MCP server, which are asked about and called', async () => {
    const { panel, server } = test;
    await choose('echo', /echo/);
    server.use((request) => {
      const name = toolNames(request).find((one) => one.includes('echo'));
      if (name === undefined) return textAnswer('There is no echo.');
      return JSON.stringify(request.body['messages']).includes('tool_result')
        ? textAnswer('Heard.')
        : {
            blocks: [toolCall('toolu_echo', name, '{"message":', '"a river"}')],
            stopReason: 'tool_use',
          };
    });
    await panel.ask('Call into the valley');
    const card = panel.lastAnswer.locator('[data-testid=tool-card]');
    await panel.waitFor(
      async () => (await card.getAttribute('data-state')) === 'asking',
      'a call that is asked about',
    );
    await panel.composer.press('Control+Enter');
    await panel.waitForText('Heard.');
    await panel.waitForStatus('complete');
    await card.getByRole('button', { name: 'Result' }).click();
    await card.getByText('a river', { exact: false }).nth(1).waitFor();
    assert.match(server.messageRequests.at(-1)!.text, /tool_result[^}]*a river/s);
    // After a reload of the window the chat has them still.
    await test.session.page.reload();
    test.panel = await test.session.openPanel();
    await test.panel.ask('Once more');
    await test.panel.waitForText('Heard.');
    await test.panel.waitForStatus('complete');
  });
});
