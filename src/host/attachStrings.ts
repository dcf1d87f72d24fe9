import * as vscode from 'vscode';
import type { AttachStrings } from '../protocol/attachStrings';

export function attachStrings(): AttachStrings {
  return {
    onePage: vscode.l10n.t('{0} page'),
    pages: vscode.l10n.t('{0} pages'),
    pageRange: vscode.l10n.t('pages {0}'),
    attach: vscode.l10n.t('Attach files, images and more. Hold Shift to drop from the Explorer.'),
    suggestions: vscode.l10n.t('What to attach'),
    noSuggestions: vscode.l10n.t('Nothing found'),
    dropHere: vscode.l10n.t('Drop to attach'),
    attaching: vscode.l10n.t('Attaching'),
    failed: vscode.l10n.t('That could not be attached. Try again.'),
    tokens: vscode.l10n.t('about {0} tokens'),
  };
}
