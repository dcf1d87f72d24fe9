import assert from 'node:assert/strict';
import fc from 'fast-check';
import { longestHold, SeamJoiner } from '../../src/core/seam';
import { checkProperty } from './propertyRuns';
import { corpus, preambles, rewritings } from './seamCases';

function join(kept: string, continuation: string, unsentLength = 0): string {
  const joiner = new SeamJoiner(kept, { unsentLength });
  return kept + joiner.push(continuation) + joiner.end();
}

/** Each: kept text, continuation, what must come of them. */
type Example = readonly [string, string, string];

const code = 'Here:\n\n```ts\nexport function add(a: number) {\n  return a';

const repetitions: Record<string, Example> = {
  'three words': ['The quick brown fox', 'quick brown fox jumps', 'The quick brown fox jumps'],
  'three words after a space': ['The quick brown ', 'The quick brown fox', 'The quick brown fox'],
  'three words, space before': [
    'A quick brown fox',
    ' quick brown fox ran',
    'A quick brown fox ran',
  ],
  'a cut word': ['Say Hel', 'Hello world', 'Say Hello world'],
  'a whole word, glued on': ['all of the', 'the quick fox', 'all of the quick fox'],
  'the sentence': [
    'It rained. The dog barked and',
    'The dog barked and ran.',
    'It rained. The dog barked and ran.',
  ],
  'the sentence, in other words': [
    'It rained. The old dog barked at the postman and then it',
    'The dog barked at the postman and then it slept.',
    'It rained. The old dog barked at the postman and then it slept.',
  ],
  'a list item': ['- One\n- Bu', '- Buy milk', '- One\n- Buy milk'],
  'a heading': ['## Get', '## Getting started', '## Getting started'],
  'a table row': [
    '| a | b |\n|---|---|\n| red apples | gre',
    '| red apples | green pears |',
    '| a | b |\n|---|---|\n| red apples | green pears |',
  ],
  'a line of code': [code, '  return a + 1;\n}', `${code} + 1;\n}`],
  'a line of code without its indentation': [code, 'return a + 1;\n}', `${code} + 1;\n}`],
  'the block from its fence on': [code, `${code.slice(7)} + 1;\n}`, `${code} + 1;\n}`],
  'the fence alone': [code, '```ts\n + 1;\n}', `${code} + 1;\n}`],
  'the fence by another name': [code, '```typescript\n + 1;\n}', `${code} + 1;\n}`],
  'fence and line': [code, '```ts\n  return a + 1;\n}', `${code} + 1;\n}`],
  'a fence without its language, then the line': [
    code,
    '```\n  return a + 1;\n}',
    `${code} + 1;\n}`,
  ],
  'other white space': [
    'one two\n\n    three four',
    'one two three\nfour five',
    'one two\n\n    three four five',
  ],
  'a capital': ['so the quick brown', 'The quick brown fox', 'so the quick brown fox'],
  'other quotation marks': [
    'and he said “never again, my',
    'he said "never again, my friend"',
    'and he said “never again, my friend"',
  ],
  Chinese: [
    '记住断开的位置。客户端把已经收',
    '客户端把已经收到的字节数',
    '记住断开的位置。客户端把已经收到的字节数',
  ],
  'half an emoji': ['Well done \ud83d', '😀 indeed', 'Well done 😀 indeed'],
  'an emoji of several parts': ['Our 👩‍', '👩‍💻 team', 'Our 👩‍💻 team'],
  'a JSON key': ['{"a": 1, "na', '"name": "x"}', '{"a": 1, "name": "x"}'],
};

