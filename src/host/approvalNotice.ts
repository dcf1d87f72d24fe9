import * as vscode from 'vscode';
import type { Chat } from '../core/chat';
import type { Conversation } from '../core/conversation';
import { DisposableStore, type Disposable } from '../core/disposable';
import type { TurnDocument } from '../core/turnDocument';

export interface ApprovalNoticePorts {
  readonly chat: Pick<Chat, 'askingTurns' | 'conversations' | 'onDidChangeActivity'>;
  /** How many approvals wait, for the badge of the view. */
  readonly setBadge: (count: number) => void;
  /** Whether the person sees the conversation now. */
  readonly isVisible: (conversation: Conversation) => boolean;
  readonly reveal: (conversation: Conversation) => Promise<void>;
}

/** Tells of approvals that wait: by a number on the view's icon and, where the chat is not seen, by a notification. */
export class ApprovalNotice implements Disposable {
  private readonly disposables = new DisposableStore();
  /** Turns whose question was told. */
  private readonly told = new Set<TurnDocument>();

  constructor(private readonly ports: ApprovalNoticePorts) {
    this.disposables.add(ports.chat.onDidChangeActivity(() => this.update()));
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private update(): void {
    const asking = this.ports.chat.askingTurns;
    this.ports.setBadge(asking.length);
    for (const turn of this.told) if (!asking.includes(turn)) this.told.delete(turn);
    for (const turn of asking) {
      const conversation = this.ports.chat.conversations.find(({ turns }) => turns.includes(turn));
      if (conversation === undefined || this.told.has(turn)) continue;
      this.told.add(turn);
      if (!this.ports.isVisible(conversation)) void this.tell(conversation);
    }
  }

  private async tell(conversation: Conversation): Promise<void> {
    const show = vscode.l10n.t('Show');
    const text = vscode.l10n.t('Claude waits for your approval: {0}', conversation.title);
    const choice = await vscode.window.showInformationMessage(text, show);
    if (choice === show) await this.ports.reveal(conversation);
  }
}
