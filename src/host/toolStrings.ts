import * as vscode from 'vscode';
import type { ToolStrings } from '../protocol/toolStrings';

/** Every word about tools, in the editor's language. */
export function toolStrings(): ToolStrings {
  return {
    writing: vscode.l10n.t('Writing the call'),
    waiting: vscode.l10n.t('Waiting'),
    running: vscode.l10n.t('Running'),
    fates: {
      done: vscode.l10n.t('Done'),
      failed: vscode.l10n.t('Failed'),
      refused: vscode.l10n.t('Not run'),
      denied: vscode.l10n.t('Denied'),
      stopped: vscode.l10n.t('Stopped while it ran'),
      'not-run': vscode.l10n.t('Not run'),
      unknown: vscode.l10n.t(
        'It had begun when the window closed. Whether it was done is not known.',
      ),
    },
    stop: vscode.l10n.t('Stop this call'),
    exitCode: vscode.l10n.t('Exit code {0}'),
    input: vscode.l10n.t('Input'),
    output: vscode.l10n.t('Output'),
    result: vscode.l10n.t('Result'),
    image: vscode.l10n.t('Image'),
    ask: {
      read: vscode.l10n.t('May Claude read this with {0}?'),
      edit: vscode.l10n.t('May Claude change this with {0}?'),
      execute: vscode.l10n.t('May Claude run this with {0}?'),
      network: vscode.l10n.t('May Claude ask this server with {0}?'),
      ask: vscode.l10n.t('May Claude use {0}?'),
    },
    reasons: {
      outside: vscode.l10n.t('It is outside of the workspace.'),
      secret: vscode.l10n.t('The file may hold keys or passwords, so this is always asked.'),
      protected: vscode.l10n.t(
        'The file decides what runs on this computer, so this is always asked.',
      ),
      compound: vscode.l10n.t('The line is more than a plain command, so this is always asked.'),
    },
    allow: vscode.l10n.t('Allow'),
    deny: vscode.l10n.t('Deny'),
    review: vscode.l10n.t('Review'),
    allowInConversation: vscode.l10n.t('Allow in this chat'),
    allowInWorkspace: vscode.l10n.t('Always allow in this workspace'),
    neverInWorkspace: vscode.l10n.t('Never allow in this workspace'),
    grants: vscode.l10n.t('The longer answers hold for: {0}'),
    shortcuts: vscode.l10n.t('{0}+Enter allows, {0}+Alt+Enter denies'),
    limitMessages: vscode.l10n.t('Claude has made {0} steps on this answer. Shall it go on?'),
    limitCost: vscode.l10n.t('This answer has cost {0} so far. Shall it go on?'),
    goOn: vscode.l10n.t('Continue'),
    restore: vscode.l10n.t('Go back to before this prompt'),
    changedFile: vscode.l10n.t('1 file changed'),
    changedFiles: vscode.l10n.t('{0} files changed'),
    reviewAll: vscode.l10n.t('Review all'),
    undoChanges: vscode.l10n.t('Undo the changes to {0}'),
    changedLines: vscode.l10n.t('Lines added: {0}. Lines removed: {1}.'),
    changeKinds: {
      changed: vscode.l10n.t('Changed'),
      created: vscode.l10n.t('Created'),
      deleted: vscode.l10n.t('Deleted'),
    },
    choose: vscode.l10n.t('Choose tools'),
    mode: vscode.l10n.t('What Claude may do without asking'),
    modes: {
      ask: vscode.l10n.t('Ask'),
      plan: vscode.l10n.t('Plan'),
      edit: vscode.l10n.t('Edit'),
    },
    modeHints: {
      ask: vscode.l10n.t('Ask: reads, and asks before anything else'),
      plan: vscode.l10n.t('Plan: only reads'),
      edit: vscode.l10n.t('Edit: changes files of the workspace freely, and asks before commands'),
    },
  };
}
