import assert from 'node:assert/strict';
import { anthropicServer, parseServerAddress } from '../../../src/host/serverAddress';
import { activated, ask, restoreHost, serve, set, until, untilStatus } from './hostGround';

/** For a server that is on no machine: what is stored for it goes nowhere. */
const gateway = (() => {
  const parsed = parseServerAddress('https://gateway.invalid');
  assert.ok(typeof parsed !== 'string');
  return parsed;
})();

describe('The API key in the editor', () => {
  afterEach(async () => {
    delete process.env['ANTHROPIC_API_KEY'];
    delete process.env['ANTHROPIC_BASE_URL'];
    const { apiKey } = await activated();
    await apiKey.remove(gateway);
    await apiKey.remove(anthropicServer);
    await restoreHost();
  });

  it('is kept in the secret storage, before the environment’s', async () => {
    const { apiKey } = await activated();
    process.env['ANTHROPIC_API_KEY'] = 'from-the-environment';
    assert.equal((await apiKey.find(gateway)).credential.kind, 'environment');
    await apiKey.store(gateway, 'from-the-storage');
    assert.deepEqual((await apiKey.find(gateway)).credential, {
      kind: 'stored',
      key: 'from-the-storage',
    });
    await apiKey.remove(gateway);
    assert.equal((await apiKey.find(gateway)).credential.kind, 'environment');
  });

  it('that is stored or removed is used at once', async () => {
    const { apiKey, connection } = await activated();
    assert.equal((await connection.resolve()).credential.kind, 'missing');
    await apiKey.store(anthropicServer, 'a-new-key');
    await until(
      'the new key',
      async () => (await connection.resolve()).credential.kind === 'stored',
    );
    await apiKey.remove(anthropicServer);
    await until('no key', async () => (await connection.resolve()).credential.kind === 'missing');
  });

  it('goes to the server as the settings say', async () => {
    const api = await activated();
    process.env['ANTHROPIC_API_KEY'] = 'from-the-environment';
    const server = await serve();
    await until(
      'the server',
      async () => (await api.connection.resolve()).server.url === server.url,
    );
    const first = ask(api, api.chat.newConversation(), 'Hello');
    await untilStatus(first, 'complete');
    assert.equal(server.messageRequests[0]?.headers['x-api-key'], 'from-the-environment');
    assert.equal(server.messageRequests[0].headers.authorization, undefined);
    await set('authStyle', 'bearer');
    await until('the setting', () => api.settings.current.authStyle === 'bearer');
    const second = ask(api, api.chat.newConversation(), 'Hello again');
    await untilStatus(second, 'complete');
    assert.equal(server.messageRequests[1]?.headers.authorization, 'Bearer from-the-environment');
    assert.equal(server.messageRequests[1].headers['x-api-key'], undefined);
  });

  it('is not needed for a server on this machine', async () => {
    const api = await activated();
    await serve();
    await until('the server', async () => (await api.connection.resolve()).server.loopback);
    assert.equal((await api.connection.resolve()).credential.kind, 'not-needed');
    await untilStatus(ask(api, api.chat.newConversation(), 'Hello'), 'complete');
  });

  it('that is missing fails the turn with words, and sends nothing', async () => {
    const api = await activated();
    const turn = ask(api, api.chat.newConversation(), 'Hello');
    await untilStatus(turn, 'failed');
    assert.equal(turn.status.kind === 'failed' && turn.status.cause.kind, 'no-key');
  });
});
