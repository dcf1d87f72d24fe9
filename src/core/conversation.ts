import type { Clock } from './clock';
import type { Attachment } from './contentBlock';
import type { Disposable } from './disposable';
import { Emitter } from './emitter';
import { TurnDocument, type TurnChange } from './turnDocument';
import type { TurnStatus } from './turnStatus';

/** What the person sends: their words and what they attached to them. */
export interface Prompt {
  readonly text: string;
  readonly attachments: readonly PromptAttachment[];
}

export interface PromptAttachment {
  readonly attachment: Attachment;
  /** The attached content itself. */
  readonly content: string;
}

export type ConversationChange =
  | { readonly kind: 'turn'; readonly turn: TurnDocument; readonly change: TurnChange }
  /** A turn was added or taken away. */
  | { readonly kind: 'order' }
  | { readonly kind: 'title' };

/** Characters as a person counts them. */
const titleLength = 60;
/** UTF-16 units of a prompt that are looked at for the title: segmenting a long text takes seconds. */
const titleSource = 1_000;

/** A list of turns, and the news of what changes in any of them. */
export class Conversation implements Disposable {
  private readonly changed = new Emitter<ConversationChange>();
  readonly onDidChange = this.changed.event;

  private readonly list: TurnDocument[] = [];
  private readonly byId = new Map<string, TurnDocument>();
  private readonly subscriptions = new Map<string, Disposable>();
  private currentTitle = '';

  constructor(
    readonly id: string,
    readonly createdAt: number,
    private readonly clock: Clock,
  ) {}

  /** A conversation as a journal kept it. */
  static restore(
    identity: { readonly id: string; readonly createdAt: number },
    clock: Clock,
    content: { readonly title: string; readonly turns: readonly TurnDocument[] },
  ): Conversation {
    const conversation = new Conversation(identity.id, identity.createdAt, clock);
    conversation.currentTitle = content.title;
    for (const turn of content.turns) conversation.add(turn);
    return conversation;
  }

  get turns(): readonly TurnDocument[] {
    return this.list;
  }

  /** The first words of the first prompt; empty before there is one. */
  get title(): string {
    return this.currentTitle;
  }

  turn(id: string): TurnDocument | undefined {
    return this.byId.get(id);
  }

  addUserTurn(id: string, prompt: Prompt): TurnDocument {
    const turn = this.newTurn(id, 'user');
    for (const { attachment, content } of prompt.attachments) {
      turn.endBlock(
        turn.openBlock(1, { head: { kind: 'attachment', attachment }, text: content }),
        'closed',
      );
    }
    turn.endBlock(turn.openBlock(1, { head: { kind: 'text' }, text: prompt.text }), 'closed');
    turn.setStatus({ kind: 'complete', stopReason: 'end_turn' });
    this.add(turn);
    if (this.currentTitle === '') this.setTitle(titleOf(prompt.text));
    return turn;
  }

  addAssistantTurn(id: string, status: TurnStatus = { kind: 'queued' }): TurnDocument {
    const turn = this.newTurn(id, 'assistant', status);
    this.add(turn);
    return turn;
  }

  /** Adds a turn whose answer will be the summary of all before it. */
  addCompaction(id: string): TurnDocument {
    const turn = this.newTurn(id, 'assistant');
    turn.updateMeta({ compaction: 'active' });
    this.add(turn);
    return turn;
  }

  removeTurn(id: string): void {
    const turn = this.byId.get(id);
    if (turn === undefined) return;
    this.byId.delete(id);
    this.subscriptions.get(id)?.dispose();
    this.subscriptions.delete(id);
    this.list.splice(this.list.indexOf(turn), 1);
    this.changed.fire({ kind: 'order' });
  }

  dispose(): void {
    for (const subscription of this.subscriptions.values()) subscription.dispose();
    this.subscriptions.clear();
    this.changed.dispose();
  }

  private newTurn(id: string, role: 'user' | 'assistant', status?: TurnStatus): TurnDocument {
    return new TurnDocument({ id, role, createdAt: this.clock.wallNow() }, this.clock, status);
  }

  private add(turn: TurnDocument): void {
    this.list.push(turn);
    this.byId.set(turn.id, turn);
    this.subscriptions.set(
      turn.id,
      turn.onDidChange((change) => this.changed.fire({ kind: 'turn', turn, change })),
    );
    this.changed.fire({ kind: 'order' });
  }

  private setTitle(title: string): void {
    this.currentTitle = title;
    this.changed.fire({ kind: 'title' });
  }
}

function titleOf(text: string): string {
  const line = text.trim().slice(0, titleSource).split(/\r?\n/, 1)[0] ?? '';
  const segments = new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(line);
  const characters = Array.from(segments, ({ segment }) => segment);
  return characters.length <= titleLength
    ? line
    : `${characters.slice(0, titleLength - 1).join('')}…`;
}
