import type { Chat } from '../core/chat';
import type { Clock } from '../core/clock';
import type { Conversation } from '../core/conversation';
import { copyConversation } from '../core/copyConversation';
import { DisposableStore, type Disposable } from '../core/disposable';
import { Emitter } from '../core/emitter';
import type { JournalEntry } from '../core/journalIndex';
import type { ConversationLibrary } from '../node/conversationLibrary';
import { emptyDraft, type Drafts } from './drafts';

/** The part of VS Code's Memento that is needed to remember what was shown. */
export interface ShownMemory {
  get(name: string): unknown;
  update(name: string, value: unknown): PromiseLike<void>;
}

export interface KeptChatsPorts {
  readonly chat: Chat;
  readonly library: ConversationLibrary;
  readonly drafts: Drafts;
  readonly memory: ShownMemory;
  readonly clock: Clock;
  readonly newId: () => string;
  /** Whatever else belongs to a conversation goes with it to the one in its place. */
  readonly carryOver?: (from: string, to: string) => void;
  /** Says that not all of a conversation could be read. */
  readonly damaged: (title: string) => void;
  /** Says that a conversation which was to be shown again could not be. */
  readonly notReopened: (error: unknown) => void;
}

const memoryName = 'caudal.shownChat';

/**
 * When to look whether a conversation that another window owns has become free, in ms after it was opened. A window
 * that is reloaded may meet its own former self, which ends within seconds. Later, a look at each focus is enough.
 */
const looksAfterMs = [500, 1_000, 2_000, 4_000, 8_000];

