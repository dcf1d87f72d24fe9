import assert from 'node:assert/strict';
import { Emitter } from '../../src/core/emitter';
import { ApiKey, looksLikeKey, type Environment, type SecretStore } from '../../src/host/apiKey';
import {
  anthropicServer,
  parseServerAddress,
  type ServerAddress,
} from '../../src/host/serverAddress';
import { SilentLogger } from './silentLogger';

class Secrets implements SecretStore {
  readonly values = new Map<string, string>();
  readonly changed = new Emitter<{ readonly key: string }>();
  readonly onDidChange = this.changed.event;
  broken = false;

  get(name: string): Promise<string | undefined> {
    if (this.broken) return Promise.reject(new Error('no keyring'));
    return Promise.resolve(this.values.get(name));
  }

  store(name: string, value: string): Promise<void> {
    this.values.set(name, value);
    this.changed.fire({ key: name });
    return Promise.resolve();
  }

  delete(name: string): Promise<void> {
    this.values.delete(name);
    this.changed.fire({ key: name });
    return Promise.resolve();
  }
}

function server(address: string): ServerAddress {
  const parsed = parseServerAddress(address);
  assert.ok(typeof parsed !== 'string');
  return parsed;
}

const gateway = server('https://gateway.example.com/anthropic');
const local = server('http://127.0.0.1:8080');

function setUp(environment: Environment = {}): {
  secrets: Secrets;
  apiKey: ApiKey;
  log: SilentLogger;
} {
  const secrets = new Secrets();
  const log = new SilentLogger();
  return { secrets, log, apiKey: new ApiKey(secrets, environment, log) };
}

describe('ApiKey', () => {
  it('takes what is stored before what the environment has', async () => {
    const { apiKey } = setUp({
      ANTHROPIC_API_KEY: 'from-env',
      ANTHROPIC_BASE_URL: 'https://other.example',
    });
    await apiKey.store(anthropicServer, 'stored-key');
    assert.deepEqual(await apiKey.find(undefined), {
      // The environment's address goes with the environment's key alone.
      server: anthropicServer,
      credential: { kind: 'stored', key: 'stored-key' },
    });
  });

  it('takes the environment’s key, and its address with it', async () => {
    const { apiKey } = setUp({
      ANTHROPIC_API_KEY: ' from-env\n',
      ANTHROPIC_BASE_URL: 'https://other.example/v1/',
    });
    const found = await apiKey.find(undefined);
    assert.deepEqual(found.credential, { kind: 'environment', key: 'from-env' });
    assert.equal(found.server.url, 'https://other.example');
  });

  it('lets the settings’ address stand before the environment’s', async () => {
    const { apiKey } = setUp({
      ANTHROPIC_API_KEY: 'from-env',
      ANTHROPIC_BASE_URL: 'https://other.example',
    });
    assert.equal((await apiKey.find(gateway)).server, gateway);
  });

  it('never gives one server’s stored key to another', async () => {
    const { apiKey } = setUp();
    await apiKey.store(anthropicServer, 'for-anthropic');
    assert.deepEqual((await apiKey.find(gateway)).credential, { kind: 'missing' });
    assert.deepEqual((await apiKey.find(local)).credential, { kind: 'not-needed' });
    await apiKey.store(gateway, 'for-gateway');
    assert.deepEqual((await apiKey.find(gateway)).credential, {
      kind: 'stored',
      key: 'for-gateway',
    });
    const neighbour = server('https://gateway.example.com:8443');
    assert.deepEqual((await apiKey.find(neighbour)).credential, { kind: 'missing' });
  });

  it('needs none for a server on this machine, and uses one that is there', async () => {
    assert.deepEqual((await setUp().apiKey.find(local)).credential, { kind: 'not-needed' });
    const { apiKey } = setUp({ ANTHROPIC_API_KEY: 'from-env' });
    assert.deepEqual((await apiKey.find(local)).credential, {
      kind: 'environment',
      key: 'from-env',
    });
  });

  it('takes an empty key for none', async () => {
    const { apiKey } = setUp({ ANTHROPIC_API_KEY: '  ' });
    await apiKey.store(anthropicServer, '');
    assert.deepEqual((await apiKey.find(undefined)).credential, { kind: 'missing' });
  });

  it('does not use an address of the environment that is none, and can say so (T109)', async () => {
    const { apiKey } = setUp({
      ANTHROPIC_API_KEY: 'from-env',
      ANTHROPIC_BASE_URL: 'other.example',
    });
    assert.equal((await apiKey.find(undefined)).server, anthropicServer);
    assert.equal(apiKey.unusableEnvironmentAddress, 'other.example');
    assert.equal(setUp({}).apiKey.unusableEnvironmentAddress, undefined);
  });

  it('works without a secret storage that can be read, and logs why', async () => {
    const { apiKey, secrets, log } = setUp({ ANTHROPIC_API_KEY: 'from-env' });
    secrets.broken = true;
    assert.equal((await apiKey.find(undefined)).credential.kind, 'environment');
    assert.match(log.messages('error').join(), /no keyring/);
  });

  it('tells of a key that another window stored or removed', async () => {
    const { apiKey, secrets } = setUp();
    let told = 0;
    apiKey.onDidChange(() => told++);
    await apiKey.store(gateway, 'a-key');
    await apiKey.remove(gateway);
    secrets.changed.fire({ key: 'somebody else’s' });
    assert.equal(told, 2);
  });

  it('knows what a header cannot carry', () => {
    for (const key of ['k', 'gateway-key_1', 'a.b.c=']) assert.ok(looksLikeKey(key), key);
    for (const key of ['', 'two words', 'línea', 'a\nb', 'x'.repeat(1001)]) {
      assert.ok(!looksLikeKey(key), key);
    }
  });
});
