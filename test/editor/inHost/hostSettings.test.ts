import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { activated, restoreHost, set, until } from './hostGround';

describe('Settings in the editor', () => {
  afterEach(restoreHost);

  it('are read anew when they change', async () => {
    const { settings } = await activated();
    await set('model', 'some-model');
    await until('the model', () => settings.current.chat.model === 'some-model');
    await set('showThinking', 'expanded');
    await until('the view’s setting', () => settings.current.view.thinking === 'expanded');
  });

  it('that cannot be used are not used, and are known as such (T109)', async () => {
    const { settings, connection } = await activated();
    await set('baseUrl', 'not an address');
    await set('maxRetries', 'many');
    await until('both problems', () => settings.problems.length === 2);
    assert.deepEqual(settings.problems.map(({ name, reason }) => [name, reason.kind]).sort(), [
      ['baseUrl', 'not-an-address'],
      ['maxRetries', 'not-between'],
    ]);
    assert.equal((await connection.resolve()).server.label, null);
    assert.equal(settings.current.chat.maxRetries, 5);
    await set('baseUrl', undefined);
    await set('maxRetries', undefined);
    await until('no problem', () => settings.problems.length === 0);
  });

  it('of the server cannot come from a workspace', async () => {
    const configuration = vscode.workspace.getConfiguration('caudal');
    for (const name of ['baseUrl', 'authStyle']) {
      await assert.rejects(
        Promise.resolve(
          configuration.update(name, 'https://evil.example', vscode.ConfigurationTarget.Workspace),
        ),
        name,
      );
    }
  });

  it('follow the font of the editor’s own chat', async () => {
    const { settings } = await activated();
    const chat = vscode.workspace.getConfiguration('chat');
    try {
      await chat.update('fontSize', 21, vscode.ConfigurationTarget.Global);
      await until('the font size', () => settings.current.view.chatFontSize === 21);
    } finally {
      await chat.update('fontSize', undefined, vscode.ConfigurationTarget.Global);
    }
  });
});
