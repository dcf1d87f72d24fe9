import assert from 'node:assert/strict';
import { fuzzyScore } from '../../src/core/fuzzyScore';
import { pageText } from '../../src/core/pageText';

describe('fuzzyScore', () => {
  const best = (typed: string, ...texts: string[]): string[] =>
    texts
      .flatMap((text) => {
        const score = fuzzyScore(typed, text);
        return score === undefined ? [] : [{ text, score }];
      })
      .sort((a, b) => b.score - a.score)
      .map(({ text }) => text);

  it('wants all letters in their order', () => {
    assert.deepEqual(best('tdoc', 'turnDocument.ts', 'documentTurn.ts', 'cod'), [
      'turnDocument.ts',
    ]);
    assert.equal(fuzzyScore('', 'anything'), 0);
  });

  it('prefers what is written together, at the beginning of words, and near the end', () => {
    assert.equal(best('chat', 'c/h/a/t.ts', 'src/core/chat.ts')[0], 'src/core/chat.ts');
    assert.equal(best('chat', 'src/keptchats.ts', 'src/core/chat.ts')[0], 'src/core/chat.ts');
    assert.equal(best('td', 'standard.ts', 'turnDocument.ts')[0], 'turnDocument.ts');
  });
});

describe('pageText', () => {
  it('is what a person reads, without markup, scripts and styles', () => {
    const html =
      '<!doctype html><title>A &amp; B</title><style>p{}</style><script>alert("<p>")</script>' +
      '<p>One <b>two</b>&nbsp;&#x1F600; &unknown;</p><!-- no --><ul><li>x<li>y</ul>';
    assert.equal(pageText(html), 'A & B\n\nOne two 😀 &unknown;\n\nx\ny');
  });

  it('takes a page that never ends for what it is', () => {
    assert.equal(pageText(`<p>a</p>${'<div'.repeat(10_000)}`).startsWith('a'), true);
    assert.equal(pageText('&#9999999; &#x110000;'), '&#9999999; &#x110000;');
  });
});
