import * as vscode from 'vscode';
import type { Attacher, AttachTarget } from './attacher';
import { AttachRefusal } from './attachRefusal';

/** Attaches what the person picks from the editor's own lists and menus. */
export class AttachCommands {
  constructor(private readonly attacher: Attacher) {}

  /** Files from a dialog. */
  async choose(target: AttachTarget): Promise<void> {
    const uris = await vscode.window.showOpenDialog({
      canSelectMany: true,
      openLabel: vscode.l10n.t('Attach'),
    });
    await this.add(uris ?? [], target);
  }

  /** Attaches these files and folders, and says what cannot be. */
  async add(uris: readonly vscode.Uri[], target: AttachTarget): Promise<void> {
    const problems: string[] = [];
    for (const uri of uris) {
      try {
        await this.attacher.addUri(uri, target);
      } catch (error) {
        if (!(error instanceof AttachRefusal)) throw error;
        problems.push(error.message);
      }
    }
    if (problems.length > 0) void vscode.window.showWarningMessage(problems.join(' '));
  }
}
