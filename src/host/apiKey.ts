import { Emitter } from '../core/emitter';
import { DisposableStore, type Disposable } from '../core/disposable';
import type { Logger } from '../core/logger';
import { errorText } from './errorText';
import { anthropicOrigin, anthropicServer, parseServerAddress } from './serverAddress';
import type { ServerAddress } from './serverAddress';

/** The part of VS Code's SecretStorage that a key needs. */
export interface SecretStore {
  get(name: string): PromiseLike<string | undefined>;
  store(name: string, value: string): PromiseLike<void>;
  delete(name: string): PromiseLike<void>;
  onDidChange(listener: (event: { readonly key: string }) => void): Disposable;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** What a request authenticates itself with. */
export type Credential =
  | { readonly kind: 'stored'; readonly key: string }
  | { readonly kind: 'environment'; readonly key: string }
  /** A server on this machine takes any key. */
  | { readonly kind: 'not-needed' }
  | { readonly kind: 'missing' };

export interface CredentialAndServer {
  readonly server: ServerAddress;
  readonly credential: Credential;
}

export const keyVariable = 'ANTHROPIC_API_KEY';
export const baseUrlVariable = 'ANTHROPIC_BASE_URL';
const secretName = 'caudal.apiKey';

/**
 * The keys of the person. Each belongs to one server's origin, so that a key for Anthropic never goes to a gateway
 * because an address changed. What is stored comes first; else the environment's key, and with it the environment's
 * address unless the settings name one.
 */
export class ApiKey implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly changed = this.disposables.add(new Emitter<void>());
  /** Fires when a key was stored or removed, in any window. */
  readonly onDidChange = this.changed.event;

  constructor(
    private readonly secrets: SecretStore,
    private readonly environment: Environment,
    private readonly log: Logger,
  ) {
    this.disposables.add(
      secrets.onDidChange(({ key }) => {
        if (key.startsWith(secretName)) this.changed.fire();
      }),
    );
  }

  /** The key for the server that the settings name, or for the one that is found without them. */
  async find(configured: ServerAddress | undefined): Promise<CredentialAndServer> {
    const server = configured ?? anthropicServer;
    const stored = await this.stored(server);
    if (stored !== undefined) return { server, credential: { kind: 'stored', key: stored } };
    const key = this.environment[keyVariable]?.trim();
    if (key !== undefined && key !== '') {
      return {
        server: configured ?? this.environmentServer ?? anthropicServer,
        credential: { kind: 'environment', key },
      };
    }
    return { server, credential: { kind: server.loopback ? 'not-needed' : 'missing' } };
  }

  /** The stored key of a server; undefined too where the secret storage cannot be read. */
  async stored(server: ServerAddress): Promise<string | undefined> {
    try {
      const key = await this.secrets.get(secretNameOf(server));
      return key === '' ? undefined : key;
    } catch (error) {
      this.log.error(`The secret storage cannot be read: ${errorText(error)}`);
      return undefined;
    }
  }

  async store(server: ServerAddress, key: string): Promise<void> {
    await this.secrets.store(secretNameOf(server), key);
  }

  async remove(server: ServerAddress): Promise<void> {
    await this.secrets.delete(secretNameOf(server));
  }

  /** The environment's address where there is one and it cannot be used. */
  get unusableEnvironmentAddress(): string | undefined {
    const text = this.environment[baseUrlVariable]?.trim();
    return text === undefined || text === '' || this.environmentServer !== undefined
      ? undefined
      : text;
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private get environmentServer(): ServerAddress | undefined {
    const parsed = parseServerAddress(this.environment[baseUrlVariable] ?? '');
    return typeof parsed === 'string' ? undefined : parsed;
  }
}

/** Whether a text can be sent as a key at all: header values are printable ASCII without spaces. */
export function looksLikeKey(text: string): boolean {
  return /^[\x21-\x7e]{1,1000}$/.test(text);
}

function secretNameOf(server: ServerAddress): string {
  return server.origin === anthropicOrigin ? secretName : `${secretName}@${server.origin}`;
}
