import * as vscode from 'vscode';
import { languageIdNamed } from './languageIdNamed';

/** Puts code of an answer where the cursor of the editor is, in place of what is selected there. */
export async function insertCode(text: string): Promise<void> {
  // While a chat in an editor tab has the focus, no text editor is active. The output panel counts as a text editor.
  const editor = [vscode.window.activeTextEditor, ...vscode.window.visibleTextEditors].find(
    (each) => each !== undefined && each.document.uri.scheme !== 'output',
  );
  if (editor === undefined) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('Open a file to insert the code into.'),
    );
    return;
  }
  const isDone = await editor.edit((edit) => {
    for (const selection of editor.selections) edit.replace(selection, text);
  });
  if (!isDone) {
    void vscode.window.showWarningMessage(vscode.l10n.t('The file could not be changed.'));
    return;
  }
  await vscode.window.showTextDocument(editor.document, editor.viewColumn);
}

/** Opens code of an answer as an untitled file. */
export async function openNewFile(text: string, language: string): Promise<void> {
  const id = languageIdNamed(language, await vscode.languages.getLanguages());
  const document = await vscode.workspace.openTextDocument({
    content: text,
    ...(id === undefined ? {} : { language: id }),
  });
  await vscode.window.showTextDocument(document);
}
