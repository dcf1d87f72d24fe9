import { randomUUID } from 'node:crypto';
import { Chat, type ChatPorts } from '../../src/core/chat';
import type { ChatSettings } from '../../src/core/chatSettings';
import type { ModelInfo } from '../../src/core/modelInfo';
import type { TurnDocument } from '../../src/core/turnDocument';
import { createTransport, type TransportOptions } from '../../src/node/anthropicTransport';
import { MessagesServer } from '../server/messagesServer';
import { askingLimits, steadyNetwork } from '../unit/retryLimits';
import { SilentLogger } from '../unit/silentLogger';
import { CountingClock } from './countingClock';

/** A connection that is silent for so long is given up, in ms. */
const silenceLimitMs = 150;

/** The engine as the extension composes it: the real SDK, real sockets, and a server that checks what it gets. */
export class ChatGround<Server extends Pick<MessagesServer, 'url' | 'close'> = MessagesServer> {
  readonly log = new SilentLogger();
  readonly clock = new CountingClock();
  readonly chat: Chat;
  private models: Promise<readonly ModelInfo[]> | undefined;
  /** Which model the next prompts ask. */
  model: string | undefined;

  constructor(
    readonly server: Server,
    settings: Partial<ChatSettings>,
    /** Headers that do not come for so long are given up, in ms. */
    headersTimeoutMs: number,
    more: Partial<ChatPorts> = {},
    transportOptions: Partial<TransportOptions> = {},
  ) {
    const { clock } = this;
    const transport = createTransport({
      apiKey: 'sk-test',
      baseUrl: server.url,
      authStyle: 'x-api-key',
      clock,
      log: this.log,
      headersTimeoutMs,
      ...transportOptions,
    });
    this.chat = new Chat({
      transport: () => Promise.resolve(transport),
      modelInfo: async (id) => {
        this.models ??= transport.listModels(new AbortController().signal);
        return (await this.models).find((model) => model.id === id);
      },
      settings: () => ({
        model: this.model,
        effort: undefined,
        thinking: 'auto',
        maxOutputTokens: undefined,
        ...askingLimits,
        maxRetries: 5,
        silenceLimitMs,
        resume: 'resume',
        ...settings,
      }),
      clock,
      log: this.log,
      newId: () => randomUUID(),
      random: Math.random,
      connectivity: steadyNetwork(clock),
      ...more,
    });
  }

  static async start(
    settings: Partial<ChatSettings> = {},
    headersTimeoutMs = 150,
  ): Promise<ChatGround> {
    return new ChatGround(await MessagesServer.start(), settings, headersTimeoutMs);
  }

  send(text: string, conversation = this.chat.newConversation()): TurnDocument {
    return this.chat.send(conversation, { text, attachments: [] });
  }

  /** Sends to the conversation of that turn. */
  sendAfter(turn: TurnDocument, text: string): TurnDocument {
    const conversation = this.chat.conversations.find((one) => one.turn(turn.id) !== undefined);
    return this.send(text, conversation);
  }

  /** Resolves when the turn is over. Waits are cut short, as a person may do. */
  async end(turn: TurnDocument): Promise<void> {
    await new Promise<void>((resolve) => {
      const look = (): void => {
        const { kind } = turn.status;
        if (kind === 'waiting' || kind === 'paused') {
          setImmediate(() => this.chat.retryNow(turn.id));
        }
        if (turn.isTerminal) {
          listening.dispose();
          resolve();
        }
      };
      const listening = turn.onDidChange(look);
      look();
    });
  }

  async close(): Promise<void> {
    this.chat.dispose();
    await this.server.close();
  }
}
