import assert from 'node:assert/strict';
import { linkTarget } from '../../src/host/linkTarget';

describe('linkTarget', () => {
  it('takes web and mail addresses outside', () => {
    for (const url of ['https://a.example/x?y=1#z', 'http://a.example/', 'mailto:me@a.example']) {
      assert.deepEqual(linkTarget(url), { kind: 'external', url });
    }
  });

  it('shows a look-alike host as what it is', () => {
    // Cyrillic а.
    const target = linkTarget('https://аpple.com/');
    assert.deepEqual(target, { kind: 'external', url: 'https://xn--pple-43d.com/' });
  });

  const refused = [
    'command:workbench.action.terminal.sendSequence?%7B%7D',
    'javascript:alert(1)',
    'vscode://publisher.extension/do',
    'data:text/html,x',
    'file://server/share/x',
    'vbscript:x',
    '//evil.example/x',
    '\\\\server\\share',
    '../../etc/passwd',
    'a/../../b',
    '%2e%2e/%2e%2e/etc/passwd',
    '..\\..\\secret',
    'a%00b',
    '#part',
    '',
    '   ',
    'https://',
  ];
  for (const href of refused) {
    it(`refuses ${JSON.stringify(href)}`, () =>
      assert.deepEqual(linkTarget(href), { kind: 'refused' }));
  }

  const files: readonly (readonly [string, string, number | undefined])[] = [
    ['src/a.ts', 'src/a.ts', undefined],
    ['./src/a.ts', 'src/a.ts', undefined],
    ['src/x/../a.ts', 'src/a.ts', undefined],
    ['src\\a.ts', 'src/a.ts', undefined],
    ['src/a.ts#L12', 'src/a.ts', 12],
    ['src/a.ts#12', 'src/a.ts', 12],
    ['src/a.ts#L12-L20', 'src/a.ts', 12],
    ['src/a.ts:12', 'src/a.ts', 12],
    ['src/a.ts:12:5', 'src/a.ts', 12],
    ['a.ts:12', 'a.ts', 12],
    ['a.ts:12:5', 'a.ts', 12],
    ['src/my%20file.ts', 'src/my file.ts', undefined],
    ['100%.txt', '100%.txt', undefined],
    ['src/a.ts#L0', 'src/a.ts', undefined],
  ];
  for (const [href, path, line] of files) {
    it(`finds the file in ${href}`, () =>
      assert.deepEqual(linkTarget(href), { kind: 'workspace-path', path, line }));
  }

  it('takes full paths, to be looked for inside the workspace', () => {
    const path = '/w/src/a.ts';
    for (const href of ['/w/src/a.ts:3', 'file:///w/src/a.ts#L3', '/w/x/../src/a.ts:3']) {
      assert.deepEqual(linkTarget(href), { kind: 'absolute-path', path, line: 3 });
    }
    assert.deepEqual(linkTarget('C:\\w\\a.ts'), {
      kind: 'absolute-path',
      path: '/C:/w/a.ts',
      line: undefined,
    });
  });
});
