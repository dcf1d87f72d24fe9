import * as vscode from 'vscode';
import { isJsonObject } from '../core/json';
import type { Suggestion } from '../protocol/suggestion';
import type { Attacher, AttachTarget } from './attacher';
import { AttachRefusal } from './attachRefusal';
import { gitDiffOf } from './gitRepository';
import { problemsText } from './problemsText';
import { selectionOf } from './selection';
import type { Suggestions } from './suggestions';
import type { Surface } from './surface';
import { terminalText } from './terminalText';

interface AttachItem extends vscode.QuickPickItem {
  readonly suggestion?: Suggestion;
}

/** Attaches what the person picks from the editor's own lists and menus. */
export class AttachCommands {
  constructor(
    private readonly attacher: Attacher,
    private readonly suggestions: Pick<Suggestions, 'find' | 'attach'>,
    /** The chat that takes what no chat was named for. */
    private readonly receiver: () => Promise<Surface>,
  ) {}

  /** The menu of the paper-clip: files from a dialog, or anything else that can be attached. */
  async choose(target: AttachTarget): Promise<void> {
    const files: AttachItem = { label: vscode.l10n.t('Files and images…') };
    const items = this.suggestions.find('').then((found): AttachItem[] => [
      files,
      ...found.map((suggestion) => ({
        label: suggestion.label,
        description: suggestion.detail === suggestion.label ? '' : suggestion.detail,
        suggestion,
      })),
    ]);
    const chosen = await vscode.window.showQuickPick(items, {
      placeHolder: vscode.l10n.t('What to attach'),
      matchOnDescription: true,
    });
    if (chosen === undefined) return;
    const { suggestion } = chosen;
    if (suggestion !== undefined) {
      return this.telling(() => this.suggestions.attach(suggestion, target));
    }
    const uris = await vscode.window.showOpenDialog({
      canSelectMany: true,
      openLabel: vscode.l10n.t('Attach'),
    });
    for (const uri of uris ?? []) await this.telling(() => this.attacher.addUri(uri, target));
  }

  /**
   * What a menu gives its command: a file and all that are selected with it, or changed files of source control. Without
   * either, the active editor's selection, else its file.
   */
  async addToChat(args: readonly unknown[]): Promise<void> {
    const surface = await this.receiver();
    const changed = args.flat().flatMap((arg) => resourceOf(arg) ?? []);
    const files = args.flat().filter((arg) => arg instanceof vscode.Uri);
    const editor = vscode.window.activeTextEditor;
    const isEditors =
      files.length <= 1 &&
      (files[0] ?? editor?.document.uri)?.toString() === editor?.document.uri.toString();
    const selection = editor !== undefined && isEditors ? selectionOf(editor) : undefined;
    if (changed.length > 0) {
      for (const uri of unique(changed)) await this.telling(() => this.addChange(uri, surface));
    } else if (selection !== undefined) {
      surface.attach(selection);
    } else {
      const wanted = files.length > 0 ? files : editor === undefined ? [] : [editor.document.uri];
      for (const uri of unique(wanted)) {
        await this.telling(() => this.attacher.addUri(uri, surface));
      }
    }
    await surface.reveal();
  }

  /** The selection of the active terminal, else all of it. */
  async addTerminal(): Promise<void> {
    const surface = await this.receiver();
    const name = vscode.window.activeTerminal?.name ?? vscode.l10n.t('Terminal');
    const selected = await terminalText();
    const content = selected === '' ? await terminalText(name) : selected;
    if (content.trim() === '') {
      void vscode.window.showInformationMessage(vscode.l10n.t('The terminal is empty.'));
      return;
    }
    surface.attach({
      attachment: { kind: 'text', path: name, uri: '', source: 'terminal' },
      content,
    });
    await surface.reveal();
  }

  async addProblems(): Promise<void> {
    const content = problemsText();
    if (content === '') {
      void vscode.window.showInformationMessage(vscode.l10n.t('There are no problems.'));
      return;
    }
    const surface = await this.receiver();
    const path = vscode.l10n.t('Problems');
    surface.attach({ attachment: { kind: 'text', path, uri: '', source: 'problems' }, content });
    await surface.reveal();
  }

  /** What changed in a file; all of it where git has nothing to compare it with. */
  private async addChange(uri: vscode.Uri, target: AttachTarget): Promise<void> {
    const content = await gitDiffOf(uri);
    if (content === '') return this.attacher.addUri(uri, target);
    const path = vscode.l10n.t('Changes in {0}', vscode.workspace.asRelativePath(uri));
    target.attach({ attachment: { kind: 'text', path, uri: '', source: 'changes' }, content });
  }

  /** Says what cannot be attached, and goes on. */
  private async telling(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof AttachRefusal)) throw error;
      void vscode.window.showWarningMessage(error.message);
    }
  }
}

function resourceOf(arg: unknown): vscode.Uri | undefined {
  const uri = isJsonObject(arg) ? arg['resourceUri'] : undefined;
  return uri instanceof vscode.Uri ? uri : undefined;
}

function unique(uris: readonly vscode.Uri[]): vscode.Uri[] {
  return [...new Map(uris.map((uri) => [uri.toString(), uri])).values()];
}
