import * as vscode from 'vscode';
import type { Conversation } from '../core/conversation';

/** What a conversation is called where people see it. */
export function titleOf(conversation: Conversation): string {
  return conversation.title === '' ? vscode.l10n.t('New chat') : conversation.title;
}
