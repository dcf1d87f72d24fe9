import assert from 'node:assert/strict';
import fc from 'fast-check';
import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';
import type { Inline } from '../../media/markdown/inline';
import { InlineParser } from '../../media/markdown/inlineParser';
import { linkTarget } from '../../media/markdown/linkTarget';
import { References } from '../../media/markdown/references';
import { settledLength } from '../../media/markdown/settledText';
import { checkProperty, propertyTimeout } from '../unit/propertyRuns';
import { inlineText, inlineTextWithMaths, inPieces } from './documents';

function createParser(): InlineParser {
  const references = new References();
  references.define('FOO', { href: '/foo', title: 'title' });
  return new InlineParser(references);
}

describe('the inline structure of growing text', function () {
  this.timeout(propertyTimeout);

  it('is the same where settled parts are parsed by themselves, however the text is cut', async () => {
    const parser = createParser();
    await checkProperty(
      fc.property(inPieces(fc.oneof(inlineText, inlineTextWithMaths)), ({ text, pieces }) => {
        const parts: Inline[] = [];
        let tail = '';
        for (const piece of pieces) {
          tail += piece;
          const length = settledLength(tail, Number.POSITIVE_INFINITY);
          if (length > 0) parts.push(...parser.parse(tail.slice(0, length)).inlines);
          tail = tail.slice(length);
        }
        parts.push(...parser.parse(tail).inlines);
        assert.deepEqual(joined(parts), joined(parser.parse(text).inlines));
      }),
      6_000,
    );
  });

  it('settles the words of ordinary prose as they come, so that each is parsed once (T19)', () => {
    const text =
      'Use **bold words**, *emphasis* and `code spans`, see [the docs](https://example.com/a_b "title") or ' +
      'https://example.com/x_y?z=1 (or mail a@b.cd), keep snake_case and 2 * 3 < 7 apart, and [ ] or [x] too.\n' +
      'A second line; “quotes”, don’t stop it. **Done:** yes\\! The end of it ';
    assert.equal(settledLength(`${text}x`, Number.POSITIVE_INFINITY), text.length);
  });

  it('waits where something is open that what follows may close', () => {
    for (const text of [
      'a **b c d',
      'a `b c d',
      'a [b c d',
      'a ~~b c d',
      'a <http://b',
      'a ![b c',
      'a $b+c',
      'a $$b c',
      'a \\(b c',
      'a \\[b c',
    ]) {
      assert.equal(settledLength(text, Number.POSITIVE_INFINITY), 2, text);
    }
  });

  it('finds the autolinks that GFM’s own tokenizer finds', () => {
    for (const text of [
      'www.example.com',
      'Visit www.example.com/help for more.',
      'Visit www.example.com.',
      'www.example.com/a.b.',
      'www.example.com/search?q=Markup+(business)',
      '(www.example.com/search?q=Markup+(business))',
      'www.example.com/search?q=(business))+ok',
      'www.example.com/?q=a&hl=en',
      'www.example.com/?q=a&hl;',
      'www.example.com/he<lp',
      'http://example.com',
      '(Visit https://example.com/search?q=Markup+(business))',
      'https://example.com/__init__.py and *http://example.com/a*',
      'ahttp://example.com',
      'foo@bar.baz',
      'hello@mail+xyz.example is none, hello+xyz@mail.example is one.',
      'a.b-c_d@a.b',
      'a.b-c_d@a.b.',
      'a.b-c_d@a.b-',
      'a.b-c_d@a.b_',
      'xwww.example.com and www.example_a.com_b',
      'README.md, main.rs and example.com are names',
      '[text https://example.com](https://example.org)',
      '`https://example.com`',
    ]) {
      const html = micromark(text, { extensions: [gfm()], htmlExtensions: [gfmHtml()] });
      assert.equal(
        toHtml(createParser().parse(text).inlines),
        html.replace(/^<p>|<\/p>$/g, ''),
        text,
      );
    }
  });

  it('takes labels that are names of properties for labels', () => {
    const references = new References();
    const parser = new InlineParser(references);
    for (const [label, text] of [
      // Where it is no link, its underscores are marks like any others.
      ['__proto__', '[proto]'],
      ['constructor', '[constructor]'],
      ['toString', '[toString]'],
    ] as const) {
      const { inlines, missed } = parser.parse(`[${label}]`);
      assert.equal(plain(inlines), text);
      assert.ok(inlines.every(({ kind }) => kind !== 'link'));
      assert.equal(missed.size, 1);
      for (const [missing] of missed.entries())
        references.define(missing, { href: '/a', title: '' });
      assert.equal(parser.parse(`[${label}]`).inlines[0]?.kind, 'link');
    }
  });

  it('keeps the text behind brackets that turn out to be no target', () => {
    for (const [text, shown] of [
      ['[foo](a b[foo]', '<a href="/foo">foo</a>(a b<a href="/foo">foo</a>'],
      ['[x](a b[foo]', '[x](a b<a href="/foo">foo</a>'],
      ['[foo](', '<a href="/foo">foo</a>('],
      ['[foo][ ] [foo][]', '<a href="/foo">foo</a>[ ] <a href="/foo">foo</a>'],
      ['[foo][x] [x][foo]', '[foo][x] <a href="/foo">x</a>'],
      [
        '[a](javascript:b) [foo](javascript:b)',
        '[a](javascript:b) <a href="/foo">foo</a>(javascript:b)',
      ],
    ] as const) {
      assert.equal(toHtml(createParser().parse(text).inlines), shown);
    }
  });

  it('ends an address at a square bracket that it does not open', () => {
    const html = toHtml(createParser().parse('[see https://a.b/c] https://a.b/?c[]=d]e').inlines);
    assert.equal(
      html,
      '[see <a href="https://a.b/c">https://a.b/c</a>] <a href="https://a.b/?c%5B%5D=d">https://a.b/?c[]=d</a>]e',
    );
  });

  it('reads floods of marks in linear time, and keeps every character of them', () => {
    // Were any of these quadratic, the test would run into mocha’s limit, not past a bound of its own.
    for (const [unit, count, shown] of [
      ['*', 50_000],
      ['[', 50_000],
      ['![[', 20_000],
      // Each pair of backticks is that of a code span.
      ['`a', 20_000, 'a'],
      ['~~a ', 20_000],
      ['~~~', 20_000],
      ['<', 50_000],
      ['http://', 10_000],
      ['a@', 20_000],
      ['&amp', 20_000],
      ['[x][', 10_000],
      ['](/a', 10_000],
    ] as const) {
      const text = unit.repeat(count);
      assert.equal(plain(createParser().parse(text).inlines), (shown ?? unit).repeat(count), unit);
      settledLength(text, Number.POSITIVE_INFINITY);
    }
  });
});

