import type { Clock } from '../core/clock';
import type { Conversation, ConversationChange } from '../core/conversation';
import { DisposableStore } from '../core/disposable';
import { Emitter } from '../core/emitter';
import type { JournalEntry } from '../core/journalIndex';
import { JournalReader, type JournalCursor } from '../core/journalReader';
import { JournalWriter, type JournalFile, type JournalHealth } from '../core/journalWriter';
import type { Logger } from '../core/logger';
import { restoreConversation, type Restoration } from '../core/restoreConversation';
import type { JournalStore, OpenJournal } from './journalStore';

/** A journal is written anew at opening when it has this many times the size of its text, and the slack besides. */
const journalSlackFactor = 4;
const journalSlackSize = 131_072;

/** A conversation opened from disk. */
export interface OpenedConversation {
  readonly conversation: Conversation;
  /** Another window owns it: what happens here is not written. */
  readonly readOnly: boolean;
  /** Lines that could not be read; their file is kept as it is. */
  readonly badLines: number;
  /** UTF-16 units of the journal: it has grown when there is more. */
  readonly size: number;
}

/** There is a conversation, and it cannot be read; its file stays as it is. */
export class UnreadableConversationError extends Error {
  override readonly name = 'UnreadableConversationError';

  constructor(readonly reason: 'damaged' | 'newer') {
    super(`the journal is ${reason}`);
  }
}

interface KeptConversation {
  readonly writer: JournalWriter;
  readonly disposables: DisposableStore;
}

/** Every conversation of this window, kept on disk while it grows, and the list of all that were kept before. */
export class ConversationLibrary {
  private readonly kept = new Map<string, KeptConversation>();
  /** Conversations whose last write failed. */
  private readonly failing = new Set<string>();
  private readonly healthChanged = new Emitter<JournalHealth>();
  /** Fires when writing begins to fail (disk full, read-only, …), and when all of it works again. */
  readonly onDidChangeHealth = this.healthChanged.event;

  private readonly blobsReleased = new Emitter<ReadonlySet<string>>();
  /** Fires when a conversation was deleted, with the names of the bytes that were attached in it. */
  readonly onDidReleaseBlobs = this.blobsReleased.event;

