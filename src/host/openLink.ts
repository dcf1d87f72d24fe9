import * as vscode from 'vscode';
import { assertNever } from '../core/assertNever';
import { linkTarget } from './linkTarget';

/** Opens a link of an answer: an address after the person has seen it, a file inside the workspace alone. */
export async function openLink(href: string): Promise<void> {
  const target = linkTarget(href);
  switch (target.kind) {
    case 'external':
      return openExternal(target.url);
    case 'workspace-path':
      return openFirst(
        (vscode.workspace.workspaceFolders ?? []).map((folder) =>
          vscode.Uri.joinPath(folder.uri, target.path),
        ),
        target.line,
      );
    case 'absolute-path':
      return openFirst(inWorkspace(target.path), target.line);
    case 'refused':
      void vscode.window.showInformationMessage(
        vscode.l10n.t('Caudal opens web addresses and files of this workspace only.'),
      );
      return;
    default:
      return assertNever(target);
  }
}

/**
 * For web addresses the editor itself shows where they lead and asks, unless the person told it to trust the domain
 * (`workbench.action.manageTrustedDomain`); other schemes it opens without a word.
 */
async function openExternal(url: string): Promise<void> {
  if (!/^https?:/.test(url) && !(await isWanted(url))) return;
  // As text, which the editor opens as it is: a Uri is written anew, and what stands for `%26` in it would be `&`.
  await vscode.env.openExternal(url as unknown as vscode.Uri);
}

async function isWanted(url: string): Promise<boolean> {
  const open = vscode.l10n.t('Open');
  const copy = vscode.l10n.t('Copy');
  const choice = await vscode.window.showInformationMessage(
    vscode.l10n.t('Open this address outside the editor?'),
    { modal: true, detail: url },
    open,
    copy,
  );
  if (choice === copy) await vscode.env.clipboard.writeText(url);
  return choice === open;
}

/** The path as a file of each workspace folder that contains it. */
function inWorkspace(path: string): vscode.Uri[] {
  return (vscode.workspace.workspaceFolders ?? [])
    .map((folder) => folder.uri.with({ path }))
    .filter((uri) => vscode.workspace.getWorkspaceFolder(uri) !== undefined);
}

async function openFirst(uris: readonly vscode.Uri[], line: number | undefined): Promise<void> {
  for (const uri of uris) {
    if (await isFile(uri)) {
      await showFile(uri, line);
      return;
    }
  }
  void vscode.window.showInformationMessage(
    vscode.l10n.t('There is no such file in this workspace.'),
  );
}

async function isFile(uri: vscode.Uri): Promise<boolean> {
  try {
    const { type } = await vscode.workspace.fs.stat(uri);
    return (type & vscode.FileType.File) !== 0;
  } catch {
    // Missing or not readable: the next folder may have it.
    return false;
  }
}

/** Shows a file in an editor; `line` counts from 1. */
export async function showFile(uri: vscode.Uri, line: number | undefined): Promise<void> {
  const position = new vscode.Position(Math.max(0, (line ?? 1) - 1), 0);
  await vscode.window.showTextDocument(
    uri,
    line === undefined ? {} : { selection: new vscode.Range(position, position) },
  );
}
