import * as vscode from 'vscode';
import type { Logger } from '../core/logger';
import { baseUrlVariable, type ApiKey } from './apiKey';
import type { Connection } from './connection';
import { errorMessage } from './errorMessage';
import { errorText } from './errorText';
import { redact } from './redact';

/** Tells the person that something failed, with the log a click away. */
export class Notices {
  private environmentTold = false;

  constructor(
    private readonly log: Logger,
    private readonly showLog: () => void,
  ) {}

  /** `what` names for the log what was tried; the person reads the error alone. */
  failed(what: string, error: unknown): void {
    this.log.error(`${what}: ${errorText(error)}`);
    this.say(vscode.l10n.t('That did not work: {0}', errorMessage(error)));
  }

  featureFailed(name: string, error: unknown): void {
    const text = errorText(error);
    this.log.error(`${name} could not start: ${text}`);
    this.say(vscode.l10n.t('A part of Caudal ({0}) could not start: {1}', name, text));
  }

  /** The environment names a server that cannot be used, and its key goes to Anthropic instead (T109). Told once. */
  aboutEnvironment(connection: Pick<Connection, 'current'>, apiKey: ApiKey): void {
    const address = apiKey.unusableEnvironmentAddress;
    const found = connection.current;
    if (this.environmentTold || address === undefined || found === undefined) return;
    if (found.credential.kind !== 'environment' || found.server.label !== null) return;
    this.environmentTold = true;
    void vscode.window.showWarningMessage(
      vscode.l10n.t(
        '{0} is not used: “{1}” is not an address that begins with https:// or http://. Anthropic’s own server is used.',
        baseUrlVariable,
        redact(address),
      ),
    );
  }

  private say(message: string): void {
    const open = vscode.l10n.t('Show log');
    void vscode.window.showErrorMessage(message, open).then((choice) => {
      if (choice === open) this.showLog();
    });
  }
}