/** The conversations of this window as they are kept on disk: made, opened, copied, listed and deleted. */
export class KeptChats implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly replaced = this.disposables.add(
    new Emitter<{ readonly before: Conversation; readonly now: Conversation }>(),
  );
  /** Fires when a conversation was read anew, to be shown in the place of the one that was read before. */
  readonly onDidReplace = this.replaced.event;
  private readonly deleted = this.disposables.add(new Emitter<Conversation>());
  /** Fires when a conversation of this window is gone, before it is disposed. */
  readonly onDidDelete = this.deleted.event;

  private readonly forgotten = this.disposables.add(new Emitter<string>());
  /** Fires with the id of a conversation that was deleted, from this window or from the disk alone. */
  readonly onDidForget = this.forgotten.event;

  private readonly opening = new Map<string, Promise<Conversation | undefined>>();
  /** By id, those that another window owns, with the size of their journals when they were read. */
  private readonly readOnly = new Map<string, number>();
  /** By id, new conversations in the place of those that were never kept. */
  private readonly standIns = new Map<string, Conversation>();
  private timer: Disposable | undefined;

  constructor(private readonly ports: KeptChatsPorts) {}

  /** Begins a conversation, and keeps it from its first prompt on. */
  create(): Conversation {
    const conversation = this.ports.chat.newConversation();
    this.ports.library.keep(conversation);
    return conversation;
  }

  /**
   * The conversation with this id, from this window or from disk; undefined where there is none.
   *
   * @throws where it cannot be read.
   */
  open(id: string): Promise<Conversation | undefined> {
    const here = this.ports.chat.conversation(id);
    if (here !== undefined && !this.readOnly.has(id)) return Promise.resolve(here);
    const opening = this.opening.get(id) ?? this.read(id).finally(() => this.opening.delete(id));
    this.opening.set(id, opening);
    return opening;
  }

  /**
   * What was shown under this id before the window was reloaded: the conversation or, where it had no prompt yet or
   * cannot be read, a new one with what stood in its composer.
   */
  async reopen(id: string | undefined): Promise<Conversation> {
    if (id === undefined) return this.create();
    try {
      const kept = await this.open(id);
      if (kept !== undefined) return kept;
    } catch (error) {
      this.ports.notReopened(error);
    }
    const standIn = this.standIns.get(id) ?? this.create();
    this.standIns.set(id, standIn);
    this.ports.drafts.carryOver(id, standIn.id);
    this.ports.carryOver?.(id, standIn.id);
    return standIn;
  }

  /** What the side bar showed last; where the editor has lost that, as after a sudden end it can, the latest. */
  async reopenLast(): Promise<Conversation> {
    const id = this.ports.memory.get(memoryName);
    return this.reopen(typeof id === 'string' ? id : (await this.latest())?.id);
  }

  /** Notes what the side bar shows, for when the window is opened again. */
  remember({ id }: Conversation): void {
    if (this.ports.memory.get(memoryName) !== id) void this.ports.memory.update(memoryName, id);
  }

  /** Whether another window owns the conversation: it can be read here, and go on in a copy. */
  isReadOnly(conversation: Conversation): boolean {
    return this.readOnly.has(conversation.id);
  }

  /**
   * The conversation to go on with: this one or, while another window owns it, a copy with the same turns, which is
   * kept.
   */
  async writable(conversation: Conversation): Promise<Conversation> {
    if (!this.isReadOnly(conversation)) return conversation;
    const now = (await this.open(conversation.id)) ?? conversation;
    return this.isReadOnly(now) ? this.copy(now) : now;
  }

  /** Looks whether conversations that other windows own have become free or gone on. */
  async refresh(): Promise<void> {
    await Promise.allSettled([...this.readOnly.keys()].map((id) => this.open(id)));
  }

  /** All conversations of this window and on disk that have a prompt, newest first. */
  async list(): Promise<readonly JournalEntry[]> {
    const entries = new Map((await this.ports.library.list()).map((entry) => [entry.id, entry]));
    for (const conversation of this.ports.chat.conversations) {
      const entry = entryOf(conversation);
      if (entry.turns > 0) entries.set(entry.id, entry);
    }
    return [...entries.values()].sort((a, b) => b.updatedAt - a.updatedAt);
  }

  /**
   * Deletes a conversation for good, and stops what runs in it.
   *
   * @returns false where another window owns it: then it stays.
   * @throws what the file system says.
   */
  async delete(id: string): Promise<boolean> {
    const { chat, library, drafts } = this.ports;
    if (!(await library.delete(id))) return false;
    this.readOnly.delete(id);
    drafts.set(id, emptyDraft);
    const here = chat.conversation(id);
    if (here !== undefined) {
      this.deleted.fire(here);
      chat.remove(id);
    }
    this.forgotten.fire(id);
    return true;
  }

  dispose(): void {
    this.timer?.dispose();
    this.disposables.dispose();
  }

  private async latest(): Promise<JournalEntry | undefined> {
    try {
      return (await this.list())[0];
    } catch (error) {
      this.ports.notReopened(error);
      return undefined;
    }
  }

  private async read(id: string): Promise<Conversation | undefined> {
    const { chat, library, damaged } = this.ports;
    const before = chat.conversation(id);
    const opened = await library.open(id);
    if (opened === undefined) return before;
    const { conversation, readOnly, badLines, size } = opened;
    if (readOnly && before !== undefined && this.readOnly.get(id) === size) {
      conversation.dispose();
      return before;
    }
    if (readOnly) this.readOnly.set(id, size);
    else this.readOnly.delete(id);
    chat.add(conversation);
    if (before !== undefined) {
      this.replaced.fire({ before, now: conversation });
      before.dispose();
    } else if (readOnly) {
      this.lookLater();
    }
    if (badLines > 0 && before === undefined) damaged(conversation.title);
    return conversation;
  }

  private lookLater(step = 0): void {
    const afterMs = looksAfterMs[step];
    this.timer?.dispose();
    this.timer = undefined;
    if (afterMs === undefined || this.readOnly.size === 0) return;
    this.timer = this.ports.clock.setTimer(afterMs, () => {
      void this.refresh();
      this.lookLater(step + 1);
    });
  }

  /** A copy with the same turns, which is kept and goes on by itself. */
  copy(source: Conversation): Conversation {
    const { chat, library, drafts, carryOver, clock, newId } = this.ports;
    const copy = copyConversation(source, clock, newId);
    library.keep(copy);
    void library.makeDurable(copy);
    chat.add(copy);
    drafts.carryOver(source.id, copy.id);
    carryOver?.(source.id, copy.id);
    return copy;
  }
}

function entryOf({ id, title, createdAt, turns }: Conversation): JournalEntry {
  const updatedAt = turns.at(-1)?.createdAt ?? createdAt;
  return { id, title, createdAt, updatedAt, turns: turns.length };
}
