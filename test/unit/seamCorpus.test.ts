import assert from 'node:assert/strict';
import fc from 'fast-check';
import { SeamJoiner } from '../../src/core/seam';
import { propertySeed } from './propertyRuns';
import {
  corpus,
  cutOffsets,
  fenceAt,
  isAmbiguous,
  isTelling,
  joinCase,
  lastWordsStart,
  preambles,
  restartAt,
  restartKinds,
  rewritings,
  wordStarts,
  type SeamCase,
} from './seamCases';

/**
 * How often the joined text is the document, for cuts all over a corpus. `CAUDAL_SEAM=full` tries every offset with
 * every number of repeated words (40 minutes); without it a seeded sample stands for them.
 */
const isFull = process.env['CAUDAL_SEAM'] === 'full';
const mostWords = 40;

interface Score {
  tried: number;
  right: number;
  /** Wrong, and the text alone cannot say what is right: see `isAmbiguous`. */
  ambiguous: number;
}

class Table {
  private readonly scores = new Map<string, Score>();
  private readonly firstWrong = new Map<string, string>();

  /** @param name Class of cases; repetitions that say too little to prove anything are a class of their own. */
  add(name: string, seam: SeamCase): void {
    const isThin = seam.repeated !== '' && !isTelling(seam.repeated);
    const row = isThin ? `${name} (says little)` : name;
    const score = this.scores.get(row) ?? { tried: 0, right: 0, ambiguous: 0 };
    this.scores.set(row, score);
    score.tried++;
    const got = joinCase(seam);
    if (got === seam.whole) score.right++;
    else if (isAmbiguous(seam)) score.ambiguous++;
    else if (!this.firstWrong.has(row)) {
      const at = seam.kept.length;
      this.firstWrong.set(
        row,
        `${JSON.stringify(seam.kept.slice(-60))} + ${JSON.stringify(seam.continuation.slice(0, 120))}` +
          ` gave ${JSON.stringify(got.slice(at, at + 80))}`,
      );
    }
  }

  /** Share of the cases that can be decided. */
  accuracy(row: string): number {
    const { tried, right, ambiguous } = this.scores.get(row) ?? {
      tried: 0,
      right: 0,
      ambiguous: 0,
    };
    return tried === ambiguous ? NaN : right / (tried - ambiguous);
  }

  assertAllRight(...rows: string[]): void {
    for (const row of rows) {
      assert.equal(this.accuracy(row), 1, `${row}: ${this.firstWrong.get(row) ?? 'never tried'}`);
    }
  }

  assertAtLeast(row: string, floor: number): void {
    const accuracy = this.accuracy(row);
    assert.ok(accuracy >= floor, `${row}: ${accuracy}, ${this.firstWrong.get(row) ?? ''}`);
  }

  print(): void {
    const width = Math.max(...[...this.scores.keys()].map((row) => row.length));
    for (const [row, { tried, right, ambiguous }] of this.scores) {
      const percent = `${(this.accuracy(row) * 100).toFixed(2)} %`;
      console.log(
        `      ${row.padEnd(width)} ${percent.padStart(9)}  ${right} of ${tried}` +
          (ambiguous > 0 ? `, ${ambiguous} ambiguous` : ''),
      );
    }
  }
}

interface Cut {
  readonly text: string;
  readonly at: number;
  readonly kept: string;
  readonly rest: string;
  readonly starts: readonly number[];
}

/** Cuts of all documents: every one, or a seeded choice. */
function cuts(sampled?: number): Cut[] {
  const all = corpus.flatMap(({ text }) => {
    const starts = wordStarts(text);
    return cutOffsets(text).map((at) => ({ text, at, starts }));
  });
  const chosen =
    sampled === undefined || isFull
      ? all
      : fc.sample(fc.constantFrom(...all), { numRuns: sampled, seed: propertySeed });
  return chosen.map((cut) => ({
    ...cut,
    kept: cut.text.slice(0, cut.at),
    rest: cut.text.slice(cut.at),
  }));
}

/** The numbers of repeated words to try at a cut. */
function counts(index: number): number[] {
  return isFull
    ? Array.from({ length: mostWords }, (_, i) => i + 1)
    : [1 + (index % 2), 3 + (index % 7), 10 + (index % (mostWords - 9))];
}

function countClass(count: number): string {
  if (count < 3) return count === 1 ? '1 word' : '2 words';
  return count < 10 ? '3–9 words' : '10–40 words';
}

