import type { AdapterGateway, AdapterImage, AdapterPrompt } from './adapterGateway';
import type { BlobStore } from './blob';
import type { Chat } from './chat';
import type { Conversation, PromptAttachment } from './conversation';
import type { JournalEntry } from './journalIndex';
import type { MessageRelay, RelayedAnswer } from './messageRelay';
import type { MessageRequest } from './messageTransport';
import type { TurnDocument } from './turnDocument';

/** The conversations of a window as they are kept. */
export interface ConversationKeeper {
  create(): Conversation;
  /** @throws where it cannot be read. */
  open(id: string): Promise<Conversation | undefined>;
  /** The conversation to go on with: this one, or a copy of one that another window owns. */
  writable(conversation: Conversation): Promise<Conversation>;
  list(): Promise<readonly JournalEntry[]>;
}

/** Lets other programs take part in the chats of this window. */
export class ChatGateway implements AdapterGateway {
  constructor(
    private readonly chat: Chat,
    private readonly keeper: ConversationKeeper,
    private readonly messages: MessageRelay,
    private readonly blobs: BlobStore,
  ) {}

  listConversations(): Promise<readonly JournalEntry[]> {
    return this.keeper.list();
  }

  openConversation(id: string): Promise<Conversation | undefined> {
    return this.keeper.open(id);
  }

  findTurn(id: string): TurnDocument | undefined {
    for (const conversation of this.chat.conversations) {
      const turn = conversation.turn(id);
      if (turn !== undefined) return turn;
    }
    return undefined;
  }

  async send({
    text,
    images,
    model,
    conversation: id,
  }: AdapterPrompt): ReturnType<AdapterGateway['send']> {
    const found = id === undefined ? this.keeper.create() : await this.keeper.open(id);
    if (found === undefined) return undefined;
    const conversation = await this.keeper.writable(found);
    const attachments = await Promise.all(images.map((image) => this.attach(image)));
    return { conversation, turn: this.chat.send(conversation, { text, attachments }, model) };
  }

  private async attach({ name, mediaType, data, size }: AdapterImage): Promise<PromptAttachment> {
    const blob = await this.blobs.put(data, mediaType);
    return { attachment: { kind: 'image', path: name, uri: '', blob, ...size }, content: '' };
  }

  stop(turnId: string): void {
    this.chat.stop(turnId);
  }

  relay(request: MessageRequest, headers: Readonly<Record<string, string>>): RelayedAnswer {
    return this.messages.start(request, headers);
  }
}