const meant: Record<string, Example> = {
  'the rest of a word': ['unbeliev', 'able', 'unbelievable'],
  'a word twice': ['it was very', ' very high', 'it was very very high'],
  'a word twice, space kept': ['it was very ', 'very high', 'it was very very high'],
  laughter: ['she laughed: ha', ' ha ha', 'she laughed: ha ha ha'],
  'laughter, begun': ['ha ha ', 'ha ha ha!', 'ha ha ha ha ha!'],
  'again and again': ['and again and', ' again and once more', 'and again and again and once more'],
  'one by one by one': ['one by one', ' by one they', 'one by one by one they'],
  'another word with the same beginning': ['into the', ' theory of', 'into the theory of'],
  'a syllable twice': ['هذه سل', 'سلة من', 'هذه سلسلة من'],
  'equal list items': [
    '- [ ] item\n',
    '- [ ] item\n- [ ] item',
    '- [ ] item\n- [ ] item\n- [ ] item',
  ],
  'equal list items of many words': [
    '- [ ] Not started yet\n- [ ] Not started yet\n',
    '- [ ] Not started yet\n',
    '- [ ] Not started yet\n- [ ] Not started yet\n- [ ] Not started yet\n',
  ],
  'the same line again': [
    'And miles to go before I sleep,',
    '\nAnd miles to go before I sleep,\n',
    'And miles to go before I sleep,\nAnd miles to go before I sleep,\n',
  ],
  'closing braces': ['```c\n  }\n}\n', '}\n```', '```c\n  }\n}\n}\n```'],
  'equal table rows': [
    '| a | b |\n|---|---|\n| 0 | 0 |\n',
    '| 0 | 0 |\n',
    '| a | b |\n|---|---|\n| 0 | 0 |\n| 0 | 0 |\n',
  ],
  'equal cells': ['| yes ', '| yes | no |', '| yes | yes | no |'],
  'a call in a call': ['```js\nmax(', 'max(a, b), c)', '```js\nmax(max(a, b), c)'],
  digits: ['in 20', '20 it was', 'in 2020 it was'],
  'the end of a code block': ['```ts\nlet a;\n', '```\n\nDone.', '```ts\nlet a;\n```\n\nDone.'],
  'a block in a longer fence': ['````md\n', '```js\na\n```\n````', '````md\n```js\na\n```\n````'],
  'words like a preamble in a line': [
    'We are ',
    'continuing: the story goes on',
    'We are continuing: the story goes on',
  ],
  'a line much like a preamble': [
    'Steps:\n\n',
    'Continuing with the example:\n\nfoo',
    'Steps:\n\nContinuing with the example:\n\nfoo',
  ],
  'a heading': ['#', '# Title', '## Title'],
  emoji: ['fast 🚀', '🚀🚀', 'fast 🚀🚀🚀'],
  'a family of two mothers': ['👩‍', '👩‍👧 home', '👩‍👩‍👧 home'],
  Chinese: ['我们常', '常说', '我们常常说'],
  'a log line like the last one': [
    '12:01 INFO job 17 done in 40 ms\n',
    '12:01 INFO job 18 done in 40 ms\n',
    '12:01 INFO job 17 done in 40 ms\n12:01 INFO job 18 done in 40 ms\n',
  ],
};

const spacing: Record<string, Example> = {
  'between sentences': ['It rained.', 'The dog slept.', 'It rained. The dog slept.'],
  'between list items': ['- One thing.', '- Another', '- One thing.\n- Another'],
  'between numbered items': ['1. One (first)', '2. Two', '1. One (first)\n2. Two'],
  'between rows': ['| a | b |\n|---|---|', '| 1 | 2 |', '| a | b |\n|---|---|\n| 1 | 2 |'],
  'before a heading': ['That is all.', '## Next', 'That is all.\n\n## Next'],
  'before a code block': ['Like this:', '```js\nfoo', 'Like this:\n\n```js\nfoo'],
  'before the end of a code block': ['```\nfoo', '```\nbar', '```\nfoo\n```\nbar'],
  'not within a word': ['the', 'refore it', 'therefore it'],
  'not within a number': ['about 3.', '14 m', 'about 3.14 m'],
  'not within a name': ['in node.', 'js it', 'in node.js it'],
  'not within inline code': ['call `foo.', 'Bar baz`', 'call `foo.Bar baz`'],
  'not within code': ['```cs\nfoo.', 'Bar baz', '```cs\nfoo.Bar baz'],
  'not before a dash': ['the Haupt', '- und Nebensatz', 'the Haupt- und Nebensatz'],
  'not in Chinese': ['记住。', '然后', '记住。然后'],
};

function describeExamples(title: string, examples: Record<string, Example>): void {
  describe(title, () => {
    for (const [name, [kept, continuation, whole]] of Object.entries(examples)) {
      it(name, () => assert.equal(join(kept, continuation), whole));
    }
  });
}

