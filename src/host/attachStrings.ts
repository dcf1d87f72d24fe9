import * as vscode from 'vscode';
import type { AttachStrings } from '../protocol/attachStrings';

export function attachStrings(): AttachStrings {
  return {
    onePage: vscode.l10n.t('{0} page'),
    pages: vscode.l10n.t('{0} pages'),
    pageRange: vscode.l10n.t('pages {0}'),
    tokens: vscode.l10n.t('about {0} tokens'),
  };
}
