import type { ChatSettings } from './chatSettings';
import type { Clock } from './clock';
import { Conversation, type Prompt } from './conversation';
import type { Disposable } from './disposable';
import { Emitter } from './emitter';
import type { Logger } from './logger';
import type { MessageTransport } from './messageTransport';
import type { ModelInfo } from './modelInfo';
import type { TurnDocument } from './turnDocument';

export interface ChatPorts {
  /** Called at the first request, so that nothing heavy loads before. Rejects with a FaultError where no key is set. */
  readonly transport: () => Promise<MessageTransport>;
  /** What is known about a model; undefined for one the server did not list. Called once per turn; may be slow. */
  readonly modelInfo: (id: string | undefined) => Promise<ModelInfo | undefined>;
  readonly settings: () => ChatSettings;
  readonly clock: Clock;
  readonly log: Logger;
  readonly newId: () => string;
  /** A number in [0, 1): the jitter of back-off. */
  readonly random: () => number;
}

/** All conversations of this window and the turns that run in them; many run at once. */
export class Chat implements Disposable {
  private readonly activity = new Emitter<void>();
  /** Fires when a turn starts or ends, and when a conversation is added. */
  readonly onDidChangeActivity = this.activity.event;

  constructor(private readonly ports: ChatPorts) {}

  get conversations(): readonly Conversation[] {
    throw new Error(`not built yet ${this.ports.newId()}`);
  }

  /** Turns that are under way (not queued, not over), in all conversations. */
  get runningTurns(): readonly TurnDocument[] {
    throw new Error('not built yet');
  }

  newConversation(): Conversation {
    throw new Error('not built yet');
  }

  conversation(_id: string): Conversation | undefined {
    throw new Error('not built yet');
  }

  /** Adds the prompt and its answer's turn, and starts it, or queues it behind the one that runs. */
  send(_conversation: Conversation, _prompt: Prompt): TurnDocument {
    throw new Error('not built yet');
  }

  /** Ends a running or queued turn as `stopped`, in the same tick. Does nothing to one that is over. */
  stop(_turnId: string): void {
    throw new Error('not built yet');
  }

  /** Stops whatever runs in the conversation; queued prompts stay queued and go on. */
  stopRunning(_conversation: Conversation): void {
    throw new Error('not built yet');
  }

  /** Ends the back-off of a waiting turn now. */
  retryNow(_turnId: string): void {
    throw new Error('not built yet');
  }

  /** Runs a failed, interrupted or stopped last turn again from its prompt; what it had is dropped. */
  tryAgain(_turnId: string): void {
    throw new Error('not built yet');
  }

  dispose(): void {
    this.activity.dispose();
  }
}
