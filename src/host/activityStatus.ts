import * as vscode from 'vscode';
import type { Chat } from '../core/chat';
import { DisposableStore, type Disposable } from '../core/disposable';
import type { CommandId } from './commandIds';

const openChat: CommandId = 'caudal.focus';

/** Shows in the status bar how many answers are under way, and tells the editor's `when` clauses. */
export class ActivityStatus implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly item = this.disposables.add(
    vscode.window.createStatusBarItem('caudal.activity', vscode.StatusBarAlignment.Right, 100),
  );
  private shown = -1;

  constructor(private readonly chat: Pick<Chat, 'runningTurns' | 'onDidChangeActivity'>) {
    this.item.name = 'Caudal';
    this.item.command = openChat;
    this.disposables.add(chat.onDidChangeActivity(() => this.update()));
    this.update();
    this.item.show();
  }

  /** The text in the status bar. */
  get text(): string {
    return this.item.text;
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private update(): void {
    const running = this.chat.runningTurns.length;
    if (running === this.shown) return;
    if (running > 0 !== this.shown > 0) {
      void vscode.commands.executeCommand('setContext', 'caudal.running', running > 0);
    }
    this.shown = running;
    this.item.text =
      running === 0 ? '$(comment-discussion) Caudal' : `$(sync~spin) Caudal: ${running}`;
    this.item.tooltip = running === 0 ? vscode.l10n.t('Open Caudal chat') : runningText(running);
    this.item.accessibilityInformation = {
      label: running === 0 ? 'Caudal' : `Caudal, ${runningText(running)}`,
      role: 'button',
    };
  }
}

function runningText(running: number): string {
  return running === 1
    ? vscode.l10n.t('1 answer under way')
    : vscode.l10n.t('{0} answers under way', running);
}
