import { DisposableStore, type Disposable } from '../core/disposable';
import { Emitter, type Event } from '../core/emitter';
import { FaultError } from '../core/fault';
import type { MessageTransport } from '../core/messageTransport';
import type { ModelInfo } from '../core/modelInfo';
import type { ApiKey, Credential, CredentialAndServer } from './apiKey';
import { anthropicServer, type ServerAddress } from './serverAddress';
import type { AuthStyle } from './settingRules';

/** What a client of one server can do for us. */
export interface ServerClient extends MessageTransport {
  /** Whether the server answers anything at all. */
  isReachable(signal: AbortSignal): Promise<boolean>;
  /** @throws FaultError */
  listModels(signal: AbortSignal): Promise<readonly ModelInfo[]>;
}

export interface ClientOptions {
  readonly apiKey: string;
  readonly server: ServerAddress;
  readonly authStyle: AuthStyle;
}

export interface ConnectionSettings {
  readonly current: { readonly server: ServerAddress | undefined; readonly authStyle: AuthStyle };
  readonly onDidChange: Event<void>;
}

/** Which server is talked to and with which key: found on first use, and again after either may have changed. */
export class Connection implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly changed = this.disposables.add(new Emitter<void>());
  /** Fires when `current` changed: lost, or found. */
  readonly onDidChange = this.changed.event;
  private readonly reset = this.disposables.add(new Emitter<void>());
  /** Fires when the server or the key may be another from now on. */
  readonly onDidReset = this.reset.event;

  private found: CredentialAndServer | undefined;
  private finding: Promise<CredentialAndServer> | undefined;
  private client:
    { readonly options: ClientOptions; readonly client: Promise<ServerClient> } | undefined;
  private configured: string;
  /** Counts the changes, so that an answer that comes late is known as such. */
  private generation = 0;
  private readonly keysSeen = new Set<string>();

  constructor(
    private readonly settings: ConnectionSettings,
    private readonly apiKey: Pick<ApiKey, 'find' | 'onDidChange'>,
    /** Loads the client's code and makes one. */
    private readonly newClient: (options: ClientOptions) => Promise<ServerClient>,
  ) {
    this.configured = this.configuration();
    this.disposables.add(apiKey.onDidChange(() => this.forget()));
    this.disposables.add(
      settings.onDidChange(() => {
        if (this.configured !== this.configuration()) this.forget();
      }),
    );
  }

  /** Undefined until it was asked for the first time, and right after a change. */
  get current(): CredentialAndServer | undefined {
    return this.found;
  }

  /** Every key that was used so far, for the log to leave out. */
  get secrets(): readonly string[] {
    return [...this.keysSeen];
  }

  /** What a stored key is for. The environment's server goes with the environment's key only. */
  get serverForStoredKey(): ServerAddress {
    return this.settings.current.server ?? anthropicServer;
  }

  resolve(): Promise<CredentialAndServer> {
    this.finding ??= this.find();
    return this.finding;
  }

  /**
   * The client for what is configured now; the same one, with its open sockets, until that changes.
   *
   * @throws FaultError where no key is set.
   */
  async clientNow(): Promise<ServerClient> {
    const { server, credential } = await this.resolve();
    if (credential.kind === 'missing') throw new FaultError({ kind: 'no-key' });
    const options = {
      apiKey: keyOf(credential) ?? anyKey,
      server,
      authStyle: this.settings.current.authStyle,
    };
    if (this.client === undefined || !sameOptions(this.client.options, options)) {
      this.client = { options, client: this.newClient(options) };
      this.client.client.catch(() => (this.client = undefined));
    }
    return this.client.client;
  }

  /** A client with a key that is not kept yet. */
  clientWith(server: ServerAddress, apiKey: string): Promise<ServerClient> {
    this.keysSeen.add(apiKey);
    return this.newClient({ apiKey, server, authStyle: this.settings.current.authStyle });
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private async find(): Promise<CredentialAndServer> {
    const { generation } = this;
    try {
      const found = await this.apiKey.find(this.settings.current.server);
      const key = keyOf(found.credential);
      if (key !== null) this.keysSeen.add(key);
      // A change in the meantime makes way for another search, whose answer counts.
      if (generation === this.generation) {
        this.found = found;
        this.changed.fire();
      }
      return found;
    } catch (error) {
      if (generation === this.generation) this.finding = undefined;
      throw error;
    }
  }

  private forget(): void {
    this.generation++;
    this.configured = this.configuration();
    this.found = undefined;
    this.finding = undefined;
    this.reset.fire();
    this.changed.fire();
  }

  private configuration(): string {
    const { server, authStyle } = this.settings.current;
    return `${server?.url ?? ''} ${authStyle}`;
  }
}

/** Some servers that need no key insist on the header all the same. */
const anyKey = 'not-needed';

function keyOf(credential: Credential): string | null {
  return 'key' in credential ? credential.key : null;
}

function sameOptions(a: ClientOptions, b: ClientOptions): boolean {
  return a.apiKey === b.apiKey && a.server.url === b.server.url && a.authStyle === b.authStyle;
}
