import * as vscode from 'vscode';
import { ToolRefusal } from '../../core/tool';
import { DiskFiles, type ChangePlace, type FileChanges } from '../../node/tools/fileChanges';
import type { UnsavedText } from '../../node/tools/readFileTool';

/**
 * Files as the person has them before them: what is open is read and changed in its editor, with its undo, and what is
 * not is left to the disk.
 */
export class EditorFiles implements FileChanges, UnsavedText {
  private readonly disk = new DiskFiles();

  unsavedText(file: string): string | undefined {
    const document = openDocument(file);
    return document?.isDirty === true ? document.getText() : undefined;
  }

  async read(file: string): Promise<string> {
    return openDocument(file)?.getText() ?? (await this.disk.read(file));
  }

  async write(file: string, text: string): Promise<ChangePlace> {
    const document = openDocument(file);
    if (document === undefined) return this.disk.write(file, text);
    const wasDirty = document.isDirty;
    const edit = new vscode.WorkspaceEdit();
    const { start, end, replacement } = changedMiddle(document.getText(), text);
    const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
    edit.replace(document.uri, range, replacement);
    await apply(edit);
    // What the person did not save is not ours to save.
    if (wasDirty) return 'unsaved';
    return (await document.save()) ? 'disk' : 'unsaved';
  }

  create(file: string, text: string): Promise<void> {
    return this.disk.create(file, text);
  }

  async delete(file: string): Promise<void> {
    if (openDocument(file)?.isDirty === true) {
      throw new ToolRefusal('The person has unsaved changes in it: it is not deleted.');
    }
    await this.disk.delete(file);
  }

  async rename(from: string, to: string): Promise<void> {
    // Refusals are the disk's; the editor then says less about why it did not.
    await this.disk.checkRename(from, to);
    const edit = new vscode.WorkspaceEdit();
    edit.renameFile(vscode.Uri.file(from), vscode.Uri.file(to), { overwrite: false });
    await apply(edit);
  }
}

/** The part of a text that another one changes: an editor keeps cursors and marks outside of it. */
export function changedMiddle(
  before: string,
  after: string,
): { start: number; end: number; replacement: string } {
  const shortest = Math.min(before.length, after.length);
  let start = 0;
  while (start < shortest && before[start] === after[start]) start++;
  let same = 0;
  while (
    same < shortest - start &&
    before[before.length - 1 - same] === after[after.length - 1 - same]
  ) {
    same++;
  }
  // Not between the two of a line end: an editor has no such position.
  if (start > 0 && before[start - 1] === '\r') start--;
  if (same > 0 && before[before.length - same - 1] === '\r') same--;
  const end = Math.max(start, before.length - same);
  return { start, end, replacement: after.slice(start, after.length - (before.length - end)) };
}

function openDocument(file: string): vscode.TextDocument | undefined {
  const { fsPath } = vscode.Uri.file(file);
  return vscode.workspace.textDocuments.find(
    ({ uri, isClosed }) => !isClosed && uri.scheme === 'file' && uri.fsPath === fsPath,
  );
}

async function apply(edit: vscode.WorkspaceEdit): Promise<void> {
  if (!(await vscode.workspace.applyEdit(edit))) {
    throw new ToolRefusal('The editor did not take the change: the file may be read-only.');
  }
}
