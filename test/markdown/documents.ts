import fc from 'fast-check';

const inlinePieces = [
  ...[
    'a',
    'foo ',
    'bar',
    ' ',
    ' ',
    'é',
    '🙂',
    '“',
    '\u00a0',
    '.',
    ',',
    '!',
    ':',
    '"',
    "'",
    '-',
    '(',
    ')',
  ],
  ...[
    '*',
    '**',
    '***',
    '_',
    '__',
    '~',
    '~~',
    '~~~',
    '`',
    '``',
    '[',
    ']',
    '](',
    '<',
    '>',
    '\\',
    '&',
    '&amp;',
  ],
  ...['*em*', '**strong**', '`code`', ' **two words** ', '[x]', '[foo]', '[foo][x]', '[a](/b)'],
  ...['[a](http://x.y/a_b*c)', '(javascript:x)', '![i](/j.png)', '<http://a.b>', '<a@b.cd>', '\\*'],
  ...['http://', 'http://a.b/c', 'www.a.b', 'a@b.cd', '<b>', 'snake_case'],
];

const lineStarts = [
  ...['', '', '', '', '- ', '* ', '+ ', '1. ', '2) ', '10. ', '> ', '>', '# ', '### ', '#'],
  ...[' ', '   ', '    ', '      ', '\t', '- [ ] ', '- [x] '],
];

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
export const inlineText: fc.Arbitrary<string> = fc
  .array(fc.oneof(fc.constantFrom(...inlinePieces), fc.constantFrom('\n', '  \n', '\\\n')), {
    minLength: 1,
    maxLength: 18,
  })
  .map((pieces) => pieces.join('').trim());

const shortInline = fc
  .array(fc.constantFrom(...inlinePieces), { maxLength: 6 })
  .map((pieces) => pieces.join(''));

function documentsOf(...special: readonly string[]): fc.Arbitrary<string> {
  const line = fc
    .tuple(
      fc.array(fc.constantFrom(...lineStarts), { maxLength: 2 }),
      fc.oneof(shortInline, fc.constantFrom(...special)),
      lineBreaks,
    )
    .map(([starts, text, lineBreak]) => starts.join('') + text + lineBreak);
  return fc
    .tuple(fc.array(line, { maxLength: 12 }), fc.boolean())
    .map(([lines, isCut]) => (isCut ? lines.join('').trimEnd() : lines.join('')));
}

/** Documents of everything, markup broken off anywhere included. */
export const documents: fc.Arbitrary<string> = documentsOf(...wholeLines, ...tableLines);

/** The same without tables. */
export const documentsWithoutTables: fc.Arbitrary<string> = documentsOf(...wholeLines);

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
