import * as vscode from 'vscode';
import { assertNever } from '../core/assertNever';
import { keyVariable, looksLikeKey, type ApiKey } from './apiKey';
import { bridgeCancellation } from './cancellation';
import type { Connection } from './connection';
import { errorMessage } from './errorMessage';
import { checkKey, type KeyCheck } from './keyCheck';
import type { ServerAddress } from './serverAddress';

/** The commands with which a person sets and removes the API key. */
export class KeyCommands {
  constructor(
    private readonly apiKey: ApiKey,
    private readonly connection: Connection,
  ) {}

  /** Asks for a key, tries it, and keeps it where the server takes it or the person says so. */
  async set(): Promise<void> {
    for (;;) {
      const server = this.connection.serverForStoredKey;
      const key = await askForKey(server);
      if (key === undefined) return;
      const check = await this.check(server, key);
      if (check === undefined) return;
      const decision = await decide(check, server);
      if (decision === 'ask-again') continue;
      if (decision === 'keep') await this.keep(server, key);
      return;
    }
  }

  async remove(): Promise<void> {
    const { server, credential } = await this.connection.resolve();
    if (credential.kind === 'environment') {
      void vscode.window.showInformationMessage(
        vscode.l10n.t(
          'The key comes from {0} in the environment; Caudal has stored none. Remove it there and restart the editor.',
          keyVariable,
        ),
      );
      return;
    }
    if (credential.kind !== 'stored') {
      void vscode.window.showInformationMessage(vscode.l10n.t('Caudal has stored no API key.'));
      return;
    }
    const remove = vscode.l10n.t('Remove');
    const choice = await vscode.window.showWarningMessage(
      vscode.l10n.t('Remove the API key for {0}?', nameOf(server)),
      { modal: true, detail: vscode.l10n.t('It is deleted from the editor’s secret storage.') },
      remove,
    );
    if (choice !== remove) return;
    await this.apiKey.remove(server);
    const after = await this.connection.resolve();
    void vscode.window.showInformationMessage(
      after.credential.kind === 'environment'
        ? vscode.l10n.t(
            'The API key is removed. The one from {0} in the environment is used now.',
            keyVariable,
          )
        : vscode.l10n.t('The API key is removed.'),
    );
  }

  private async keep(server: ServerAddress, key: string): Promise<void> {
    await this.apiKey.store(server, key);
    void vscode.window.showInformationMessage(
      vscode.l10n.t('The API key for {0} is kept in the secret storage.', nameOf(server)),
    );
  }

  /** Undefined when the person cancelled. */
  private async check(server: ServerAddress, key: string): Promise<KeyCheck | undefined> {
    const options = {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('Checking the API key'),
      cancellable: true,
    };
    return vscode.window.withProgress(options, async (_progress, token) => {
      const cancellation = bridgeCancellation(token);
      try {
        const client = await this.connection.clientWith(server, key);
        return await checkKey((signal) => client.listModels(signal), cancellation.signal);
      } catch (error) {
        if (cancellation.signal.aborted) return undefined;
        throw error;
      } finally {
        cancellation.dispose();
      }
    });
  }
}

async function askForKey(server: ServerAddress): Promise<string | undefined> {
  const key = await vscode.window.showInputBox({
    title: vscode.l10n.t('API key for {0}', nameOf(server)),
    prompt:
      server.label === null
        ? vscode.l10n.t('You can make one at platform.claude.com.')
        : vscode.l10n.t('It is sent to {0} alone.', server.label),
    password: true,
    ignoreFocusOut: true,
    validateInput: (value) =>
      value.trim() === '' || looksLikeKey(value.trim())
        ? undefined
        : vscode.l10n.t('A key has no spaces and no accented letters.'),
  });
  return key === undefined || key.trim() === '' ? undefined : key.trim();
}

type Decision = 'keep' | 'ask-again' | 'leave';

async function decide(check: KeyCheck, server: ServerAddress): Promise<Decision> {
  const again = vscode.l10n.t('Enter another key');
  const anyway = vscode.l10n.t('Save anyway');
  switch (check.kind) {
    case 'accepted':
    case 'cannot-check':
      return 'keep';
    case 'rejected': {
      const choice = await vscode.window.showErrorMessage(
        vscode.l10n.t(
          '{0} did not accept this key (HTTP {1}). It is not kept.',
          nameOf(server),
          check.status,
        ),
        again,
      );
      return choice === again ? 'ask-again' : 'leave';
    }
    case 'unreachable': {
      const choice = await vscode.window.showWarningMessage(
        vscode.l10n.t(
          'The key could not be checked with {0}: {1}',
          nameOf(server),
          errorMessage(check.error),
        ),
        anyway,
        again,
      );
      if (choice === anyway) return 'keep';
      return choice === again ? 'ask-again' : 'leave';
    }
    default:
      return assertNever(check);
  }
}

function nameOf(server: ServerAddress): string {
  return server.label ?? 'Anthropic';
}
