import type { ImageType } from './attachmentBlocks';
import type { Conversation } from './conversation';
import type { ImageSize } from './imageSize';
import type { RelayedAnswer } from './messageRelay';
import type { MessageRequest } from './messageTransport';
import type { JournalEntry } from './journalIndex';
import type { TurnDocument } from './turnDocument';

/** An image of the types that the API takes. */
export interface AdapterImage {
  readonly name: string;
  readonly mediaType: ImageType;
  readonly data: Uint8Array;
  readonly size: ImageSize;
}

/** A prompt from another program. */
export interface AdapterPrompt {
  readonly text: string;
  readonly images: readonly AdapterImage[];
  /** Undefined: the one in the settings. */
  readonly model: string | undefined;
  /** Undefined: a new one. */
  readonly conversation: string | undefined;
}

/** What the SSE adapter may do in this window. */
export interface AdapterGateway {
  /** Newest first. */
  listConversations(): Promise<readonly JournalEntry[]>;
  /** From this window or from disk; undefined where there is none. */
  openConversation(id: string): Promise<Conversation | undefined>;
  /** A turn of a conversation that is open in this window. */
  findTurn(id: string): TurnDocument | undefined;
  /** Starts an answer, or queues it; undefined where the conversation does not exist. */
  send(
    prompt: AdapterPrompt,
  ): Promise<{ readonly conversation: Conversation; readonly turn: TurnDocument } | undefined>;
  /** Does nothing to a turn that is over. */
  stop(turnId: string): void;
  /** Answers a request to the Messages API that another program made. */
  relay(request: MessageRequest, headers: Readonly<Record<string, string>>): RelayedAnswer;
}
