import * as vscode from 'vscode';
import { codeTargets, withCode } from '../../core/codeTarget';
import { EditorFiles } from './editorFiles';
import type { EditReviews } from './editReviews';

/** A code block of an answer. */
export interface AnswerCode {
  readonly text: string;
  /** All that stands behind the fence. */
  readonly info: string;
  /** What the answer says right before it. */
  readonly before: string;
}

/** So many files are offered where it is not known which one is meant. */
const mostOffered = 2_000;

let serial = 0;

/** Shows what the code would make of the file it is meant for; what is accepted there is written. */
export async function applyCode(code: AnswerCode, reviews: EditReviews): Promise<void> {
  const uri = (await namedFile(code)) ?? activeFile() ?? (await pickFile());
  if (uri === undefined) return;
  const files = new EditorFiles();
  const before = await files.read(uri.fsPath);
  const after = withCode(before, code.text);
  if (after === before) {
    void vscode.window.showInformationMessage(vscode.l10n.t('The file has this code already.'));
    return;
  }
  const path = vscode.workspace.asRelativePath(uri).replace(/^[/\\]+/, '');
  const title = vscode.l10n.t('{0} (proposed change)', uri.path.split('/').at(-1) ?? path);
  await reviews.start(`code-${++serial}`, { path, before, after }, title, (accepted) => {
    if (accepted !== undefined) void write(files, uri, accepted.before, accepted.after);
  });
}

async function write(
  files: EditorFiles,
  uri: vscode.Uri,
  before: string,
  after: string,
): Promise<void> {
  // Opened first, so that the editor can undo it.
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document);
  if ((await files.read(uri.fsPath)) !== before) {
    void vscode.window.showWarningMessage(
      vscode.l10n.t('The file was changed in the meantime. Apply the code again.'),
    );
    return;
  }
  await files.write(uri.fsPath, after);
}

/** The first file that the answer names and that is there: by its path, or by the end of it where only one has that. */
async function namedFile({ text, info, before }: AnswerCode): Promise<vscode.Uri | undefined> {
  for (const target of codeTargets(info, before, text)) {
    if (target.split('/').includes('..')) continue;
    const glob = `**/${target.replaceAll(/[[\]{}*?]/g, '?')}`;
    const [found, other] = await vscode.workspace.findFiles(glob, undefined, 2);
    if (found !== undefined && other === undefined) return found;
    for (const { uri } of vscode.workspace.workspaceFolders ?? []) {
      const exact = vscode.Uri.joinPath(uri, target);
      const isThere = await vscode.workspace.fs.stat(exact).then(
        () => true,
        () => false,
      );
      if (isThere) return exact;
    }
  }
  return undefined;
}

function activeFile(): vscode.Uri | undefined {
  // While a chat in an editor tab has the focus, no text editor is active.
  const { activeTextEditor, visibleTextEditors } = vscode.window;
  return [activeTextEditor, ...visibleTextEditors].find(
    (editor) => editor?.document.uri.scheme === 'file',
  )?.document.uri;
}

async function pickFile(): Promise<vscode.Uri | undefined> {
  const files = await vscode.workspace.findFiles('**/*', undefined, mostOffered);
  const items = files.map((uri) => ({ uri, label: vscode.workspace.asRelativePath(uri) }));
  items.sort((a, b) => a.label.localeCompare(b.label));
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Apply the code to which file?'),
  });
  return picked?.uri;
}
