import type { Clock } from '../core/clock';
import type { Conversation, ConversationChange } from '../core/conversation';
import { DisposableStore } from '../core/disposable';
import { Emitter } from '../core/emitter';
import type { JournalEntry } from '../core/journalIndex';
import type { JournalCursor } from '../core/journalReader';
import { JournalWriter, type JournalFile, type JournalHealth } from '../core/journalWriter';
import type { Logger } from '../core/logger';
import { restoreConversation } from '../core/restoreConversation';
import type { JournalStore } from './journalStore';

/** A conversation opened from disk. */
export interface OpenedConversation {
  readonly conversation: Conversation;
  /** Another window owns it: what happens here is not written. */
  readonly readOnly: boolean;
  /** Lines that could not be read; their file is kept as it is. */
  readonly badLines: number;
}

interface KeptConversation {
  readonly writer: JournalWriter;
  readonly disposables: DisposableStore;
}

/** Every conversation of this window, kept on disk while it grows, and the list of all that were kept before. */
export class ConversationLibrary {
  private readonly kept = new Map<string, KeptConversation>();
  private readonly healthChanged = new Emitter<JournalHealth>();
  /** Fires when writing begins to fail (disk full, read-only, …) and when it works again. */
  readonly onDidChangeHealth = this.healthChanged.event;

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
  }

  /** Reads a conversation back; undefined where there is none, or nothing of it can be read. */
  async open(id: string): Promise<OpenedConversation | undefined> {
    const journal = await this.store.open(id);
    if (journal === undefined) return undefined;
    const restored = restoreConversation(journal.text, this.clock);
    if (restored === undefined) {
      this.log.error(`conversation ${id} cannot be read`);
      return undefined;
    }
    const { conversation, cursor, badLines } = restored;
    if (badLines > 0) this.log.warn(`conversation ${id}: ${badLines} lines passed over`);
    if (journal.file !== undefined) this.attach(conversation, journal.file, cursor);
    return { conversation, readOnly: journal.file === undefined, badLines };
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

  /** Writes what is left and gives the conversations back to other windows. */
  async dispose(): Promise<void> {
    const kept = [...this.kept.values()];
    this.kept.clear();
    await Promise.allSettled(kept.map(({ writer }) => writer.flush()));
    for (const { disposables } of kept) disposables.dispose();
    this.healthChanged.dispose();
    await this.store.dispose();
  }

  private attach(conversation: Conversation, file: JournalFile, cursor?: JournalCursor): void {
    const disposables = new DisposableStore();
    const writer = disposables.add(new JournalWriter(conversation, file, this.clock, cursor));
    disposables.add(
      writer.onDidChangeHealth((health) => {
        if (health.kind === 'failing') this.log.error(`journal: ${String(health.error)}`);
        this.healthChanged.fire(health);
      }),
    );
    disposables.add(conversation.onDidChange((change) => this.noteInList(conversation, change)));
    this.kept.set(conversation.id, { writer, disposables });
  }

  private noteInList(conversation: Conversation, change: ConversationChange): void {
    const isNews =
      change.kind === 'title' ||
      (change.kind === 'turn' && change.change === 'structure' && change.turn.isTerminal);
    if (!isNews) return;
    const { id, title, createdAt, turns } = conversation;
    const updatedAt = this.clock.wallNow();
    this.store
      .updateEntry({ id, title, createdAt, updatedAt, turns: turns.length })
      .catch((error: unknown) => this.log.warn(`the index was not written: ${String(error)}`));
  }
}
