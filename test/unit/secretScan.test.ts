import assert from 'node:assert/strict';
import { isSecretFile, secretsIn } from '../../src/core/secretScan';

// Put together here, so that no scanner takes this file for a leak.
const a = (count: number): string => 'aB3'.repeat(Math.ceil(count / 3)).slice(0, count);

describe('secretsIn', () => {
  const secrets: readonly (readonly [string, string])[] = [
    ['api-key', `sk-ant-${a(40)}`],
    ['api-key', `AKIA${'A1'.repeat(8)}`],
    ['api-key', `AIza${a(35)}`],
    ['private-key', '-----BEGIN OPENSSH PRIVATE KEY-----'],
    ['private-key', '-----BEGIN PRIVATE KEY-----'],
    ['token', `ghp_${a(36)}`],
    ['token', `glpat-${a(20)}`],
    ['token', `xoxb-${a(20)}`],
    ['token', `eyJ${a(20)}.eyJ${a(30)}.${a(20)}`],
    ['password', 'password = "hunter2hunter2"'],
    ['password', 'postgres://admin:s3cr3tpw@db.example.com/x'],
  ];
  for (const [kind, text] of secrets) {
    it(`finds ${kind}: ${text.slice(0, 12)}…`, () => {
      assert.deepEqual(secretsIn(`first line\nx ${text} y`), [{ kind, line: 2 }]);
    });
  }

  it('leaves ordinary code alone', () => {
    const code = [
      'const password = process.env.PASSWORD;',
      'const apiKey = "${API_KEY}";',
      'password: "<your-password>"',
      'sk-learn is a library; task-skipping is not',
      'https://example.com:8080/path@x',
      '-----BEGIN CERTIFICATE-----',
      'git clone git@github.com:owner/name.git',
    ].join('\n');
    assert.deepEqual(secretsIn(code), []);
  });

  it('says each kind once, where it is first', () => {
    const key = `sk-${a(30)}`;
    assert.deepEqual(secretsIn(`\n${key}\n${key}`), [{ kind: 'api-key', line: 2 }]);
  });

  it('finds a key anywhere in one very long line', () => {
    for (const at of [0, 10_990, 19_990, 55_555]) {
      const text = `${' '.repeat(at)}ghp_${a(36)}${' '.repeat(30_000)}`;
      assert.deepEqual(secretsIn(text), [{ kind: 'token', line: 1 }], String(at));
    }
  });

  it('comes to an end with texts made to slow it down', function () {
    this.timeout(20_000);
    for (const text of ['eyJ', 'password=', 'a://b:', 'sk-', '-----BEGIN ', 'ghp_a', 'eyJa.eyJ']) {
      assert.deepEqual(secretsIn(text.repeat(200_000 / text.length)).length <= 1, true);
    }
  });
});

describe('isSecretFile', () => {
  it('goes by the name', () => {
    for (const name of ['.env', 'a/.env.local', 'id_rsa', 'C:\\x\\server.pem', 'secrets.yml']) {
      assert.equal(isSecretFile(name), true, name);
    }
    for (const name of ['.env.example', 'environment.ts', 'id_rsa.pub', 'keyboard.ts', 'a.md']) {
      assert.equal(isSecretFile(name), false, name);
    }
  });
});
