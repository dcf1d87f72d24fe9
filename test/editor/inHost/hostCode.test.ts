import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { insertCode, openNewFile } from '../../../src/host/codeActions';
import { CodeDocuments } from '../../../src/host/codeDocuments';
import { previewDiagram } from '../../../src/host/previewDiagram';
import { restoreHost, until } from './hostGround';

describe('Code of an answer', () => {
  afterEach(async () => {
    // An untitled file that was changed would ask whether to save it.
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await restoreHost();
  });

  it('goes where the cursor is, in place of what is selected', async () => {
    const document = await vscode.workspace.openTextDocument({ content: 'one two three' });
    const editor = await vscode.window.showTextDocument(document);
    editor.selection = new vscode.Selection(0, 4, 0, 7);
    await insertCode('2;');
    assert.equal(document.getText(), 'one 2; three');
    assert.equal(vscode.window.activeTextEditor?.document, document);
  });

  it('opens as a file of its language, exactly as it was written', async () => {
    const code = '\tlet x = "ä🙂";  ';
    await openNewFile(code, 'js');
    const document = vscode.window.activeTextEditor?.document;
    assert.equal(document?.getText(), code);
    assert.equal(document.languageId, 'javascript');
    assert.ok(document.isUntitled);
  });

  it('is previewed where it is a diagram, whatever fences are in it', async () => {
    const documents = new CodeDocuments();
    try {
      const diagram = 'graph TD\n  A["```"]-->B';
      await previewDiagram(diagram, documents);
      const shown = vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === 'caudal-code');
      assert.equal(shown?.getText(), `\`\`\`\`mermaid\n${diagram}\n\`\`\`\`\n`);
      await until('the preview', () =>
        vscode.window.tabGroups.all.some(({ tabs }) =>
          tabs.some(
            ({ input }) =>
              input instanceof vscode.TabInputWebview &&
              input.viewType.endsWith('markdown.preview'),
          ),
        ),
      );
    } finally {
      documents.dispose();
    }
  });

  it('opens as well where the editor does not know its language', async () => {
    await openNewFile('nuqneH', 'klingon');
    assert.equal(vscode.window.activeTextEditor?.document.getText(), 'nuqneH');
  });
});
