import assert from 'node:assert/strict';
import { textAnswer } from '../../server/scenario';
import { drivenTest } from './drivenTest';

describe('The SSE adapter in the editor', () => {
  const test = drivenTest();

  async function copied(name: 'Copy URL' | 'Copy token'): Promise<string> {
    const { session } = test;
    return session.clipboardAfter(async () => {
      await session.runCommand('Caudal: Start SSE adapter');
      // The editor keeps notifications out of sight while it is driven.
      await session.runCommand('Notifications: Show Notifications');
      await session.page
        .locator('.notifications-center .notification-list-item')
        .filter({ hasText: 'The SSE adapter runs at' })
        .getByRole('button', { name })
        .click();
    });
  }

  it('streams to other programs what the panel shows, and the panel shows what they ask', async () => {
    const { panel, server, session } = test;
    const url = await copied('Copy URL');
    const token = await copied('Copy token');
    assert.match(url, /^http:\/\/[^/]+:\d+$/);
    const get = (path: string, init: RequestInit = {}): Promise<Response> =>
      fetch(url + path, {
        ...init,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      });
    const json = async <T>(path: string): Promise<T> => (await get(path)).json() as Promise<T>;

    server.use(textAnswer('word '.repeat(200), { rate: 40 }));
    await panel.ask('Stream this');
    await panel.waitForText('word');
    const { conversations } = await json<{ conversations: { id: string; title: string }[] }>(
      '/v1/conversations',
    );
    const id = conversations.find(({ title }) => title === 'Stream this')?.id;
    const { turns } = await json<{ turns: { id: string; status: string }[] }>(
      `/v1/conversations/${id}`,
    );
    assert.equal(turns.at(-1)?.status, 'streaming');
    const response = await get(`/v1/turns/${turns.at(-1)?.id}/events`);
    const status = session.page.locator('.statusbar-item', { hasText: 'SSE: 1' });
    await status.waitFor();
    const text = await response.text();
    await panel.waitForStatus('complete');
    const data = [...text.matchAll(/^data: (.*)$/gm)].map(([, line]) => line);
    assert.equal(data.pop(), '[DONE]');
    assert.equal(data.join('').trim(), (await panel.answerText()).trim());

    server.use(textAnswer('Asked from outside.'));
    const body = JSON.stringify({ prompt: 'From a program', conversation: id });
    await (await get('/v1/chat', { method: 'POST', body })).text();
    await panel.waitForText('Asked from outside.');
    assert.match(await panel.turns('user').last().innerText(), /From a program/);

    await session.runCommand('Caudal: Stop SSE adapter');
    await session.page
      .locator('.statusbar-item', { hasText: 'SSE:' })
      .waitFor({ state: 'detached' });
    await assert.rejects(get('/v1/conversations'));
  });
});
