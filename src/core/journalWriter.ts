import type { Clock } from './clock';
import type { Conversation, ConversationChange } from './conversation';
import { DisposableStore, type Disposable } from './disposable';
import { Emitter } from './emitter';
import { JournalReader, type JournalCursor } from './journalReader';

/**
 * How long streamed text waits to be written, in ms. With the time that the write takes on a busy machine, no more than
 * 250 ms of it are at risk when the process dies (design: "Journal").
 */
const flushMs = 150;
/** Pause after a failed write before the next try, in ms: a full disk is not hammered. */
const retryMs = 5_000;

/** The port to one conversation's file. */
export interface JournalFile {
  /**
   * Appends whole lines, creating the file where it is missing. With `durable` it returns only when the disk has them.
   *
   * @throws whatever the file system says: no space, read-only, no permission.
   */
  append(lines: string, durable: boolean): Promise<void>;
}

/** Whether the last write went through; `error` is what the file system said. */
export type JournalHealth =
  { readonly kind: 'ok' } | { readonly kind: 'failing'; readonly error: unknown };

/**
 * Writes one conversation to its file: at once at every end of a block or turn, at most every 150 ms while text
 * streams, one write at a time. A write that fails leaves the cursor where it was, so that nothing is lost while the
 * process lives and the next write says it all.
 */
export class JournalWriter implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly healthChanged = this.disposables.add(new Emitter<JournalHealth>());
  readonly onDidChangeHealth = this.healthChanged.event;

  private readonly reader: JournalReader;
  private health: JournalHealth = { kind: 'ok' };
  private timer: Disposable | undefined;
  private writing: Promise<void> | undefined;
  private ended = false;
  /** Something that may not wait came while a write was under way. */
  private writeAgain = false;

  constructor(
    conversation: Conversation,
    private readonly file: JournalFile,
    private readonly clock: Clock,
    cursor?: JournalCursor,
  ) {
    this.reader = this.disposables.add(new JournalReader(conversation, cursor));
    this.disposables.add(conversation.onDidChange((change) => this.onChange(change)));
  }

  /**
   * Resolves when everything up to now is written, and on the disk where `durable`.
   *
   * @throws what the file system said about this write.
   */
  async flush(durable = false): Promise<void> {
    // The write under way may have read before the latest change; the next one has not.
    while (this.writing !== undefined) await this.writing;
    await this.write(durable);
    if (this.health.kind === 'failing') throw this.health.error;
  }

  /** Writes nothing more, and resolves when the write under way is over: the file may then be taken away. */
  async end(): Promise<void> {
    this.dispose();
    while (this.writing !== undefined) await this.writing;
  }

  dispose(): void {
    this.ended = true;
    this.cancelTimer();
    this.disposables.dispose();
  }

  private onChange(change: ConversationChange): void {
    const mayWait = change.kind === 'turn' && change.change === 'growth';
    if (mayWait || this.health.kind === 'failing') this.writeLater();
    else this.writeNow();
  }

  private writeLater(): void {
    if (this.ended) return;
    const delayMs = this.health.kind === 'ok' ? flushMs : retryMs;
    this.timer ??= this.clock.setTimer(delayMs, () => {
      this.timer = undefined;
      this.writeNow();
    });
  }

  private writeNow(): void {
    this.cancelTimer();
    if (this.writing === undefined) void this.write(false);
    else this.writeAgain = true;
  }

  private async write(durable: boolean): Promise<void> {
    const { lines, cursor } = this.reader.read();
    if (lines === '' && !durable) return;
    this.writing = this.append(lines, cursor, durable);
    await this.writing;
    this.writing = undefined;
    if (!this.writeAgain || this.ended) return;
    this.writeAgain = false;
    this.writeNow();
  }

  private async append(lines: string, cursor: JournalCursor, durable: boolean): Promise<void> {
    try {
      await this.file.append(lines, durable);
      this.reader.keep(cursor);
      this.setHealth({ kind: 'ok' });
    } catch (error) {
      this.setHealth({ kind: 'failing', error });
      this.writeLater();
    }
  }

  private setHealth(health: JournalHealth): void {
    const changed = health.kind !== this.health.kind;
    this.health = health;
    if (changed) this.healthChanged.fire(health);
  }

  private cancelTimer(): void {
    this.timer?.dispose();
    this.timer = undefined;
  }
}
