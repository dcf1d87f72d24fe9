import type { LogOutputChannel } from 'vscode';
import type { Logger } from '../core/logger';
import { redact } from './redact';

/** Lines that are kept for a bug report, at least. */
const mostLines = 200;

/** Writes to the 'Caudal' log, without credentials. Never brings the log forward by itself. */
export class OutputLogger implements Logger {
  private readonly latest: string[] = [];

  constructor(
    private readonly channel: LogOutputChannel,
    /** The exact credentials in use, whatever they look like. */
    private readonly secrets: () => readonly string[],
  ) {}

  /** What was written last, for a bug report. */
  get lines(): readonly string[] {
    return this.latest;
  }

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
    const clean = redact(message, this.secrets());
    this.latest.push(clean);
    if (this.latest.length > 2 * mostLines) this.latest.splice(0, mostLines);
    return clean;
  }
}
