import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { closeBrowser, markdownTestMs, openMarkdownPage, takeErrors } from './markdownPage';

interface Seen {
  readonly sources: readonly string[];
  readonly set: number;
  readonly display: number;
}

describe('formulas', function () {
  this.timeout(markdownTestMs);
  let page: Page;

  before(async () => {
    page = await openMarkdownPage();
  });

  after(closeBrowser);

  afterEach(() => {
    assert.deepEqual(takeErrors(), []);
  });

  /** What a text shows once everything is set, however it came. */
  async function seen(text: string): Promise<Seen> {
    const all = await page.evaluate(async (whole) => {
      const results: Seen[] = [];
      for (const pieces of window.markdownTest.cuttings(whole)) {
        const view = window.markdownTest.stream(pieces);
        await window.markdownTest.idle();
        const found = [...view.element.querySelectorAll('.md-maths')];
        results.push({
          sources: found.map(
            (each) => each.querySelector('.md-maths-source')?.textContent ?? 'none',
          ),
          set: found.filter((each) => each.querySelector('math mrow, math mi, math mn') !== null)
            .length,
          display: found.filter((each) => each.querySelector('math[display=block]') !== null)
            .length,
        });
        view.dispose();
      }
      return results;
    }, text);
    const [first, ...others] = all;
    assert.ok(first);
    for (const other of others) assert.deepEqual(other, first, text);
    return first;
  }

  it('are set between dollars, and between brackets with a backslash', async () => {
    for (const [text, sources, display] of [
      ['Euler: $e^{i\\pi} + 1 = 0$, always.', ['$e^{i\\pi} + 1 = 0$'], 0],
      ['The $n$th of ($k$) is \\(a_1 * b_1 * c\\).', ['$n$', '$k$', '\\(a_1 * b_1 * c\\)'], 0],
      ['So $$x = y$$ holds', ['$$x = y$$'], 1],
      ['$$\n\\frac{a}{b}\n$$', ['$$\n\\frac{a}{b}\n$$'], 1],
      ['\\[\na\n= b\n- c\n+ d\n\\]\n\n- item', ['\\[\na\n= b\n- c\n+ d\n\\]'], 1],
      [
        '$$\\begin{aligned}\na &= b \\\\\n- c &= d\n===\n\\end{aligned}$$',
        ['$$\\begin{aligned}\na &= b \\\\\n- c &= d\n===\n\\end{aligned}$$'],
        1,
      ],
      ['- in a list:\n  $$\n  x\n  $$\n- next', ['$$\nx\n$$'], 1],
      ['> \\[ q \\]', ['\\[ q \\]'], 1],
      ['| a | $b$ |\n|---|---|\n| \\(c\\) | d |', ['$b$', '\\(c\\)'], 0],
      ['**bold $x_1$ and** # [a $l$](http://b.c)', ['$x_1$', '$l$'], 0],
    ] as const) {
      assert.deepEqual(await seen(text), { sources, set: sources.length, display }, text);
    }
  });

  it('are no prices, no variables, no escaped brackets, no code', async () => {
    for (const text of [
      'It costs $5 and $6, or $5-$10, not US$7 or 8$.',
      'A range from $ to $$$, and $$ or $$$.',
      'Set $HOME/$USER, $HOME and $PATH, or $HOME:$PATH.',
      'Two lines with $5\nand 6$ there',
      'a `$b$` and ``\\(c\\)``\n\n```\n$$\nd\n$$\n```\n\n    $e$',
      'array\\[0\\], \\$5 and 6\\$, \\( \\), $ $',
      'An end that never comes: $$ x',
      'A blank line between: \\(a\n\nb\\)',
      `$${'x'.repeat(501)}$`,
    ]) {
      assert.deepEqual((await seen(text)).sources, [], text);
    }
  });

  it('stay source while they are open, and where the TeX has an error or is too large', async () => {
    const texts = await page.evaluate(() => {
      const view = window.markdownTest.create();
      const shown: string[] = [];
      for (const piece of ['Some **words \\(a_1', ' * b *', ' c_1', '\\)']) {
        view.append(piece);
        shown.push(view.element.textContent);
      }
      view.dispose();
      return shown;
    });
    assert.deepEqual(texts, [
      'Some words \\(a_1',
      'Some words \\(a_1 * b *',
      'Some words \\(a_1 * b * c_1',
      'Some words \\(a_1 * b * c_1\\)',
    ]);
    for (const tex of [
      '\\frac{a',
      '\\nosuchcommand',
      '{'.repeat(4_000) + '}'.repeat(4_000),
      '\\sqrt'.repeat(1_500) + 'x',
      '\\def\\a{\\a\\a}\\a',
    ]) {
      const { sources, set } = await seen(`$$${tex}$$`);
      assert.deepEqual({ sources, set }, { sources: [`$$${tex}$$`], set: 0 }, tex.slice(0, 30));
    }
  });

  it('load nothing, link nowhere and name no class (T95)', async () => {
    const found = await page.evaluate(async () => {
      const view = window.markdownTest.stream([
        '$\\href{javascript:alert(1)}{a}$ $\\url{http://a.b}$ $\\includegraphics{http://a.b/c.png}$ ',
        '$\\htmlClass{md-code}{x}$ $\\htmlId{y}{x}$ $\\htmlStyle{position:fixed}{x}$ ',
        '$\\text{<img src=x onerror=alert(1)>}$ $\\rule{9999em}{9999em}$',
      ]);
      await window.markdownTest.idle();
      const maths = [...view.element.querySelectorAll('math, math *')];
      const attributes = new Set(maths.flatMap((each) => each.getAttributeNames()));
      const result = {
        elements: view.element.querySelectorAll('img, a, math [class], math [id], math [href]')
          .length,
        attributes: [...attributes].filter((name) => /^on|src|href|style|^id$/.test(name)),
        hasText: view.element.querySelector('mtext')?.textContent !== undefined,
      };
      view.dispose();
      return result;
    });
    assert.deepEqual(found, { elements: 0, attributes: [], hasText: true });
  });

  it('are copied as they were written', async () => {
    await page.evaluate(async () => {
      const view = window.markdownTest.stream([
        'Before $a_1$ after.\n\n$$\nb\n$$\n\n```js\nlet c;\n```\n\nEnd.',
      ]);
      await window.markdownTest.idle();
      document.getSelection()?.selectAllChildren(view.element);
    });
    assert.equal(await page.locator('math').count(), 2);
    await page.keyboard.press('Control+C');
    await page.evaluate(() => {
      document.querySelector('.markdown')?.remove();
      const field = document.createElement('textarea');
      document.body.append(field);
      field.focus();
    });
    await page.keyboard.press('Control+V');
    const text = await page.evaluate(() => {
      const field = document.querySelector('textarea');
      field?.remove();
      return field?.value;
    });
    assert.equal(text, 'Before $a_1$ after.\n\n$$\nb\n$$\n\nlet c;\nEnd.');
  });
});
