import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { activated, ask, restoreHost, serve, set, setting, until, untilStatus } from './hostGround';

const accept = (): Thenable<unknown> =>
  vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
const next = (): Thenable<unknown> =>
  vscode.commands.executeCommand('workbench.action.quickOpenSelectNext');

describe('Models in the editor', () => {
  afterEach(restoreHost);

  it('are listed once for all turns', async () => {
    const api = await activated();
    const server = await serve();
    await until(
      'the server',
      async () => (await api.connection.resolve()).server.url === server.url,
    );
    const turns = [1, 2, 3].map((n) => ask(api, api.chat.newConversation(), `Prompt ${n}`));
    for (const turn of turns) await untilStatus(turn, 'complete');
    assert.equal(server.requests.filter(({ path }) => path.startsWith('/v1/models')).length, 1);
    assert.ok((api.catalog.known ?? []).length > 3);
  });

  it('are not needed: a server that does not list them answers all the same', async () => {
    const api = await activated();
    const server = await serve({ dialect: 'minimal' });
    await set('model', 'qwen3:8b');
    await until('the setting', () => api.settings.current.chat.model === 'qwen3:8b');
    await untilStatus(ask(api, api.chat.newConversation(), 'Hello'), 'complete');
    assert.equal(server.messageRequests[0]?.body['model'], 'qwen3:8b');
    assert.equal(server.messageRequests[0].body['thinking'], undefined);
    assert.equal(server.messageRequests[0].body['output_config'], undefined);
  });

  it('are chosen from the list, then their effort, and asked for from then on', async () => {
    const api = await activated();
    const server = await serve();
    await until(
      'the server',
      async () => (await api.connection.resolve()).server.url === server.url,
    );
    await api.catalog.refresh();
    const choosing = vscode.commands.executeCommand('caudal.chooseModel');
    // Accepting does nothing while there is no list yet.
    await until('the model', async () => {
      await next();
      await accept();
      return setting('model') !== '';
    });
    const model = String(setting('model'));
    assert.ok(api.catalog.find(model), model);
    await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
    await choosing;
    await untilStatus(ask(api, api.chat.newConversation(), 'Hello'), 'complete');
    assert.equal(server.messageRequests[0]?.body['model'], model);
    await set('model', undefined);
    await set('effort', undefined);
    await set('thinking', undefined);
  });
});
