import assert from 'node:assert/strict';
import * as vscode from 'vscode';

const commands = [
  'caudal.focus',
  'caudal.newChat',
  'caudal.openInEditor',
  'caudal.stop',
  'caudal.setApiKey',
  'caudal.removeApiKey',
  'caudal.chooseModel',
  'caudal.askSelection',
  'caudal.showLog',
];

describe('Activation', () => {
  it('finds the extension, and activates it', async () => {
    const extension = vscode.extensions.getExtension('caudal.caudal');
    assert.ok(extension);
    await extension.activate();
    assert.equal(extension.isActive, true);
  });

  it('registers every command that the manifest offers', async () => {
    const registered = await vscode.commands.getCommands(true);
    for (const command of commands) assert.ok(registered.includes(command), command);
  });

  it('loads neither the SDK nor the view at activation (T105)', async () => {
    await vscode.extensions.getExtension('caudal.caudal')?.activate();
    const loaded = Object.keys(require.cache).filter(
      (file) => file.includes('caudal') || file.includes('/dist/'),
    );
    assert.deepEqual(
      loaded.filter((file) => /anthropicTransport|view\.js|anthropic-ai/.test(file)),
      [],
    );
  });
});
