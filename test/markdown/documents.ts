import fc from 'fast-check';

/** What CommonMark and GFM take alike, and the reference implementation as its own specification says. */
const commonPieces = [
  ...['a', 'foo ', 'bar', ' ', ' ', 'é', '“', '.', ',', '!', ':', '"', "'", '-', '(', ')'],
  ...['*', '**', '***', '_', '__', '`', '``', '[', ']', '](', '<', '>', '\\', '&', '&amp;'],
  ...['*em*', '**strong**', '`code`', ' **two words** ', '[foo]', '[foo][x]', '[a](/b)'],
  ...['[a](/x_y*c)', '![i](/j.png)', '<http://a.b>', '<a@b.cd>', '\\*'],
  ...['<b>', 'snake_case'],
];

const inlinePieces = [
  ...commonPieces,
  ...['[x]', '🙂', '\u00a0', '(javascript:x)', '[a](http://x.y/a_b*c)'],
  ...['~', '~~', '~~~', 'http://', 'http://a.b/c', 'www.a.b', 'a@b.cd'],
];

const commonStarts = [
  ...['', '', '', '', '- ', '* ', '+ ', '1. ', '2) ', '10. ', '> ', '>', '# ', '### ', '#'],
  ...[' ', '   ', '    ', '      ', '\t'],
];

const lineStarts = [...commonStarts, '- [ ] ', '- [x] '];

const wholeLines = [
  ...[
    '',
    '',
    '',
    '',
    '```',
    '```js',
    '````',
    '~~~',
    '---',
    '===',
    '***',
    '- - -',
    '_',
    '-',
    '1.',
    '=',
    '>',
  ],
  ...[
    '[foo]: /url "t"',
    '[x]: <u>',
    '[c]:',
    '/dest',
    '"title',
    'end"',
    '[foo]: /u \\',
    '# closed #',
  ],
];

const tableLines = [
  '| a | b |',
  '| - | :-: |',
  '|-|',
  '--|--',
  ':-',
  '| c | `d` | e |',
  '| \\| |',
  'x|y',
];

const lineBreaks = fc.constantFrom('\n', '\n', '\n', '\n', '\r\n', '\r');

/** Inline text, of constructs and of parts of them. */
export const inlineText: fc.Arbitrary<string> = inlineTextOf(inlinePieces);

function inlineTextOf(pieces: readonly string[]): fc.Arbitrary<string> {
  const piece = fc.oneof(fc.constantFrom(...pieces), fc.constantFrom('\n', '  \n', '\\\n'));
  return fc.array(piece, { minLength: 1, maxLength: 18 }).map((chosen) => chosen.join('').trim());
}

const mathsPieces = [
  ...['$', '$', '$$', '\\(', '\\)', '\\[', '\\]', '$x$', '$a_1$', '$$y$$', '\\(z\\)', '\\$'],
  ...['$5', '$HOME', '$n$th', '\\[w\\]', '\\\\', 'st', '2'],
];

/** The same with formulas, whole and broken off. */
export const inlineTextWithMaths: fc.Arbitrary<string> = inlineTextOf([
  ...inlinePieces,
  ...mathsPieces,
  ...mathsPieces,
]);

const mathsLines = ['$$', '\\[', '\\]', '$$ a', '= b', '- c $$', '\\[ d', '+ e', '\\] and'];

function documentsOf(
  starts: readonly string[],
  inlines: readonly string[],
  ...special: readonly string[]
): fc.Arbitrary<string> {
  const shortInline = fc
    .array(fc.constantFrom(...inlines), { maxLength: 6 })
    .map((pieces) => pieces.join(''));
  const line = fc
    .tuple(
      fc.array(fc.constantFrom(...starts), { maxLength: 2 }),
      fc.oneof(shortInline, fc.constantFrom(...special)),
      lineBreaks,
    )
    .map(([begins, text, lineBreak]) => begins.join('') + text + lineBreak);
  return fc
    .tuple(fc.array(line, { maxLength: 12 }), fc.boolean())
    .map(([lines, isCut]) => (isCut ? lines.join('').trimEnd() : lines.join('')));
}

/** Documents of everything, markup broken off anywhere included. */
export const documents: fc.Arbitrary<string> = documentsOf(
  lineStarts,
  inlinePieces,
  ...wholeLines,
  ...tableLines,
);

/** The same with formulas, whole and broken off. */
export const documentsWithMaths: fc.Arbitrary<string> = documentsOf(
  lineStarts,
  [...inlinePieces, ...mathsPieces, ...mathsPieces],
  ...wholeLines,
  ...tableLines,
  ...mathsLines,
  ...mathsLines,
);

/** The same without tables. */
export const documentsWithoutTables: fc.Arbitrary<string> = documentsOf(
  lineStarts,
  inlinePieces,
  ...wholeLines,
);

/** Documents of what CommonMark alone knows, without what GFM adds to it. */
export const commonMarkDocuments: fc.Arbitrary<string> = documentsOf(
  commonStarts,
  commonPieces,
  ...wholeLines,
);

/** A text cut into pieces anywhere, also between the halves of a character. */
export function inPieces(
  texts: fc.Arbitrary<string>,
): fc.Arbitrary<{ text: string; pieces: string[] }> {
  return fc
    .tuple(texts, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 40 }))
    .map(([text, lengths]) => ({ text, pieces: cut(text, lengths) }));
}

/** Cuts a text into pieces of these lengths, which repeat. */
export function cut(text: string, lengths: readonly number[]): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length;) {
    const length = lengths[pieces.length % lengths.length] ?? 1;
    pieces.push(text.slice(at, at + length));
    at += length;
  }
  return pieces;
}
