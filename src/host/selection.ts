import * as vscode from 'vscode';
import type { PromptAttachment } from '../core/conversation';

/** The selected text of an editor as an attachment; undefined where nothing is selected. */
export function selectionOf(editor: vscode.TextEditor): PromptAttachment | undefined {
  const { document, selection } = editor;
  const content = document.getText(selection);
  if (content === '') return undefined;
  // A selection that ends before the first character of a line does not reach into that line.
  const reachesIntoLast = selection.end.character > 0 || selection.isSingleLine;
  return {
    attachment: {
      kind: 'selection',
      path: vscode.workspace.asRelativePath(document.uri),
      uri: document.uri.toString(),
      languageId: document.languageId,
      startLine: selection.start.line + 1,
      endLine: selection.end.line + (reachesIntoLast ? 1 : 0),
    },
    content,
  };
}
