import * as vscode from 'vscode';
import { assertNever } from '../core/assertNever';
import type { BlobRef } from '../core/blob';
import type { PromptAttachment } from '../core/conversation';

/**
 * Shows what was attached: the file it came from, else a copy of what is kept of it.
 *
 * @param pathOf Where bytes are kept.
 */
export async function openAttachment(
  { attachment, content }: PromptAttachment,
  pathOf: (blob: BlobRef) => string,
): Promise<void> {
  const { kind, uri } = attachment;
  switch (kind) {
    case 'selection':
      return openAt(uri, attachment.startLine);
    case 'file':
      return openAt(uri, 1);
    case 'folder':
      await vscode.commands.executeCommand('revealInExplorer', vscode.Uri.parse(uri, true));
      return;
    case 'text':
      if (/^https?:/i.test(uri)) await vscode.env.openExternal(vscode.Uri.parse(uri, true));
      else
        await openText(
          content,
          /^(changes|commit)$/.test(attachment.source) ? 'diff' : 'plaintext',
        );
      return;
    case 'image':
      return openFile(uri, pathOf(attachment.original ?? attachment.blob));
    case 'pdf':
      return openFile(uri, pathOf(attachment.whole?.blob ?? attachment.blob));
    default:
      return assertNever(kind);
  }
}

/** At a line counted from 1. */
async function openAt(uri: string, line: number): Promise<void> {
  const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(uri, true));
  const at = document.lineAt(Math.min(Math.max(0, line - 1), document.lineCount - 1)).range.start;
  await vscode.window.showTextDocument(document, { selection: new vscode.Range(at, at) });
}

async function openText(content: string, language: string): Promise<void> {
  const document = await vscode.workspace.openTextDocument({ content, language });
  await vscode.window.showTextDocument(document, { preview: true });
}

/** The file where it still is, else what was kept of it. */
async function openFile(uri: string, kept: string): Promise<void> {
  const own = uri === '' ? undefined : vscode.Uri.parse(uri, true);
  const isThere = own !== undefined && (await exists(own));
  await vscode.commands.executeCommand('vscode.open', isThere ? own : vscode.Uri.file(kept));
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  return vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
}
