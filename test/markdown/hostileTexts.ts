/** Text that a parser can spend far more time on than on text that people write, about so many UTF-16 units of it. */
export const hostileTexts: Readonly<Record<string, (size: number) => string>> = {
  'an emphasis never closed': (size) => 'a **b c '.repeat(size / 8),
  stars: (size) => '*'.repeat(size),
  brackets: (size) => '['.repeat(size),
  'brackets and words': (size) => '[a '.repeat(size / 3),
  'backticks of all lengths': (size) => {
    let text = '';
    for (let length = 1; text.length < size; length += 1) text += `${'`'.repeat(length)} a `;
    return text;
  },
  'formulas never closed': (size) => 'a $b $$c \\(d \\[e \n'.repeat(size / 19),
  dollars: (size) => '$'.repeat(size),
  'a formula on each line, never closed': (size) => '\\[ a\n'.repeat(size / 5),
  'a long line': (size) => 'word '.repeat(size / 5),
  'a long paragraph': (size) => 'some words on a line\n'.repeat(size / 21),
  'a long list': (size) => '- item\n'.repeat(size / 7),
  'a deep quote': (size) => `${'>'.repeat(size / 2)} a\n${'>'.repeat(size / 2)} b\n`,
  'unclosed fences': (size) => '````\n```js\ncode\n'.repeat(size / 16),
  'a long table': (size) => `| a | b |\n|---|---|\n${'| c | d |\n'.repeat(size / 10)}`,
  'a row of many cells': (size) => `|a|\n|-|\n${'|a'.repeat(size / 2)}`,
  'definitions for links before': (size) => {
    const count = Math.floor(size / 40);
    const numbers = Array.from({ length: count }, (_, index) => index);
    const links = numbers.map((number) => `See [label ${number}].\n\n`).join('');
    return links + numbers.map((number) => `[label ${number}]: /to/${number}\n`).join('');
  },
  'definitions for links in one paragraph before': (size) => {
    const count = Math.floor(size / 60);
    const numbers = Array.from({ length: count }, (_, index) => index);
    const links = numbers.map((number) => `See [this][label ${number}], please.\n`).join('');
    return `${links}\n${numbers.map((number) => `[label ${number}]: /to/${number}\n`).join('')}`;
  },
};
