import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../core/disposable';
import { Emitter } from '../core/emitter';
import {
  builtInCommands,
  commandFromFile,
  expandSlashCommand,
  mergeCommands,
  type SlashCommand,
} from '../core/slashCommand';

/** UTF-8 bytes of a prompt's file that are read at most. */
const largestFile = 100_000;

/** The slash commands of this window: built in, of the person's folder, and of a workspace that is trusted. */
export class PromptFiles implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly changed = this.disposables.add(new Emitter<void>());
  readonly onDidChange = this.changed.event;
  private readonly builtIn = localBuiltIns();
  private current = this.builtIn;
  private isRead = false;

  /** @param userFolder Its files win over the built-in ones; those of the workspace win over them. */
  constructor(private readonly userFolder: vscode.Uri) {}

  /** As far as they are known; read in the background at the first call. */
  get commands(): readonly SlashCommand[] {
    if (!this.isRead) {
      this.isRead = true;
      void this.refresh();
    }
    return this.current;
  }

  /** The prompt that a text calls, by the files as they are now; the text itself where it calls none. */
  async expand(text: string): Promise<string> {
    if (!text.trimStart().startsWith('/')) return text;
    await this.refresh();
    return expandSlashCommand(text, this.current);
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private async refresh(): Promise<void> {
    const workspaces = vscode.workspace.isTrusted ? (vscode.workspace.workspaceFolders ?? []) : [];
    const folders = [
      this.userFolder,
      ...workspaces.map(({ uri }) => vscode.Uri.joinPath(uri, '.caudal', 'prompts')),
    ];
    const lists = await Promise.all(folders.map((folder) => commandsIn(folder)));
    const before = JSON.stringify(this.current);
    this.current = mergeCommands(this.builtIn, ...lists);
    if (JSON.stringify(this.current) !== before) this.changed.fire();
  }
}

/** The built-in commands, described in the editor's language. */
function localBuiltIns(): readonly SlashCommand[] {
  const descriptions: Readonly<Record<string, string>> = {
    explain: vscode.l10n.t('Explain the attached code'),
    fix: vscode.l10n.t('Find and mend what is wrong'),
    tests: vscode.l10n.t('Write tests'),
    doc: vscode.l10n.t('Write documentation'),
    review: vscode.l10n.t('Review the code'),
    commit: vscode.l10n.t('Write a commit message'),
  };
  return builtInCommands.map((command) => ({
    ...command,
    description: descriptions[command.name] ?? command.description,
  }));
}

async function commandsIn(folder: vscode.Uri): Promise<readonly SlashCommand[]> {
  try {
    const { fs } = vscode.workspace;
    const names = (await fs.readDirectory(folder)).map(([name]) => name);
    const read = names
      .filter((name) => name.endsWith('.md'))
      .map(async (name) => {
        const uri = vscode.Uri.joinPath(folder, name);
        if ((await fs.stat(uri)).size > largestFile) return [];
        const command = commandFromFile(name, new TextDecoder().decode(await fs.readFile(uri)));
        return command === undefined ? [] : [command];
      });
    return (await Promise.all(read)).flat();
  } catch {
    // No such folder, or none that can be read: there are no commands in it.
    return [];
  }
}