describe('SeamJoiner on the corpus', function () {
  this.timeout(isFull ? 0 : 120_000);

  it('has at least 20 documents', () => {
    assert.ok(corpus.length >= 20);
  });

  it('takes nothing off an exact continuation, wherever the cut (T54)', () => {
    const table = new Table();
    for (const { text, kept, rest } of cuts(12_000)) {
      table.add('exact', { kept, continuation: rest, whole: text, repeated: '' });
    }
    table.print();
    table.assertAllRight('exact');
  });

  it('takes off repeated words, verbatim and with other white space (T54)', () => {
    const table = new Table();
    for (const [index, { text, at, kept, rest, starts }] of cuts(3_000).entries()) {
      for (const count of counts(index)) {
        const repeated = kept.slice(lastWordsStart(starts, at, count));
        const plain = repeated + rest;
        const seam = { kept, whole: text, repeated, plain };
        table.add(`${countClass(count)}, verbatim`, { ...seam, continuation: plain });
        const written = new Set([repeated]);
        for (const { name, rewrite } of isFull ? rewritings : [rewritings[index % 6]!]) {
          const again = rewrite(repeated);
          if (written.has(again)) continue;
          written.add(again);
          const row = count < 3 ? '1–2 words' : '3–40 words';
          table.add(`${row}, ${name}`, { ...seam, continuation: again + rest });
        }
      }
    }
    table.print();
    table.assertAllRight('3–9 words, verbatim', '10–40 words, verbatim');
    for (const { name } of rewritings) table.assertAllRight(`3–40 words, ${name}`);
    table.assertAtLeast('1 word, verbatim (says little)', 0.3);
    table.assertAtLeast('2 words, verbatim (says little)', 0.5);
  });

  it('takes off a restart of the sentence, line, paragraph or code block (T54)', () => {
    const table = new Table();
    for (const { text, at, kept } of cuts(2_000)) {
      for (const kind of restartKinds) {
        const start = restartAt(kind, text, at);
        if (start === undefined) continue;
        const repeated = kept.slice(start);
        table.add(kind, { kept, continuation: text.slice(start), whole: text, repeated });
      }
    }
    table.print();
    table.assertAllRight(...restartKinds);
    for (const kind of restartKinds) table.assertAtLeast(`${kind} (says little)`, 0.4);
  });

  it('takes off what stands before a repetition: space, a capital, dots, words', () => {
    const table = new Table();
    for (const [index, { text, at, kept, rest, starts }] of cuts(1_000).entries()) {
      const repeated = kept.slice(lastWordsStart(starts, at, 3 + (index % 12)));
      const plain = repeated + rest;
      const seam = { kept, whole: text, repeated, plain };
      const preamble = preambles[index % preambles.length]!;
      table.add('space', { ...seam, continuation: ` ${plain}` });
      table.add('empty line', { ...seam, continuation: `\n\n${plain}` });
      table.add('dots', { ...seam, continuation: `...${plain}` });
      table.add('"Sure!"', { ...seam, continuation: `Sure! ${plain}` });
      table.add('preamble', { ...seam, continuation: `${preamble} ${plain}` });
      table.add('preamble, empty line', { ...seam, continuation: `${preamble}\n\n${plain}` });
      if (/^\p{Ll}/u.test(repeated) && fenceAt(text, at) === undefined) {
        const capital = plain.charAt(0).toUpperCase() + plain.slice(1);
        table.add('capital', { ...seam, continuation: capital });
      }
    }
    table.print();
    table.assertAllRight('space', 'dots', '"Sure!"', 'preamble');
    // Of every offset, 17 in 22,556 are missed: an empty line inside of code that repeats what stands before the fence.
    table.assertAtLeast('empty line', 0.999);
    table.assertAllRight('preamble, empty line', 'capital');
  });

  it('takes off words about continuing that have a line of their own', () => {
    const table = new Table();
    for (const [index, { text, kept, rest }] of cuts(3_000).entries()) {
      const preamble = preambles[index % preambles.length]!;
      const seam = { kept, whole: text, repeated: '', plain: rest };
      table.add('preamble, empty line, exact', { ...seam, continuation: `${preamble}\n\n${rest}` });
      // Where the text itself goes on with a line's end, nobody can say whose it is.
      if (/^\s/.test(rest)) continue;
      table.add('preamble, line, exact', { ...seam, continuation: `${preamble}\n${rest}` });
    }
    table.print();
    table.assertAllRight('preamble, empty line, exact', 'preamble, line, exact');
  });

  it('takes off a code fence that is opened again', () => {
    const table = new Table();
    for (const [index, { text, at, kept, rest, starts }] of cuts(4_000).entries()) {
      const fence = fenceAt(text, at)?.line;
      if (fence === undefined) continue;
      const hasLanguage = /[^`~]/.test(fence);
      const named = hasLanguage ? '' : ', no language';
      const seam = { kept, whole: text, repeated: '', plain: rest };
      table.add(`fence${named}, exact`, { ...seam, continuation: `${fence}\n${rest}` });
      if (hasLanguage) {
        const preamble = 'Continuing the code:\n\n';
        table.add('preamble, fence, exact', {
          ...seam,
          continuation: preamble + fence + '\n' + rest,
        });
      }
      for (const start of [
        restartAt('line', text, at),
        lastWordsStart(starts, at, 3 + (index % 9)),
      ]) {
        if (start === undefined) continue;
        const repeated = kept.slice(start);
        const again = { ...seam, repeated, plain: text.slice(start) };
        table.add(`fence${named}, repetition`, {
          ...again,
          continuation: `${fence}\n${again.plain}`,
        });
      }
    }
    table.print();
    table.assertAllRight('fence, exact', 'preamble, fence, exact', 'fence, repetition');
    table.assertAllRight('fence, no language, repetition');
  });

  it('takes off the restart of a sentence in slightly other words', () => {
    const table = new Table();
    for (const { text, at, kept, rest } of cuts(6_000)) {
      const start = restartAt('sentence', text, at);
      const sentence = kept.slice(start ?? at);
      const isProse = !/[|*`#$\d]/.test(sentence) && !/[.!?]["”»)]*\s*$/.test(sentence);
      const words = sentence.split(/(\s+)/);
      const other = 4 + 2 * (at % 4);
      if (!isProse || words.length < 22 || !/^\p{L}+$/u.test(words[other] ?? '')) continue;
      words[other] = 'altogether';
      const continuation = words.join('') + rest;
      table.add('other word', { kept, continuation, whole: text, repeated: sentence });
    }
    table.print();
    table.assertAtLeast('other word', 0.96);
  });

  it('adds no white space twice that the model was not sent, and no half character (T95)', () => {
    const table = new Table();
    for (const { text, at, kept, rest } of cuts()) {
      const unsentLength = kept.length - kept.trimEnd().length;
      if (unsentLength === 0 || unsentLength === kept.length) continue;
      const seam = { kept, whole: text, repeated: '', unsentLength };
      table.add('unsent space comes', { ...seam, continuation: text.slice(at - unsentLength) });
      if (!/^\s/.test(rest)) table.add('unsent space stays away', { ...seam, continuation: rest });
    }
    for (const { text } of corpus) {
      for (const { index } of text.matchAll(/[\uD800-\uDBFF][\uDC00-\uDFFF]/g)) {
        const kept = text.slice(0, index + 1);
        const seam = { kept, whole: text, repeated: '' };
        table.add('half character', { ...seam, continuation: text.slice(index + 1) });
        table.add('whole character', { ...seam, continuation: text.slice(index), unsentLength: 1 });
      }
    }
    table.print();
    table.assertAllRight('unsent space comes', 'unsent space stays away');
    table.assertAllRight('half character', 'whole character');
  });

  it('puts in white space that must be there', () => {
    const table = new Table();
    for (const { text, at, kept, rest } of cuts()) {
      if (/\s$/.test(kept) || !/^\s/.test(rest) || fenceAt(text, at) !== undefined) continue;
      const continuation = rest.trimStart();
      const seam = { kept, continuation, whole: text, repeated: '' };
      const space = rest.slice(0, rest.length - continuation.length);
      const isSentence = /\p{Ll}[.!?]["”»)]*$/u.test(kept) && /^\p{Lu}/u.test(continuation);
      if (space === ' ' && isSentence) table.add('between sentences', seam);
      if (space !== ' ' && /^[-*+|] |^\d+\. /.test(continuation)) table.add('before a line', seam);
    }
    table.print();
    table.assertAtLeast('between sentences', 0.85);
  });

  it('shows an exact continuation after a few characters', () => {
    const held = cuts(2_000).map(({ kept, rest }) => {
      const joiner = new SeamJoiner(kept);
      for (let i = 0; i < rest.length; i++) if (joiner.push(rest.charAt(i)) !== '') return i + 1;
      return rest.length;
    });
    held.sort((a, b) => a - b);
    const [median, most] = [0.5, 0.99].map((share) => held[Math.floor(held.length * share)]!);
    console.log(`      held back: median ${median}, 99 % at most ${most} characters`);
    assert.ok(median! <= 5);
    assert.ok(most! <= 60);
  });
});
