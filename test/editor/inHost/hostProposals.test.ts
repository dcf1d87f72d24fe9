import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { Proposals } from '../../../src/host/tools/proposals';
import { restoreHost, until } from './hostGround';

describe('Proposed edits', () => {
  let proposals: Proposals;
  // A scheme has one provider, and the extension's own may be there already.
  beforeEach(() => (proposals = new Proposals('caudal-proposal-test')));
  afterEach(async () => {
    await restoreHost();
    proposals.dispose();
  });

  const diffTabs = (): readonly vscode.TabInputTextDiff[] =>
    vscode.window.tabGroups.all.flatMap(({ tabs }) =>
      tabs.flatMap(({ input }) => (input instanceof vscode.TabInputTextDiff ? [input] : [])),
    );

  it('stand in the diff editor, can be changed there, and go when they are decided', async () => {
    await proposals.show('call-1', 'src/a.ts', 'let a;\nlet b;\n', 'let x;\nlet y;\n', 'Edit');
    await until('the diff', () => diffTabs().length === 1);
    const [tab = assert.fail()] = diffTabs();
    assert.equal(proposals.text('call-1', 'src/a.ts'), 'let x;\nlet y;\n');
    const before = await vscode.workspace.openTextDocument(tab.original);
    const after = await vscode.workspace.openTextDocument(tab.modified);
    assert.equal(before.getText(), 'let a;\nlet b;\n');
    assert.equal(after.languageId, 'typescript');
    const edit = new vscode.WorkspaceEdit();
    edit.replace(after.uri, new vscode.Range(1, 4, 1, 5), 'b');
    assert.ok(await vscode.workspace.applyEdit(edit));
    assert.equal(proposals.text('call-1', 'src/a.ts'), 'let x;\nlet b;\n');
    await proposals.close('call-1', 'src/a.ts');
    await until('its end', () => diffTabs().length === 0);
  });

  it('cannot be written on the side of what there is', async () => {
    await proposals.show('call-2', 'a.txt', 'a', 'b', 'Edit');
    const [tab = assert.fail()] = diffTabs();
    await assert.rejects(
      Promise.resolve(vscode.workspace.fs.writeFile(tab.original, new Uint8Array())),
    );
    await proposals.close('call-2', 'a.txt');
  });

  it('are shown together where there are several files', async () => {
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
    const file = path.join(folder, 'changed.txt');
    await writeFile(file, 'now\n');
    try {
      const changed = [{ file: vscode.Uri.file(file), name: 'changed.txt', before: 'before\n' }];
      await proposals.showAll('Changes of this chat', changed);
      await until('the tab', () =>
        vscode.window.tabGroups.all.some(({ tabs }) =>
          tabs.some(({ label }) => label.includes('Changes of this chat')),
        ),
      );
    } finally {
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
      await rm(file, { force: true });
    }
  });
});