describe('SeamJoiner', () => {
  describeExamples('takes off a repetition (T54)', repetitions);
  describeExamples('keeps what is meant (T54)', meant);
  describeExamples('minds the white space at the join', spacing);

  for (const preamble of preambles) {
    it(`takes off "${preamble}"`, () => {
      const kept = 'The harbour had been silted up for so';
      const whole = `${kept} long that nobody remembered`;
      const rest = ' long that nobody remembered';
      assert.equal(join(kept, `${preamble}\n\n${rest}`), whole);
      assert.equal(join(kept, `${preamble} silted up for so${rest}`), whole);
    });
  }

  it('says what it took off and put in', () => {
    const joiner = new SeamJoiner('The quick brown fox');
    joiner.push('Continuing: quick brown fox jumps');
    assert.equal(joiner.removed, 'Continuing: quick brown fox');
    assert.equal(joiner.inserted, '');
    const other = new SeamJoiner('It rained.');
    assert.equal(other.push('The dog '), ' The dog ');
    assert.equal(other.removed, '');
    assert.equal(other.inserted, ' ');
  });

  it('joins white space that the model was not sent', () => {
    assert.equal(join('One.\n\n', '\n\nTwo', 2), 'One.\n\nTwo');
    assert.equal(join('One.\n', '\n\nTwo', 1), 'One.\n\nTwo');
    assert.equal(join('One.\n\n', 'Two', 2), 'One.\n\nTwo');
    assert.equal(join('One.\n', '\n\nTwo'), 'One.\n\n\nTwo');
  });

  it('lets everything through where nothing was kept', () => {
    const joiner = new SeamJoiner('');
    assert.equal(joiner.push('Sure'), 'Sure');
    assert.equal(joiner.end(), '');
  });

  it('goes through untouched once the join is made, however alike the text is', () => {
    const joiner = new SeamJoiner('one two three four');
    assert.equal(joiner.push('one two three four five'), ' five');
    assert.equal(joiner.isDecided, true);
    assert.equal(joiner.push(' one two three four five'), ' one two three four five');
  });

  it('gives back what it held when the continuation ends early', () => {
    const joiner = new SeamJoiner('The quick brown fox jumps over');
    assert.equal(joiner.push('quick brown'), '');
    assert.equal(joiner.end(), 'quick brown');
    assert.equal(joiner.end(), '');
  });

  describe('whatever the text', function () {
    this.timeout(60_000);
    const words = (letters: readonly string[]): fc.Arbitrary<string> =>
      fc
        .array(fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: 8 }), {
          minLength: 1,
          maxLength: 60,
        })
        .map((list) => list.join(' '));
    const document = fc.constantFrom(...corpus);
    /** Text made of few pieces, which repeats itself much, with everything that the rules look at. */
    const repetitive = fc
      .array(
        fc.constantFrom(
          ...[
            'the ',
            'fox',
            'The fox. ',
            '\n',
            '\n\n',
            ' ',
            '- ',
            '| ',
            '```',
            '```ts\n',
            '}\n',
            '1',
            '.',
          ],
          ...[
            'Sure, ',
            'Continuing',
            ':',
            '...',
            '常',
            'ha ',
            '😀',
            '\ud83d',
            '\ude00',
            '👩‍',
            '\u200d',
            '    ',
          ],
        ),
        { maxLength: 40 },
      )
      .map((pieces) => pieces.join(''));

    it('takes nothing off a continuation that repeats nothing (T54)', () =>
      checkProperty(
        fc.property(
          words(['a', 'e', 'i', 'b', 'c', 'd', 'f']),
          words(['o', 'u', 'n', 'r', 's', 't']),
          (kept, continuation) => {
            assert.equal(join(kept, continuation), kept + continuation);
          },
        ),
        2_000,
      ));

    it('takes off three or more different words, however their white space is written (T54)', () =>
      checkProperty(
        fc.property(
          fc.uniqueArray(fc.stringMatching(/^[a-z]{3,9}$/), { minLength: 12, maxLength: 70 }),
          fc.array(fc.constantFrom(' ', ' ', ' ', '\n', '\n\n', '\n    ', ', '), {
            minLength: 70,
            maxLength: 70,
          }),
          fc.nat(),
          fc.integer({ min: 3, max: 40 }),
          fc.constantFrom({ rewrite: (text: string) => text }, ...rewritings),
          (list, spaces, where, count, { rewrite }) => {
            const whole = list.map((word, i) => word + spaces[i]!).join('');
            const starts = list.map(
              (_, i) =>
                list
                  .slice(0, i)
                  .map((word, j) => word + spaces[j]!)
                  .join('').length,
            );
            const cutWord = 3 + (where % (list.length - 4));
            const cut = starts[cutWord]! + (where % list[cutWord]!.length);
            const start = starts[Math.max(0, cutWord - count)]!;
            const kept = whole.slice(0, cut);
            assert.equal(join(kept, rewrite(kept.slice(start)) + whole.slice(cut)), whole);
          },
        ),
        2_000,
      ));

    it('only ever takes from the beginning, and only what the kept text ends with (T54)', () =>
      checkProperty(
        fc.property(repetitive, repetitive, (kept, continuation) => {
          const joiner = new SeamJoiner(kept);
          const out = joiner.push(continuation) + joiner.end();
          const { removed, inserted } = joiner;
          assert.ok(/^\s*$/.test(inserted));
          assert.equal(inserted + continuation, inserted + removed + out.slice(inserted.length));
          // What is left of it without preamble and fence is what the kept text ends with.
          const text = removed
            .replace(/Sure, |Continuing|[.:,…]|```(?:ts)?\n?/g, '')
            .replace(/\s/g, '');
          const plain = kept
            .replace(/Sure, |Continuing|[.:,…]|```(?:ts)?\n?/g, '')
            .replace(/\s/g, '');
          assert.ok(plain.toLowerCase().endsWith(text.toLowerCase()), JSON.stringify(removed));
        }),
        5_000,
      ));

    it('gives the same text however the continuation is split (T95)', () =>
      checkProperty(
        fc.property(
          fc.oneof(fc.tuple(repetitive, repetitive), corpusRepetition(document)),
          fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1 }),
          fc.boolean(),
          ([kept, continuation], sizes, isUnsent) => {
            const unsentLength = isUnsent ? kept.length - kept.trimEnd().length : 0;
            const joiner = new SeamJoiner(kept, { unsentLength });
            let out = '';
            for (let at = 0, i = 0; at < continuation.length; i++) {
              const size = sizes[i % sizes.length]!;
              out += joiner.push(continuation.slice(at, at + size));
              at += size;
            }
            out += joiner.end();
            assert.equal(kept + out, join(kept, continuation, unsentLength));
          },
        ),
        3_000,
      ));

    it('holds back no more than a bound, and says all in the end', () =>
      checkProperty(
        fc.property(
          fc.oneof(fc.tuple(repetitive, repetitive), corpusRepetition(document)),
          fc.constantFrom('', ' ', '\n', 'x '),
          ([kept, continuation], filler) => {
            const long = (continuation + filler).repeat(20) + filler.repeat(4_000);
            const joiner = new SeamJoiner(kept);
            let shown = 0;
            for (let at = 0; at < long.length; at += 64) {
              shown += joiner.push(long.slice(at, at + 64)).length;
              const pushed = Math.min(long.length, at + 64);
              const held = joiner.isDecided ? 0 : pushed - shown;
              assert.ok(held <= longestHold, `${held} held`);
            }
            shown += joiner.end().length;
            assert.equal(shown, long.length - joiner.removed.length + joiner.inserted.length);
          },
        ),
        300,
      ));
  });
});

/** A document, cut, and a continuation that repeats some of it. */
function corpusRepetition(
  document: fc.Arbitrary<{ readonly text: string }>,
): fc.Arbitrary<[string, string]> {
  return fc
    .tuple(document, fc.nat(), fc.integer({ min: 0, max: 400 }))
    .map(([{ text }, where, back]) => {
      const cut = 1 + (where % (text.length - 1));
      return [text.slice(0, cut), text.slice(Math.max(0, cut - back))];
    });
}
