import assert from 'node:assert/strict';
import { Emitter } from '../../src/core/emitter';
import { FaultError } from '../../src/core/fault';
import type { CredentialAndServer } from '../../src/host/apiKey';
import { Connection, type ClientOptions, type ServerClient } from '../../src/host/connection';
import {
  anthropicServer,
  parseServerAddress,
  type ServerAddress,
} from '../../src/host/serverAddress';
import type { AuthStyle } from '../../src/host/settingRules';
import { settle } from './manualClock';

const stored = (key: string): CredentialAndServer => ({
  server: anthropicServer,
  credential: { kind: 'stored', key },
});

class Ground {
  readonly settings = {
    current: { server: undefined as ServerAddress | undefined, authStyle: 'bearer' as AuthStyle },
    changed: new Emitter<void>(),
  };
  readonly keyChanged = new Emitter<void>();
  /** Answers of `find`, in order; the last one stays. */
  answers: Promise<CredentialAndServer>[] = [Promise.resolve(stored('first-key'))];
  finds = 0;
  readonly made: ClientOptions[] = [];
  failNext = false;
  readonly connection: Connection;

  constructor() {
    const { settings } = this;
    this.connection = new Connection(
      {
        get current() {
          return settings.current;
        },
        onDidChange: settings.changed.event,
      },
      {
        find: () => {
          this.finds++;
          return this.answers.length > 1 ? this.answers.shift()! : this.answers[0]!;
        },
        onDidChange: this.keyChanged.event,
      },
      (options) => {
        this.made.push(options);
        if (this.failNext) {
          this.failNext = false;
          return Promise.reject(new Error('chunk missing'));
        }
        return Promise.resolve({ options } as unknown as ServerClient);
      },
    );
  }

  change(settings: Partial<Ground['settings']['current']>): void {
    this.settings.current = { ...this.settings.current, ...settings };
    this.settings.changed.fire();
  }
}

describe('Connection', () => {
  it('looks for nothing before it is asked', () => {
    const ground = new Ground();
    assert.equal(ground.finds, 0);
    assert.equal(ground.connection.current, undefined);
  });

  it('keeps one client, with its sockets, while nothing changes', async () => {
    const { connection, made, settings } = new Ground();
    const clients = await Promise.all([connection.clientNow(), connection.clientNow()]);
    settings.changed.fire();
    assert.equal(await connection.clientNow(), clients[0]);
    assert.equal(clients[0], clients[1]);
    assert.equal(made.length, 1);
  });

  it('makes another one for another key, address or way of authentication', async () => {
    const ground = new Ground();
    const { connection, made } = ground;
    await connection.clientNow();
    ground.change({ authStyle: 'x-api-key' });
    await connection.clientNow();
    ground.answers = [Promise.resolve(stored('second-key'))];
    ground.keyChanged.fire();
    await connection.clientNow();
    const gateway = parseServerAddress('https://gateway.example.com');
    assert.ok(typeof gateway !== 'string');
    ground.answers = [
      Promise.resolve({ server: gateway, credential: { kind: 'stored', key: 'second-key' } }),
    ];
    ground.change({ server: gateway });
    await connection.clientNow();
    assert.deepEqual(
      made.map(({ apiKey, server, authStyle }) => [apiKey, server.url, authStyle]),
      [
        ['first-key', 'https://api.anthropic.com', 'bearer'],
        ['first-key', 'https://api.anthropic.com', 'x-api-key'],
        ['second-key', 'https://api.anthropic.com', 'x-api-key'],
        ['second-key', 'https://gateway.example.com', 'x-api-key'],
      ],
    );
    assert.deepEqual(connection.secrets, ['first-key', 'second-key']);
  });

  it('says that no key is set as a fault, which the view has words for', async () => {
    const ground = new Ground();
    ground.answers = [
      Promise.resolve({ server: anthropicServer, credential: { kind: 'missing' } }),
    ];
    await assert.rejects(
      ground.connection.clientNow(),
      (error) => FaultError.is(error) && error.fault.kind === 'no-key',
    );
    assert.equal(ground.made.length, 0);
  });

  it('drops an answer that a change overtook', async () => {
    const ground = new Ground();
    let answer: ((found: CredentialAndServer) => void) | undefined;
    ground.answers = [
      new Promise((resolve) => (answer = resolve)),
      Promise.resolve(stored('new-key')),
    ];
    const late = ground.connection.resolve();
    ground.keyChanged.fire();
    await ground.connection.resolve();
    answer!(stored('old-key'));
    await late;
    assert.deepEqual(ground.connection.current, stored('new-key'));
  });

  it('tells when it is lost and when it is found', async () => {
    const ground = new Ground();
    const seen: (string | undefined)[] = [];
    let resets = 0;
    ground.connection.onDidChange(() => seen.push(ground.connection.current?.credential.kind));
    ground.connection.onDidReset(() => resets++);
    await ground.connection.resolve();
    assert.equal(resets, 0);
    ground.keyChanged.fire();
    await ground.connection.resolve();
    assert.deepEqual(seen, ['stored', undefined, 'stored']);
    assert.equal(resets, 1);
  });

  it('tries again after a search or a client that failed', async () => {
    const ground = new Ground();
    ground.answers = [Promise.reject(new Error('locked')), Promise.resolve(stored('first-key'))];
    await assert.rejects(ground.connection.resolve(), /locked/);
    ground.failNext = true;
    await assert.rejects(ground.connection.clientNow(), /chunk missing/);
    await settle();
    await ground.connection.clientNow();
    assert.equal(ground.made.length, 2);
  });
});
