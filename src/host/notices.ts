import * as vscode from 'vscode';
import type { JournalHealth } from '../core/journalWriter';
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

  /** Chats cannot be written, or can be again. */
  aboutJournal(health: JournalHealth): void {
    if (health.kind === 'ok') this.log.info('chats are saved again');
    else this.warn(notSaved(health.error));
  }

  damagedChat(title: string): void {
    this.warn(
      vscode.l10n.t(
        'A part of the chat “{0}” could not be read: its file was damaged. The rest is here, and the file as it was is kept.',
        title,
      ),
    );
  }

  chatNotReopened(error: unknown): void {
    this.log.error(`the chat shown last: ${errorText(error)}`);
    this.warn(
      vscode.l10n.t(
        'The chat shown last could not be opened again: {0}. Its file is left as it is.',
        errorMessage(error),
      ),
    );
  }

  private warn(message: string): void {
    const open = vscode.l10n.t('Show log');
    void vscode.window.showWarningMessage(message, open).then((choice) => {
      if (choice === open) this.showLog();
    });
  }

  private say(message: string): void {
    const open = vscode.l10n.t('Show log');
    void vscode.window.showErrorMessage(message, open).then((choice) => {
      if (choice === open) this.showLog();
    });
  }
}

/** What the file system's refusal means for the person. */
function notSaved(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return vscode.l10n.t(
        'The disk is full, so chats are not saved. They go on in this window, and are saved once there is room.',
      );
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
      return vscode.l10n.t(
        'The folder for chats cannot be written, so they are not saved. They go on in this window.',
      );
    default:
      return vscode.l10n.t(
        'Chats are not saved: {0}. They go on in this window, and are saved once that works again.',
        errorText(error),
      );
  }
}
