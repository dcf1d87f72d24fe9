import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseServerAddress } from '../../src/host/serverAddress';
import { checkSettings, isModelId, type CheckedSettings } from '../../src/host/settingRules';
import { runs } from './propertyRuns';

const check = (values: Readonly<Record<string, unknown>>): CheckedSettings =>
  checkSettings((name) => values[name]);

describe('parseServerAddress', () => {
  it('leaves out what the client adds', () => {
    for (const text of [
      'http://127.0.0.1:8080',
      'http://127.0.0.1:8080/',
      ' http://127.0.0.1:8080/v1/ ',
    ]) {
      assert.deepEqual(parseServerAddress(text), {
        url: 'http://127.0.0.1:8080',
        origin: 'http://127.0.0.1:8080',
        label: '127.0.0.1:8080',
        loopback: true,
      });
    }
  });

  it('keeps a path of its own', () => {
    const parsed = parseServerAddress('https://gateway.example.com/anthropic/');
    assert.ok(typeof parsed !== 'string');
    assert.equal(parsed.url, 'https://gateway.example.com/anthropic');
    assert.equal(parsed.loopback, false);
  });

  it('knows Anthropic’s own server, however it is written', () => {
    for (const text of ['https://api.anthropic.com', 'https://API.anthropic.com:443/v1/']) {
      const parsed = parseServerAddress(text);
      assert.ok(typeof parsed !== 'string');
      assert.equal(parsed.label, null);
    }
  });

  it('takes no neighbour of this machine for this machine', () => {
    for (const host of ['localhost', 'a.localhost', '127.9.9.9', '[::1]']) {
      const parsed = parseServerAddress(`http://${host}:1`);
      assert.ok(typeof parsed !== 'string' && parsed.loopback, host);
    }
    for (const host of ['localhost.example.com', '127.0.0.1.example.com', '128.0.0.1', '[::2]']) {
      const parsed = parseServerAddress(`http://${host}:1`);
      assert.ok(typeof parsed !== 'string' && !parsed.loopback, host);
    }
  });
});

describe('checkSettings', () => {
  it('uses an address that cannot be used nowhere, and says so (T109)', () => {
    const cases = {
      'gateway.example.com': 'not-an-address',
      'ftp://gateway.example.com': 'not-http',
      'https://me:pass@gateway.example.com': 'has-credentials',
      'https://gateway.example.com/?key=1': 'has-query',
    };
    for (const [baseUrl, kind] of Object.entries(cases)) {
      const { settings, problems } = check({ baseUrl });
      assert.equal(settings.server, undefined, baseUrl);
      assert.deepEqual(
        problems.map(({ name, reason }) => [name, reason.kind]),
        [['baseUrl', kind]],
      );
    }
  });

  it('falls back to the default of each setting alone, and says so (T109)', () => {
    const { settings, problems } = check({
      effort: 'extreme',
      maxRetries: -1,
      maxOutputTokens: '4096',
      sendKey: 'space',
      follow: 'me',
      escStops: 'yes',
      thinking: 'off',
      model: 'two words',
    });
    assert.equal(settings.chat.effort, undefined);
    assert.equal(settings.chat.maxRetries, 5);
    assert.equal(settings.chat.maxOutputTokens, undefined);
    assert.equal(settings.view.sendKey, 'enter');
    assert.equal(settings.view.follow, 'end');
    assert.equal(settings.view.escStops, true);
    assert.equal(settings.chat.thinking, 'off');
    assert.equal(settings.chat.model, undefined);
    assert.deepEqual(problems.map(({ name }) => name).sort(), [
      'effort',
      'escStops',
      'follow',
      'maxOutputTokens',
      'maxRetries',
      'model',
      'sendKey',
    ]);
  });

  it('reads what is right', () => {
    const { settings, problems } = check({
      baseUrl: 'https://gateway.example.com',
      authStyle: 'bearer',
      model: ' claude-haiku-5-5 ',
      effort: 'xhigh',
      maxOutputTokens: 4096,
      maxRetries: 0,
      maxRetryAfter: 60,
      maxRetryCost: 0,
      resume: 'ask',
      silenceLimit: 30,
      showThinking: 'hidden',
      escStops: false,
    });
    assert.deepEqual(problems, []);
    assert.equal(settings.server?.label, 'gateway.example.com');
    assert.equal(settings.authStyle, 'bearer');
    assert.deepEqual(settings.chat, {
      model: 'claude-haiku-5-5',
      effort: 'xhigh',
      thinking: 'auto',
      maxOutputTokens: 4096,
      maxRetries: 0,
      maxRetryAfterMs: 60_000,
      maxRetryCostUsd: 0,
      resume: 'ask',
      silenceLimitMs: 30_000,
    });
    assert.deepEqual(settings.view, {
      sendKey: 'enter',
      follow: 'end',
      thinking: 'hidden',
      escStops: false,
    });
  });

  it('gives the view the font of the editor’s chat, where it can be used', () => {
    const withFont = (size: unknown, family: unknown): unknown =>
      checkSettings(
        () => undefined,
        (name) => (name === 'fontSize' ? size : family),
      ).settings.view;
    const usual = check({}).settings.view;
    assert.deepEqual(withFont(13, 'default'), { ...usual, chatFontSize: 13 });
    assert.deepEqual(withFont('13', 'Fira Sans'), { ...usual, chatFontFamily: 'Fira Sans' });
  });

  it('gives something usable whatever somebody wrote', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.anything()), fc.anything(), (values, anything) => {
        const all = checkSettings((name) => values[name] ?? anything);
        assert.ok(all.settings.chat.maxRetries >= 0);
        for (const { value } of all.problems) assert.ok(value.length <= 80);
      }),
      runs(500),
    );
  });

  it('takes any id that a server could take, and nothing that breaks a header or a line', () => {
    for (const id of ['claude-opus-5-5', 'qwen3:8b', 'a/b@c', 'us.anthropic.x-v1:0']) {
      assert.ok(isModelId(id), id);
    }
    for (const id of ['', 'a b', 'a\nb', 'ä', 'x'.repeat(201)]) assert.ok(!isModelId(id), id);
  });
});
