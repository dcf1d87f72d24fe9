import * as vscode from 'vscode';
import type { Chat } from '../core/chat';
import type { Conversation } from '../core/conversation';
import type { JournalEntry } from '../core/journalIndex';
import { titleOf } from './conversationTitle';
import type { KeptChats } from './keptChats';

interface ChatItem extends vscode.QuickPickItem {
  readonly id: string;
}

/** Lists chats for a person to choose from. */
export class ChatsPicker {
  constructor(
    private readonly chat: Pick<Chat, 'conversation'>,
    private readonly kept: Pick<KeptChats, 'list' | 'delete'>,
    private readonly failed: (what: string, error: unknown) => void,
  ) {}

  /** All chats, newest first, each with a button to delete it. Resolves to the id of the one chosen. */
  choose(current: Conversation): Promise<string | undefined> {
    const picker = vscode.window.createQuickPick<ChatItem>();
    picker.title = vscode.l10n.t('Show chat');
    picker.placeholder = vscode.l10n.t('Chats of this workspace');
    picker.matchOnDescription = true;
    picker.busy = true;
    const fill = async (): Promise<void> => {
      try {
        const entries = await this.kept.list();
        picker.items = entries.map((entry) => this.item(entry, entry.id === current.id));
      } catch (error) {
        this.failed('the list of chats', error);
      }
      picker.busy = false;
    };
    return new Promise((resolve) => {
      picker.onDidAccept(() => {
        resolve(picker.selectedItems[0]?.id);
        picker.hide();
      });
      picker.onDidTriggerItemButton(async ({ item }) => {
        // The question takes the focus, which must not end the choosing.
        picker.ignoreFocusOut = true;
        await this.deleteAfterAsking(item);
        await fill();
        picker.ignoreFocusOut = false;
      });
      picker.onDidHide(() => {
        resolve(undefined);
        picker.dispose();
      });
      picker.show();
      void fill();
    });
  }

  /** Of a few that are running, the one chosen. */
  async chooseRunning(
    running: readonly Conversation[],
    title: string,
  ): Promise<Conversation | undefined> {
    const items = running.map((conversation) => ({
      label: `$(sync~spin) ${titleOf(conversation)}`,
      description: vscode.l10n.t('answering'),
      conversation,
    }));
    return (await vscode.window.showQuickPick(items, { title }))?.conversation;
  }

  private item(entry: JournalEntry, isCurrent: boolean): ChatItem {
    const here = this.chat.conversation(entry.id);
    const isRunning = here?.turns.some((turn) => !turn.isTerminal) ?? false;
    const icon = isRunning ? '$(sync~spin)' : isCurrent ? '$(check)' : '$(comment)';
    const when = isRunning ? vscode.l10n.t('answering') : timeText(entry.updatedAt);
    return {
      id: entry.id,
      label: `${icon} ${titleText(entry.title)}`,
      description: `${when} · ${turnsText(entry.turns)}`,
      buttons: [{ iconPath: new vscode.ThemeIcon('trash'), tooltip: vscode.l10n.t('Delete chat') }],
    };
  }

  private async deleteAfterAsking(item: ChatItem): Promise<void> {
    const yes = vscode.l10n.t('Delete');
    const answer = await vscode.window.showWarningMessage(
      vscode.l10n.t('Delete this chat for good?'),
      { modal: true, detail: item.label.replace(/^\$\([^)]*\) /, '') },
      yes,
    );
    if (answer !== yes) return;
    try {
      if (await this.kept.delete(item.id)) return;
      void vscode.window.showInformationMessage(
        vscode.l10n.t('This chat is open in another window. Delete it there.'),
      );
    } catch (error) {
      this.failed('deleting a chat', error);
    }
  }
}

function titleText(title: string): string {
  return title === '' ? vscode.l10n.t('New chat') : title;
}

function turnsText(turns: number): string {
  return turns === 1 ? vscode.l10n.t('1 message') : vscode.l10n.t('{0} messages', turns);
}

function timeText(at: number): string {
  const format = { dateStyle: 'short', timeStyle: 'short' } as const;
  return new Intl.DateTimeFormat(vscode.env.language, format).format(at);
}
