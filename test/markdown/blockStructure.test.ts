import assert from 'node:assert/strict';
import fc from 'fast-check';
import { checkProperty, propertyTimeout } from '../unit/propertyRuns';
import { cut, documents, documentsWithoutTables, inPieces } from './documents';
import { countBlocks, recordBlocks, undecidedTextAfter } from './recordedBlocks';
import { isComparable, referenceBlocks } from './referenceBlocks';

describe('the block structure of growing markdown', function () {
  this.timeout(propertyTimeout);

  it('is that of CommonMark’s reference implementation, on random documents', async () => {
    await checkProperty(
      fc.property(documentsWithoutTables, (text) => {
        fc.pre(isComparable(text));
        const expected = referenceBlocks(text.replace(/\r\n?/g, '\n'));
        assert.deepEqual(recordBlocks([text]).blocks, expected);
      }),
      4_000,
    );
  });

  it('is the same however the text is cut, tables and definitions included', async () => {
    await checkProperty(
      fc.property(inPieces(documents), ({ text, pieces }) => {
        assert.deepEqual(recordBlocks(pieces), recordBlocks([text]));
      }),
      4_000,
    );
  });

  it('takes fences of different lengths one inside another (T98)', () => {
    const text =
      'Outer:\n\n````markdown\nInner:\n\n```js\nlet x;\n```\n\n~~~\ny\n~~~\n````\n\n- in a list\n\n  ~~~~\n  ```\n  ~~~\n  ~~~~\n\nEnd';
    const expected = [
      ['p', 'Outer:'],
      ['code', 'markdown', 'Inner:\n\n```js\nlet x;\n```\n\n~~~\ny\n~~~\n'],
      ['loose', 'bullets', ['item', ['p', 'in a list'], ['code', '', '```\n~~~\n']]],
      ['p', 'End'],
    ];
    for (const length of [1, 2, 3, 5, 8, 1_000]) {
      assert.deepEqual(recordBlocks(cut(text, [length])).blocks, expected);
    }
  });

  it('leaves a fence that is never closed open to the end (T98)', () => {
    const { blocks } = recordBlocks(cut('```js\nlet x;\n``\n- y\n ````x', [4]));
    assert.deepEqual(blocks, [['code', 'js', 'let x;\n``\n- y\n ````x\n']]);
  });

  it('reads a table row by row, whatever the number of its cells', () => {
    const text = 'text\n| a | b |\n|:--|--:|\n| 1 |\n| 1 | 2 | 3 |\nx | `\\|`\n# end';
    for (const length of [1, 4, 1_000]) {
      assert.deepEqual(recordBlocks(cut(text, [length])).blocks, [
        ['p', 'text'],
        [
          'table',
          ['left', 'right'],
          ['a', 'b'],
          [
            ['1', ''],
            ['1', '2'],
            ['x', '`|`'],
          ],
        ],
        ['h1', 'end'],
      ]);
    }
  });

  it('ends a table whose rows lack more cells than any reader would want', () => {
    const columns = 1_000;
    const header = '|h'.repeat(columns);
    const text = `${header}\n${'|-'.repeat(columns)}\n${'|\n'.repeat(200)}`;
    const { blocks } = recordBlocks([text]);
    const rows = blocks[0]?.[3] as readonly unknown[];
    assert.equal(blocks[0]?.[0], 'table');
    assert.ok(rows.length * columns < 100_000);
    // What comes after it is kept all the same.
    assert.equal(blocks.length, 2);
  });

  it('replaces the null character, and takes every kind of line end', () => {
    const { blocks } = recordBlocks(['a\0\r', '\nb\r', 'c\n\r\n', 'd']);
    assert.deepEqual(blocks, [
      ['p', 'a\uFFFD\nb\nc'],
      ['p', 'd'],
    ]);
  });

  it('reads deep nesting and floods of marks in linear time', () => {
    const count = 40_000;
    // Were any of these quadratic, the test would run into mocha’s limit, not past a bound of its own.
    for (const [text, blocks] of [
      [`${'- '.repeat(2 * count)}x`, 2 * count + 1],
      [`${'- '.repeat(count)}x${'\n'.repeat(2 * count)}`, count + 1],
      [`${'* - 1. '.repeat(count / 4)}x`, (3 * count) / 4 + 1],
      [`${'>'.repeat(count)}x\n${'y\n'.repeat(count)}`, count + 1],
      [`${'\t'.repeat(count)}x`, 1],
      ['[a\n'.repeat(count), 1],
      ['[a]: /b\n'.repeat(count), 0],
      ['[a]: /b "\n'.repeat(count), 0],
      ['a\n=\n'.repeat(count), count],
      ['```a`\n'.repeat(count), 1],
      // Its header was a paragraph first, and what more rows would need of cells makes the rest text.
      [`${'|a'.repeat(count)}\n${'|-'.repeat(count)}\n${'|\n'.repeat(count)}`, 3],
    ] as const) {
      for (const length of [64, text.length]) {
        assert.equal(countBlocks(cut(text, [length])), blocks, text.slice(0, 20));
      }
    }
  });

  it('takes the beginning of a line as soon as nothing can change its meaning', () => {
    for (const [text, isDecided] of [
      ['-', false],
      ['- ', false],
      ['- a', true],
      ['- - *', false],
      ['**', false],
      ['**b', true],
      ['###', false],
      ['### ', true],
      ['1.', false],
      ['1.5', true],
      ['2024', false],
      ['2024-', true],
      ['1 2', true],
      ['```js', false],
      ['```js`', true],
      ['> ~~~', false],
      ['| --', false],
      ['| a', true],
      ['=', false],
      ['=a', true],
      ['    ', false],
      ['    x', true],
    ] as const) {
      assert.equal(undecidedTextAfter(text), isDecided ? '' : text);
    }
  });
});
