import * as vscode from 'vscode';
import { classify } from '../core/classify';
import { FaultError } from '../core/fault';
import { UnreadableConversationError } from '../node/conversationLibrary';
import { errorText } from './errorText';
import { failureTexts } from './failureText';

/** What an error says to the person, in the editor's language as far as it is a known one; without a full stop. */
export function errorMessage(error: unknown): string {
  if (error instanceof UnreadableConversationError) {
    return error.reason === 'newer'
      ? vscode.l10n.t('The chat was written by a newer version of Caudal')
      : vscode.l10n.t('The chat’s file is damaged and cannot be read');
  }
  if (!FaultError.is(error)) return errorText(error);
  const failure = classify(error.fault);
  const detail = failure.serverMessage ?? failure.detail;
  const { title } = failureTexts()[failure.kind];
  return detail === undefined ? title : `${title} (${detail})`;
}
