import { Chat, type ChatPorts } from '../../src/core/chat';
import type { ChatSettings } from '../../src/core/chatSettings';
import type { Conversation } from '../../src/core/conversation';
import type { ModelInfo } from '../../src/core/modelInfo';
import type { TurnDocument } from '../../src/core/turnDocument';
import { createTransport, type AnthropicTransport } from '../../src/node/anthropicTransport';
import { SystemClock } from '../../src/node/systemClock';
import { MessagesServer, type MessagesServerOptions } from '../server/messagesServer';
import { askingLimits, steadyNetwork } from './retryLimits';
import { SilentLogger } from './silentLogger';

/** The engine as the extension composes it: the real SDK, real sockets, a server that checks what it gets. */
export class ChatGround {
  private constructor(
    readonly server: MessagesServer,
    readonly transport: AnthropicTransport,
    readonly chat: Chat,
  ) {}

  static async start(
    settings: Partial<ChatSettings>,
    options: MessagesServerOptions = {},
    ports: Partial<ChatPorts> = {},
  ): Promise<ChatGround> {
    const server = await MessagesServer.start(options);
    const clock = new SystemClock();
    const log = new SilentLogger();
    const transport = createTransport({
      apiKey: 'sk-test',
      baseUrl: server.url,
      authStyle: 'bearer',
      clock,
      log,
    });
    let models: Promise<readonly ModelInfo[]> | undefined;
    let serial = 0;
    const chat = new Chat({
      transport: () => Promise.resolve(transport),
      modelInfo: async (id) => {
        models ??= transport.listModels(new AbortController().signal);
        return (await models).find((model) => model.id === id);
      },
      settings: () => ({
        model: undefined,
        effort: undefined,
        thinking: 'auto',
        maxOutputTokens: undefined,
        ...askingLimits,
        ...settings,
      }),
      clock,
      log,
      newId: () => `id${++serial}`,
      random: Math.random,
      connectivity: steadyNetwork(clock),
      ...ports,
    });
    return new ChatGround(server, transport, chat);
  }

  /** Sends a prompt and waits for the end of its answer. */
  async ask(conversation: Conversation, text: string): Promise<TurnDocument> {
    return this.ended(this.chat.send(conversation, { text, attachments: [] }));
  }

  async ended(turn: TurnDocument): Promise<TurnDocument> {
    if (turn.isTerminal) return turn;
    await new Promise<void>((resolve) => {
      const listening = turn.onDidChange(() => {
        if (!turn.isTerminal) return;
        listening.dispose();
        resolve();
      });
    });
    return turn;
  }

  async close(): Promise<void> {
    this.chat.dispose();
    await this.server.close();
  }
}
