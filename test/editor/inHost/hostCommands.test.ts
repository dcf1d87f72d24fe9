import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { commandIds } from '../../../src/host/commandIds';
import { activated, restoreHost } from './hostGround';

interface Keybinding {
  readonly key: string;
  readonly command: string;
}

describe('Commands in the editor', () => {
  afterEach(restoreHost);

  it('are all registered, and nothing else is', async () => {
    await activated();
    const ours = (await vscode.commands.getCommands(true)).filter((id) => id.startsWith('caudal.'));
    const ofTheView = ours.filter((id) => id.startsWith('caudal.chat.'));
    assert.deepEqual(ours.filter((id) => !ofTheView.includes(id)).sort(), [...commandIds].sort());
  });

  it('have keys that the editor itself does not use', async () => {
    const extension = vscode.extensions.getExtension('caudal.caudal');
    assert.ok(extension);
    const manifest = JSON.parse(
      readFileSync(path.join(extension.extensionPath, 'package.json'), 'utf8'),
    ) as { contributes: { keybindings: readonly (Keybinding & { readonly when?: string })[] } };
    const defaults = await vscode.workspace.openTextDocument(
      vscode.Uri.parse('vscode://defaultsettings/keybindings.json'),
    );
    const taken = parseKeybindings(defaults.getText()).filter(
      ({ command }) => !command.startsWith('caudal.'),
    );
    assert.ok(taken.length > 500, `only ${taken.length} keybindings were read`);
    for (const { key, when = '' } of manifest.contributes.keybindings) {
      // In documents of our own no key is anybody else's.
      if (when.includes('resourceScheme == caudal-')) continue;
      const same = taken.filter((other) => sameKey(other.key, key)).map(({ command }) => command);
      assert.deepEqual(same, [], key);
    }
  });

  it('open the log without an error', async () => {
    await vscode.commands.executeCommand('caudal.showLog');
    await vscode.commands.executeCommand('workbench.action.closePanel');
  });
});

/** Reads the editor's own list, which is JSON with comments. */
function parseKeybindings(text: string): readonly Keybinding[] {
  return [...text.matchAll(/"key":\s*"([^"]+)",\s*"command":\s*"([^"]+)"/g)].map(
    ([, key = '', command = '']) => ({ key, command }),
  );
}

function sameKey(a: string, b: string): boolean {
  const parts = (key: string): string => key.toLowerCase().split('+').sort().join('+');
  return parts(a) === parts(b);
}
