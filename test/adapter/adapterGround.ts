import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChatGateway } from '../../src/core/chatGateway';
import type { TurnDocument } from '../../src/core/turnDocument';
import { MessageRelay } from '../../src/core/messageRelay';
import { createTransport } from '../../src/node/anthropicTransport';
import { FileBlobStore } from '../../src/node/fileBlobStore';
import {
  startSseAdapter,
  type SseAdapter,
  type SseAdapterOptions,
} from '../../src/node/sseAdapter';
import { ChatGround } from '../faults/chatGround';
import { MessagesServer } from '../server/messagesServer';
import { askingLimits, steadyNetwork } from '../unit/retryLimits';

/** Patience of a condition that is waited for, in ms: a bound against hanging, not a measure. */
const patienceMs = 60_000;

/** The adapter over the engine as the extension composes it: real sockets on both sides. */
export class AdapterGround {
  private constructor(
    readonly ground: ChatGround,
    readonly adapter: SseAdapter,
    private readonly relay: MessageRelay,
    private readonly folder: string,
  ) {}

  static async start(options: Partial<SseAdapterOptions> = {}): Promise<AdapterGround> {
    const server = await MessagesServer.start();
    const folder = await mkdtemp(join(tmpdir(), 'caudal-adapter-'));
    const blobs = new FileBlobStore(folder, Date.now);
    const findBlob = (sha256: string): Promise<Uint8Array | undefined> => blobs.find(sha256);
    const ground = new ChatGround(server, { silenceLimitMs: 2_000 }, 2_000, {}, { findBlob });
    ground.model = 'claude-opus-5-5';
    const { chat, clock, log } = ground;
    const transport = createTransport({
      apiKey: 'sk-test',
      baseUrl: server.url,
      authStyle: 'x-api-key',
      clock,
      log,
    });
    let serial = 0;
    const relay = new MessageRelay({
      transport: () => Promise.resolve(transport),
      clock,
      log,
      // The shortest back-off.
      random: () => 0,
      connectivity: steadyNetwork(clock),
      limits: () => ({ ...askingLimits, maxRetries: 5, silenceLimitMs: 2_000 }),
      newId: () => `relay${++serial}`,
    });
    const keeper = {
      create: () => chat.newConversation(),
      open: (id: string) => Promise.resolve(chat.conversation(id)),
      writable: <T>(conversation: T) => Promise.resolve(conversation),
      list: () =>
        Promise.resolve(
          chat.conversations.map(({ id, title, createdAt, turns }) => {
            return { id, title, createdAt, updatedAt: createdAt, turns: turns.length };
          }),
        ),
    };
    const gateway = new ChatGateway(chat, keeper, relay, blobs);
    const adapter = await startSseAdapter({
      port: 0,
      allowedOrigins: ['https://allowed.example'],
      gateway,
      clock,
      log,
      ...options,
    });
    return new AdapterGround(ground, adapter, relay, folder);
  }

  get server(): MessagesServer {
    return this.ground.server;
  }

  get auth(): Readonly<Record<string, string>> {
    return { authorization: `Bearer ${this.adapter.token}` };
  }

  /** The turn of an answer that is under way. */
  ask(text = 'Hi'): TurnDocument {
    return this.ground.send(text);
  }

  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { ...this.auth, ...(init.headers as Record<string, string> | undefined) };
    return fetch(this.adapter.url + path, { ...init, headers });
  }

  post(path: string, body: unknown, init: RequestInit = {}): Promise<Response> {
    return this.fetch(path, {
      method: 'POST',
      body: JSON.stringify(body),
      ...init,
      headers: { 'content-type': 'application/json', ...(init.headers as Record<string, string>) },
    });
  }

  async close(): Promise<void> {
    this.relay.dispose();
    await this.adapter.close();
    await this.ground.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Resolves when the condition holds; fails with what was waited for. */
export async function eventually(condition: () => boolean, what: string): Promise<void> {
  const until = Date.now() + patienceMs;
  while (!condition()) {
    if (Date.now() > until) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