describe('where a link may lead', () => {
  it('is the web, mail and files; never a script, data, a command or another host’s share', () => {
    for (const href of [
      'https://example.com',
      'HTTP://example.com',
      'mailto:a@b.cd',
      'src/main.ts',
      './a b.md#L3',
      '/absolute/path',
      'main.ts:12',
      'src/main.ts:12:3',
      'a%20b/%C3%A4.md',
      '%23issue.md',
      'docs/a%3Ab.md',
    ]) {
      assert.equal(linkTarget(href), href);
    }
    for (const href of [
      '',
      '#fragment',
      '//host/share',
      '\\\\host\\share',
      'javascript:alert(1)',
      'JaVaScRiPt:alert(1)',
      ' javascript:alert(1)',
      'javascript:1',
      'java\tscript:alert(1)',
      'java\nscript:alert(1)',
      '\u0001javascript:alert(1)',
      'java%09script:alert(1)',
      'java%0ascript:alert(1)',
      '%6Aavascript:alert(1)',
      'javascript%3Aalert(1)',
      '%2f%2Fhost/share',
      ' https://example.com',
      'data:text/html,x',
      'data:image/png;base64,x',
      'vbscript:x',
      'command:workbench.action.quit',
      'vscode://x/y',
      'file:///etc/passwd',
      'blob:x',
    ]) {
      assert.equal(linkTarget(href), undefined, href);
    }
  });
});

/** Texts next to each other as one: where one was cut says nothing. */
function joined(inlines: readonly Inline[]): Inline[] {
  const result: Inline[] = [];
  for (const inline of inlines) {
    const last = result.at(-1);
    if (inline.kind === 'text' && last?.kind === 'text') {
      result[result.length - 1] = { kind: 'text', text: last.text + inline.text };
    } else {
      result.push(inline);
    }
  }
  return result;
}

function plain(inlines: readonly Inline[]): string {
  return inlines
    .map((inline) =>
      'children' in inline ? plain(inline.children) : 'text' in inline ? inline.text : '',
    )
    .join('');
}

function toHtml(inlines: readonly Inline[]): string {
  return inlines
    .map((inline) => {
      switch (inline.kind) {
        case 'text':
          return escaped(inline.text);
        case 'code':
          return `<code>${escaped(inline.text)}</code>`;
        case 'link':
          return `<a href="${escaped(inline.href)}">${toHtml(inline.children)}</a>`;
        case 'emphasis':
          return `<${inline.tag}>${toHtml(inline.children)}</${inline.tag}>`;
        case 'maths':
          return inline.source;
        case 'break':
        case 'image':
          return `<${inline.kind}>`;
      }
    })
    .join('');
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
