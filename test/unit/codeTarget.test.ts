import assert from 'node:assert/strict';
import { codeTargets, withCode } from '../../src/core/codeTarget';

describe('codeTargets', () => {
  for (const [name, info, before, code, wanted] of [
    ['the fence', 'ts src/a.ts', '', '', ['src/a.ts']],
    ['the fence, behind a colon', 'ts:src/a.ts', '', '', ['src/a.ts']],
    ['the fence, as an attribute', 'py title="app/main.py"', '', '', ['app/main.py']],
    ['the fence alone', 'src/a.ts', '', '', ['src/a.ts']],
    ['a comment in the first line', 'ts', '', '// src/b.ts\nlet b;', ['src/b.ts']],
    [
      'the text before, the nearest first',
      '',
      'In a.ts and then in b/c.ts:',
      '',
      ['b/c.ts', 'a.ts'],
    ],
    ['a path with backslashes', '', 'In src\\a.ts:', '', ['src/a.ts']],
    ['nothing in plain words', 'ts', 'For example. Version 1.2.', 'let a;', []],
    ['no address', '', 'See https://example.com/a.ts for more', '', []],
  ] as const) {
    it(`finds ${name}`, () => assert.deepEqual(codeTargets(info, before, code), wanted));
  }
});

describe('withCode', () => {
  const file =
    'import a;\n\nfunction one() {\n  return 1;\n}\n\nfunction two() {\n  return 2;\n} // two\n';

  it('puts a part in the place of what is from its first line to its last', () => {
    const code = 'function two() {\n  const n = 2;\n  return n;\n} // two';
    const wanted = file.replace('  return 2;', '  const n = 2;\n  return n;');
    assert.equal(withCode(file, code), wanted);
    assert.equal(withCode(file.replaceAll('\n', '\r\n'), code), wanted.replaceAll('\n', '\r\n'));
  });

  it('takes the place of the whole file where it is not known what part it is', () => {
    assert.equal(withCode(file, 'let x;\nlet y;'), 'let x;\nlet y;\n');
    assert.equal(withCode('}\n}\n', '}\n}\n'), '}\n}\n');
    assert.equal(withCode('', 'a'), 'a\n');
  });
});
