import * as vscode from 'vscode';

export type RestoreChoice = 'both' | 'files' | 'conversation';

/** Asks what goes back to before a prompt; undefined where nothing does. */
export async function restoreQuestion(hasFiles: boolean): Promise<RestoreChoice | undefined> {
  const conversation = {
    choice: 'conversation' as const,
    label: vscode.l10n.t('Restore the conversation'),
    detail: vscode.l10n.t('The prompt goes back to where you write. Files stay as they are.'),
  };
  const files = [
    {
      choice: 'both' as const,
      label: vscode.l10n.t('Restore the conversation and the files'),
      detail: vscode.l10n.t('Files that Claude changed since this prompt are as they were before.'),
    },
    {
      choice: 'files' as const,
      label: vscode.l10n.t('Restore the files'),
      detail: vscode.l10n.t('The conversation stays as it is.'),
    },
  ];
  const picked = await vscode.window.showQuickPick(
    hasFiles ? [...files, conversation] : [conversation],
    { title: vscode.l10n.t('Go back to before this prompt') },
  );
  return picked?.choice;
}
