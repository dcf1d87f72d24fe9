import type { Disposable } from './disposable';
import type { MessageRequest, MessageTransport } from './messageTransport';
import { TurnController, type TurnLimits, type TurnPorts } from './turnController';
import { TurnDocument } from './turnDocument';

export interface MessageRelayPorts extends TurnPorts {
  readonly limits: () => TurnLimits;
  readonly newId: () => string;
}

/** An answer to a request from outside. */
export interface RelayedAnswer {
  readonly turn: TurnDocument;
  /** Ends it and closes its socket; does nothing to one that is over. */
  stop(): void;
}

/** Answers requests that other programs made, with the same retries and resume as those of a chat. */
export class MessageRelay implements Disposable {
  private readonly running = new Set<TurnController>();

  constructor(private readonly ports: MessageRelayPorts) {}

  /** @param headers What is sent besides the usual headers. */
  start(request: MessageRequest, headers: Readonly<Record<string, string>> = {}): RelayedAnswer {
    const { ports } = this;
    const identity = {
      id: ports.newId(),
      role: 'assistant' as const,
      createdAt: ports.clock.wallNow(),
    };
    const turn = new TurnDocument(identity, ports.clock);
    const controller = new TurnController(
      turn,
      () => Promise.resolve({ request, withoutThinking: undefined }),
      // Nobody is there to be asked, and what has gone out cannot be taken back.
      { ...ports.limits(), resume: 'resume' },
      { ...ports, transport: async () => withHeaders(await ports.transport(), headers) },
    );
    this.running.add(controller);
    void controller.run().finally(() => this.running.delete(controller));
    return { turn, stop: () => controller.stop() };
  }

  /** Stops everything under way. */
  dispose(): void {
    for (const controller of this.running) controller.stop();
  }
}

function withHeaders(
  transport: MessageTransport,
  headers: Readonly<Record<string, string>>,
): MessageTransport {
  return { open: (request, signal, more) => transport.open(request, signal, { ...more, headers }) };
}
