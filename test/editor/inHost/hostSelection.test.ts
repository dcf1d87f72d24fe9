import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { TestApi } from '../../../src/host/testApi';
import type { Draft } from '../../../src/protocol/hostToView';
import { activated, restoreHost, until } from './hostGround';

const text = ['one', 'two', 'three', 'four', ''].join('\n');

async function select(startLine: number, endLine: number, endCharacter = 0): Promise<vscode.Uri> {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder);
  const uri = vscode.Uri.joinPath(folder.uri, 'selected.txt');
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  const editor = await vscode.window.showTextDocument(uri);
  editor.selection = new vscode.Selection(startLine, 0, endLine, endCharacter);
  return uri;
}

const draftOf = (api: TestApi): Draft => api.drafts.of(api.sidebar.conversation.id);

describe('Ask about selection', () => {
  afterEach(async () => {
    const api = await activated();
    // A new chat for the next test, with nothing in its composer.
    api.sidebar.show(api.chat.newConversation());
    await restoreHost();
  });

  it('puts the selection with its file and lines into the composer', async () => {
    const api = await activated();
    const uri = await select(1, 3);
    await vscode.commands.executeCommand('caudal.askSelection');
    await until('the attachment', () => draftOf(api).attachments.length === 1);
    assert.deepEqual(draftOf(api).attachments[0], {
      attachment: {
        kind: 'selection',
        path: 'selected.txt',
        uri: uri.toString(),
        languageId: 'plaintext',
        startLine: 2,
        endLine: 3,
      },
      content: 'two\nthree\n',
    });
  });

  it('adds to what is there', async () => {
    const api = await activated();
    await select(0, 0, 3);
    await vscode.commands.executeCommand('caudal.askSelection');
    await until('the first attachment', () => draftOf(api).attachments.length === 1);
    await select(3, 3, 4);
    await vscode.commands.executeCommand('caudal.askSelection');
    await until('the second attachment', () => draftOf(api).attachments.length === 2);
    assert.deepEqual(
      draftOf(api).attachments.map(({ content, attachment }) => [
        content,
        attachment.kind === 'selection' && attachment.startLine,
      ]),
      [
        ['one', 1],
        ['four', 4],
      ],
    );
  });

  it('reaches a view that is hidden', async () => {
    const api = await activated();
    await vscode.commands.executeCommand('caudal.focus');
    await until('the view', () => api.sidebar.bridge?.isLive);
    await vscode.commands.executeCommand('workbench.view.explorer');
    await select(0, 1);
    await vscode.commands.executeCommand('caudal.askSelection');
    await until('the attachment', () => draftOf(api).attachments.length === 1);
  });

  it('does nothing without a selection', async () => {
    const api = await activated();
    await select(1, 1);
    await vscode.commands.executeCommand('caudal.askSelection');
    assert.deepEqual(draftOf(api).attachments, []);
  });
});
