import * as vscode from 'vscode';
import { assertNever } from '../core/assertNever';
import { withPrompt, type ContextBudget } from '../core/contextBudget';
import { isSecretFile, secretsIn, type SecretKind } from '../core/secretScan';
import type { Draft } from '../protocol/hostToView';

/** What the person should know before the draft goes out, in words for them; null where there is nothing. */
export function sendQuestion(draft: Draft, budget: ContextBudget): string | null {
  const { free } = withPrompt(budget, draft);
  const questions = [
    ...(free !== null && free < 0
      ? [
          vscode.l10n.t(
            'This is about {0} tokens more than the model can read. Remove an attachment, attach a part of it, or summarise the chat first.',
            Math.abs(free).toLocaleString(vscode.env.language),
          ),
        ]
      : []),
    ...secretsOf(draft),
  ];
  return questions.length === 0 ? null : questions.join('\n');
}

function secretsOf({ text, attachments }: Draft): readonly string[] {
  const typed = secretsIn(text).map(({ kind, line = 1 }) =>
    vscode.l10n.t('Your prompt, line {0}: {1}', line, kindName(kind)),
  );
  const attached = attachments.flatMap(({ attachment, content }) => {
    const { path } = attachment;
    const startLine = attachment.kind === 'selection' ? attachment.startLine : 1;
    const found = secretsIn(content).map(({ kind, line = 1 }) =>
      vscode.l10n.t('{0}, line {1}: {2}', path, startLine + line - 1, kindName(kind)),
    );
    return found.length === 0 && isSecretFile(path)
      ? [vscode.l10n.t('{0}: {1}', path, kindName('secret-file'))]
      : found;
  });
  return [...typed, ...attached];
}

function kindName(kind: SecretKind): string {
  switch (kind) {
    case 'api-key':
      return vscode.l10n.t('looks like an API key');
    case 'private-key':
      return vscode.l10n.t('looks like a private key');
    case 'token':
      return vscode.l10n.t('looks like an access token');
    case 'password':
      return vscode.l10n.t('looks like a password');
    case 'secret-file':
      return vscode.l10n.t('a file of this name often holds keys or passwords');
    default:
      return assertNever(kind);
  }
}
