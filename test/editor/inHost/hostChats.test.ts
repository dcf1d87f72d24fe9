import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { TestApi } from '../../../src/host/testApi';
import { textAnswer } from '../../server/scenario';
import { activated, ask, restoreHost, serve, until, untilStatus } from './hostGround';

/** Streams until it is stopped: no test waits for its end. */
const endless = textAnswer('word '.repeat(20_000), { rate: 20, deltaSize: 5 });

const run = (command: string): Thenable<unknown> => vscode.commands.executeCommand(command);

async function openChat(): Promise<TestApi> {
  const api = await activated();
  await run('caudal.newChat');
  await until('the view', () => api.sidebar.bridge?.isLive);
  return api;
}

describe('Chats in the editor', () => {
  afterEach(restoreHost);

  it('go on while a new one is begun, and the status bar counts them', async () => {
    const server = await serve({ scenario: endless });
    const api = await openChat();
    const first = api.sidebar.conversation;
    const firstTurn = ask(api, first, 'First');
    await untilStatus(firstTurn, 'streaming');
    assert.equal(api.status()?.text, '$(sync~spin) Caudal: 1');

    await run('caudal.newChat');
    const second = api.sidebar.conversation;
    assert.notEqual(second, first);
    const secondTurn = ask(api, second, 'Second');
    await untilStatus(secondTurn, 'streaming');
    assert.equal(api.status()?.text, '$(sync~spin) Caudal: 2');
    const length = firstTurn.answerText().length;
    await until('more of the first answer', () => firstTurn.answerText().length > length);

    await run('caudal.stop');
    assert.equal(secondTurn.status.kind, 'stopped');
    assert.equal(firstTurn.status.kind, 'streaming');
    await run('caudal.stop');
    assert.equal(firstTurn.status.kind, 'stopped');
    assert.doesNotMatch(api.status()?.text ?? '', /spin/);
    for (const request of server.messageRequests) await server.waitForHangUp(request);
  });

  it('are not piled up: an empty one is a new one already', async () => {
    const api = await openChat();
    const { conversation } = api.sidebar;
    await run('caudal.newChat');
    assert.equal(api.sidebar.conversation, conversation);
  });

  it('are stopped by the command, which closes the connection (T63, T71)', async () => {
    const server = await serve({ scenario: endless });
    const api = await openChat();
    const turn = ask(api, api.sidebar.conversation, 'Hello');
    await until('some text', () => turn.answerText().length > 20);
    await run('caudal.stop');
    assert.equal(turn.status.kind, 'stopped');
    const request = await server.waitForRequest();
    await server.waitForHangUp(request);
    // What had arrived is kept, byte for byte (T65).
    const text = turn.answerText();
    assert.ok(text.length > 20 && request.sentText.startsWith(text));
  });

  it('are stopped before anything has arrived (T64)', async () => {
    const server = await serve({ scenario: { fault: { kind: 'never-answers' } } });
    const api = await openChat();
    const turn = ask(api, api.sidebar.conversation, 'Hello');
    const request = await server.waitForRequest();
    await run('caudal.stop');
    assert.equal(turn.status.kind, 'stopped');
    await server.waitForHangUp(request);
  });

  it('show in a tab what the side bar shows, and each keeps its own from then on', async () => {
    await serve();
    const api = await openChat();
    const { conversation } = api.sidebar;
    await untilStatus(ask(api, conversation, 'Name of the tab'), 'complete');
    await run('caudal.openInEditor');
    const panel = api.panels.active;
    assert.ok(panel);
    assert.equal(panel.conversation, conversation);
    assert.equal(panel.title, 'Name of the tab');
    await until('the tab’s view', () => panel.bridge.isLive);

    // The command is about the tab, which has the focus.
    await run('caudal.newChat');
    assert.notEqual(panel.conversation, conversation);
    assert.equal(api.sidebar.conversation, conversation);
    await run('caudal.focus');
    assert.equal(api.panels.all.length, 1);
  });

  it('open one tab each', async () => {
    await serve();
    const api = await openChat();
    await untilStatus(ask(api, api.sidebar.conversation, 'Once'), 'complete');
    await run('caudal.openInEditor');
    await vscode.commands.executeCommand('caudal.focus');
    const panel = api.panels.open(api.sidebar.conversation);
    assert.equal(api.panels.all.length, 1);
    panel.close();
    await until('no tab', () => api.panels.all.length === 0);
  });

  it('come back in a view that was hidden', async () => {
    const api = await openChat();
    await run('workbench.view.explorer');
    await until('the view to be hidden', () => api.sidebar.bridge?.isLive === false);
    await run('caudal.focus');
    await until('the view', () => api.sidebar.bridge?.isLive);
  });
});
