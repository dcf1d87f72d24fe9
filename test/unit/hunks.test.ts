import assert from 'node:assert/strict';
import fc from 'fast-check';
import { acceptHunks, hunksBetween } from '../../src/core/hunks';

const text = fc
  .array(fc.constantFrom('a', 'b', 'c\r', '', 'long line'), { maxLength: 20 })
  .chain((lines) => fc.constantFrom(lines.join('\n'), `${lines.join('\n')}\n`));
const all = (count: number): ReadonlySet<number> =>
  new Set(Array.from({ length: count }, (_, i) => i));

describe('Hunks', () => {
  it('are what was changed, from the top', () => {
    assert.deepEqual(hunksBetween('a\nb\nc\nd\n', 'a\nB\nc\nd\ne'), [
      { start: 1, removed: ['b\n'], added: ['B\n'] },
      { start: 4, removed: [], added: ['e'] },
    ]);
    assert.deepEqual(hunksBetween('a', 'a'), []);
  });

  it('make one of the texts when all are accepted, the other when none is', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const hunks = hunksBetween(before, after);
        assert.equal(acceptHunks(before, hunks, all(hunks.length)), after);
        assert.equal(acceptHunks(before, hunks, new Set()), before);
      }),
    );
  });

  it('are accepted each by itself, and what is left is the other ones', () => {
    const before = 'a\nb\nc\nd\ne\n';
    const after = 'A\nb\nc\nd\nE\nf\n';
    const hunks = hunksBetween(before, after);
    assert.equal(acceptHunks(before, hunks, new Set([1])), 'a\nb\nc\nd\nE\nf\n');
    assert.equal(acceptHunks(before, hunks, new Set([0])), 'A\nb\nc\nd\ne\n');
    fc.assert(
      fc.property(text, text, fc.nat(), (one, other, pick) => {
        const between = hunksBetween(one, other);
        if (between.length === 0) return;
        const partly = acceptHunks(one, between, new Set([pick % between.length]));
        assert.notEqual(partly, one);
      }),
    );
  });

  it('are one where two large texts have nothing in common', () => {
    const numbers = (from: number): string =>
      Array.from({ length: 10_000 }, (_, index) => `${from + index}\n`).join('');
    assert.equal(hunksBetween(numbers(0), numbers(50_000)).length, 1);
  });
});
