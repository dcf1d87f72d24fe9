import assert from 'node:assert/strict';
import { redact } from '../../src/host/redact';

/** Put together here, so that no scanner takes this file for a leak. */
const key = ['sk', 'ant', 'api03', 'AbC-d_9xYz'].join('-');

describe('redact', () => {
  const lines: readonly (readonly [string, string, string])[] = [
    ['a key by its shape', `key ${key} rejected`, key],
    ['a bearer token', 'Authorization: Bearer abcdef.ghi-jkl', 'abcdef.ghi-jkl'],
    ['a key in a header', 'x-api-key: my-gateway-key', 'my-gateway-key'],
    ['a key in JSON', '{"api_key":"my-gateway-key","a":1}', 'my-gateway-key'],
    ['a password in an address', 'https://me:pa55@gateway.example/v1', 'pa55'],
  ];
  for (const [name, line, secret] of lines) {
    it(`hides ${name}`, () => {
      assert.ok(line.includes(secret));
      assert.ok(!redact(line).includes(secret), redact(line));
    });
  }

  it('hides a key of any shape that is in use', () => {
    assert.equal(redact('got no-shape-at-all!', ['no-shape-at-all']), 'got ‹redacted›!');
  });

  it('leaves ordinary text alone', () => {
    const line =
      'HTTP 401 from https://api.anthropic.com/v1/messages (req_011), 12 tokens, a bearer of news';
    assert.equal(redact(line, ['', 'a']), line);
  });
});