  constructor(
    private readonly store: JournalStore,
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {}

  /** Newest first. */
  list(): Promise<readonly JournalEntry[]> {
    return this.store.list();
  }

  /** Begins to keep a new conversation. Its file appears with its first turn. */
  keep(conversation: Conversation): void {
    let file: Promise<JournalFile> | undefined;
    this.attach(conversation, {
      append: async (lines, durable) => {
        file ??= this.store.create(conversation.id);
        try {
          await (await file).append(lines, durable);
        } catch (error) {
          file = undefined;
          throw error;
        }
      },
    });
    if (conversation.turns.length > 0) this.noteInList(conversation);
  }

  /**
   * Reads a conversation back; undefined where there is none.
   *
   * @throws UnreadableConversationError, and what the file system says.
   */
  async open(id: string): Promise<OpenedConversation | undefined> {
    const journal = await this.store.open(id);
    if (journal === undefined) return undefined;
    if (journal.text === '') {
      // Its process ended before the first line was whole.
      await this.store.release(id);
      return undefined;
    }
    const restored = restoreConversation(journal.text, this.clock);
    if (restored === 'damaged' || restored === 'newer') {
      await this.store.release(id);
      throw new UnreadableConversationError(restored);
    }
    const { conversation, badLines } = restored;
    if (badLines > 0) this.log.warn(`conversation ${id}: ${badLines} lines passed over`);
    if (journal.file !== undefined) {
      const { file, cursor } = await this.tidy(journal, journal.file, restored);
      this.attach(conversation, file, cursor);
    }
    const size = journal.text.length;
    return { conversation, readOnly: journal.file === undefined, badLines, size };
  }

  /**
   * Resolves when everything of the conversation up to now is on the disk. Also resolves where writing fails: that is
   * told by {@link onDidChangeHealth}, and a full disk is no reason not to answer.
   */
  async makeDurable(conversation: Conversation): Promise<void> {
    const kept = this.kept.get(conversation.id);
    try {
      await kept?.writer.flush(true);
    } catch (error) {
      this.log.error(`conversation ${conversation.id} is not on disk: ${String(error)}`);
    }
  }

  /**
   * Deletes a conversation for good.
   *
   * @returns false where another window owns it: then it stays.
   * @throws what the file system says.
   */
  async delete(id: string): Promise<boolean> {
    const kept = this.kept.get(id);
    this.kept.delete(id);
    // What comes after this must not make the file again.
    await kept?.writer.end();
    kept?.disposables.dispose();
    this.setFailing(id, undefined);
    const blobs = await this.store.blobNames(id);
    const isDeleted = await this.store.delete(id);
    if (isDeleted) this.blobsReleased.fire(blobs);
    return isDeleted;
  }

  /** Writes what is left and gives the conversations back to other windows. */
  async dispose(): Promise<void> {
    const kept = [...this.kept.values()];
    this.kept.clear();
    await Promise.allSettled(kept.map(({ writer }) => writer.flush()));
    for (const { disposables } of kept) disposables.dispose();
    this.healthChanged.dispose();
    this.blobsReleased.dispose();
    await this.store.dispose();
  }

  /** Writes a journal anew that is damaged, or far larger than what is in it. Where that fails it stays as it is. */
  private async tidy(
    { text }: OpenJournal,
    file: JournalFile,
    { conversation, cursor, badLines, textSize }: Restoration,
  ): Promise<{ readonly file: JournalFile; readonly cursor: JournalCursor }> {
    const isBloated = text.length > textSize * journalSlackFactor + journalSlackSize;
    const isWorthIt = badLines > 0 || isBloated;
    // Of nothing there is nothing to write, and what is there may yet be of use to somebody.
    if (!isWorthIt || conversation.turns.length === 0) return { file, cursor };
    const reader = new JournalReader(conversation);
    const reading = reader.read();
    reader.dispose();
    try {
      const rewritten = await this.store.rewrite(conversation.id, reading.lines, badLines > 0);
      return { file: rewritten, cursor: reading.cursor };
    } catch (error) {
      this.log.warn(`conversation ${conversation.id} was not written anew: ${String(error)}`);
      return { file, cursor };
    }
  }

  private attach(conversation: Conversation, file: JournalFile, cursor?: JournalCursor): void {
    const disposables = new DisposableStore();
    const writer = disposables.add(new JournalWriter(conversation, file, this.clock, cursor));
    disposables.add(writer.onDidChangeHealth((health) => this.setFailing(conversation.id, health)));
    disposables.add(
      conversation.onDidChange((change) => {
        if (isNewsForList(change)) this.noteInList(conversation);
      }),
    );
    this.kept.set(conversation.id, { writer, disposables });
  }

  /** Many conversations fail together, when the disk is full: that is one piece of news. */
  private setFailing(id: string, health: JournalHealth | undefined): void {
    const before = this.failing.size;
    if (health?.kind === 'failing') {
      this.log.error(`journal: ${String(health.error)}`);
      this.failing.add(id);
      if (before === 0) this.healthChanged.fire(health);
    } else {
      this.failing.delete(id);
      if (before > 0 && this.failing.size === 0) this.healthChanged.fire({ kind: 'ok' });
    }
  }

  private noteInList({ id, title, createdAt, turns }: Conversation): void {
    const updatedAt = this.clock.wallNow();
    this.store
      .updateEntry({ id, title, createdAt, updatedAt, turns: turns.length })
      .catch((error: unknown) => this.log.warn(`the index was not written: ${String(error)}`));
  }
}

function isNewsForList(change: ConversationChange): boolean {
  if (change.kind !== 'turn') return true;
  return change.change === 'structure' && change.turn.isTerminal;
}
