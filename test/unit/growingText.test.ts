import assert from 'node:assert/strict';
import fc from 'fast-check';
import { GrowingText } from '../../src/core/growingText';
import { checkProperty, propertyTimeout } from './propertyRuns';

/** Longer than a few of the pieces the text is kept in. */
const long = 'abcdefghij'.repeat(5_000);

describe('GrowingText', function () {
  this.timeout(propertyTimeout);

  it('is the text that was appended', () => {
    const text = new GrowingText('a');
    text.append('');
    text.append('b😀');
    assert.equal(text.toString(), 'ab😀');
    assert.equal(text.length, 4);
  });

  it('gives any slice, and clamps offsets that lie outside', () => {
    const text = new GrowingText('hello');
    assert.equal(text.slice(1, 3), 'el');
    assert.equal(text.slice(3), 'lo');
    assert.equal(text.slice(-3, 2), 'he');
    assert.equal(text.slice(4, 99), 'o');
    assert.equal(text.slice(5), '');
    assert.equal(text.slice(3, 2), '');
    assert.equal(new GrowingText().slice(), '');
  });

  it('slices across the pieces it keeps, as a string does', async () => {
    await checkProperty(
      fc.property(
        fc.array(
          fc.oneof(
            fc.string({ unit: 'binary', maxLength: 5 }),
            fc.nat(40_000).map((n) => long.slice(0, n)),
          ),
          { maxLength: 6 },
        ),
        fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 4 }),
        (parts, ranges) => {
          const text = new GrowingText();
          for (const part of parts) text.append(part);
          const whole = parts.join('');
          assert.equal(text.length, whole.length);
          assert.equal(text.toString(), whole);
          for (const [a, b] of ranges) {
            const from = a % (whole.length + 1);
            const to = b % (whole.length + 1);
            assert.equal(text.slice(from, to), from < to ? whole.slice(from, to) : '');
          }
        },
      ),
      40,
    );
  });

  it('slices at every offset around the ends of its pieces', () => {
    const text = new GrowingText();
    for (let i = 0; i < long.length; i += 7) text.append(long.slice(i, i + 7));
    for (let at = 0; at < long.length; at += 499) {
      for (let offset = at; offset < at + 3; offset++) {
        assert.equal(text.slice(offset, offset + 2), long.slice(offset, offset + 2));
      }
    }
  });
});
