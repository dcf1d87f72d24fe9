import * as vscode from 'vscode';
import type { Conversation } from '../core/conversation';
import { titleOf } from './conversationTitle';

interface ChatItem extends vscode.QuickPickItem {
  readonly conversation?: Conversation;
}

/** Lists chats, the latest first. Resolves to the one chosen. */
export async function pickChat(
  conversations: readonly Conversation[],
  current: Conversation,
  title: string,
): Promise<Conversation | undefined> {
  const items = conversations
    .map((conversation) => chatItem(conversation, conversation === current))
    .sort((a, b) => b.at - a.at);
  const chosen = await vscode.window.showQuickPick<ChatItem>(items, {
    title,
    placeHolder: vscode.l10n.t('Chats of this window'),
    matchOnDescription: true,
  });
  return chosen?.conversation;
}

function chatItem(conversation: Conversation, current: boolean): ChatItem & { at: number } {
  const last = conversation.turns.at(-1);
  const at = last?.createdAt ?? conversation.createdAt;
  const running = conversation.turns.some((turn) => !turn.isTerminal);
  const icon = running ? '$(sync~spin)' : current ? '$(check)' : '$(comment)';
  return {
    label: `${icon} ${titleOf(conversation)}`,
    description: running ? vscode.l10n.t('answering') : timeText(at),
    at,
    conversation,
  };
}

function timeText(at: number): string {
  const format = { dateStyle: 'short', timeStyle: 'short' } as const;
  return new Intl.DateTimeFormat(vscode.env.language, format).format(at);
}
