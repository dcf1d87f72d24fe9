import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { StringDecoder } from 'node:string_decoder';
import { stripVTControlCharacters } from 'node:util';
import { CommandOutput } from '../../core/commandOutput';
import { callMark, endProcessTree } from './processTree';

/** Characters of output that are shown; a program that never stops would fill the transcript. */
const maxShownChars = 8_000_000;
/** How long output is waited for once the program has ended, in ms: what it left behind may hold its end open. */
const drainMs = 250;

/** How a command ended. */
export type CommandEnd =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'killed'; readonly signal: string }
  | { readonly kind: 'failed'; readonly reason: string };

export interface CommandOptions {
  readonly command: string;
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly show: (text: string) => void;
}

/** A command line in the system's shell, with everything that it starts. Its input is empty. */
export class RunningCommand {
  /** Without colours and other control sequences. */
  readonly output = new CommandOutput();
  /** Resolves once it has ended, and all that it wrote until then is told. */
  readonly ended: Promise<CommandEnd>;
  private end: CommandEnd | undefined;
  private readonly child: ChildProcess;
  private readonly mark = randomUUID();
  private shownChars = 0;
  private show: (text: string) => void;

  constructor({ command, cwd, environment, show }: CommandOptions) {
    this.show = show;
    this.child = spawn(command, {
      shell: true,
      cwd,
      env: { ...environment, [callMark]: this.mark },
      stdio: ['ignore', 'pipe', 'pipe'],
      // The leader of its own group, so that the whole group can be ended.
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    this.take(this.child.stdout);
    this.take(this.child.stderr);
    this.ended = this.waitForEnd().then((end) => (this.end = end));
  }

  get isRunning(): boolean {
    return this.end === undefined;
  }

  /** From now on its output is shown there: the call that it was shown to has ended. */
  showIn(show: (text: string) => void): void {
    this.show = show;
  }

  /** Ends it and everything it started. Resolves when that is done. */
  async stop(): Promise<void> {
    await endProcessTree(this.child, this.mark);
    await this.ended;
  }

  /** Ends what it left behind. */
  async sweep(): Promise<void> {
    await endProcessTree(this.child, this.mark);
  }

  private take(stream: NodeJS.ReadableStream | null): void {
    // Characters may be cut where chunks meet, in each of the two streams by itself.
    const decoder = new StringDecoder('utf8');
    stream?.on('data', (chunk: Buffer) => this.tell(decoder.write(chunk)));
    stream?.on('end', () => this.tell(decoder.end()));
    stream?.on('error', () => undefined);
  }

  private tell(text: string): void {
    if (text === '') return;
    this.output.push(stripVTControlCharacters(text));
    if (this.shownChars >= maxShownChars) return;
    this.shownChars += text.length;
    this.show(text);
    if (this.shownChars >= maxShownChars) this.show('\n[…]\n');
  }

  private waitForEnd(): Promise<CommandEnd> {
    const { child } = this;
    return new Promise((resolve) => {
      child.once('error', (error) => resolve({ kind: 'failed', reason: error.message }));
      child.once('exit', (code, signal) => {
        const end: CommandEnd =
          code === null
            ? { kind: 'killed', signal: signal ?? 'unknown' }
            : { kind: 'exited', code };
        const timer = setTimeout(() => resolve(end), drainMs);
        child.once('close', () => {
          clearTimeout(timer);
          resolve(end);
        });
      });
    });
  }
}
