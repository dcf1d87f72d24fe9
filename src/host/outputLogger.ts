import type { LogOutputChannel } from 'vscode';
import type { Logger } from '../core/logger';
import { redact } from './redact';

/** Writes to the 'Caudal' log, without credentials. Never brings the log forward by itself. */
export class OutputLogger implements Logger {
  constructor(
    private readonly channel: LogOutputChannel,
    /** The exact credentials in use, whatever they look like. */
    private readonly secrets: () => readonly string[],
  ) {}

  trace(message: string): void {
    this.channel.trace(this.clean(message));
  }

  debug(message: string): void {
    this.channel.debug(this.clean(message));
  }

  info(message: string): void {
    this.channel.info(this.clean(message));
  }

  warn(message: string): void {
    this.channel.warn(this.clean(message));
  }

  error(message: string): void {
    this.channel.error(this.clean(message));
  }

  private clean(message: string): string {
    return redact(message, this.secrets());
  }
}
