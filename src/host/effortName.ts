import * as vscode from 'vscode';
import { assertNever } from '../core/assertNever';
import type { Effort } from '../core/modelInfo';

/** The name of an effort level. */
export function effortName(effort: Effort): string {
  switch (effort) {
    case 'low':
      return vscode.l10n.t('Low');
    case 'medium':
      return vscode.l10n.t('Medium');
    case 'high':
      return vscode.l10n.t('High');
    case 'xhigh':
      return vscode.l10n.t('Very high');
    case 'max':
      return vscode.l10n.t('Maximum');
    default:
      return assertNever(effort);
  }
}
