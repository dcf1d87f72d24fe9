import assert from 'node:assert/strict';
import { fillTemplate } from '../../media/fillTemplate';
import { Formats } from '../../media/formats';
import { finalFigures, liveFigures } from '../../media/turnFigures';
import { noUsage } from '../../src/core/tokenUsage';

const english = new Formats('en');
/** Reads better than the spaces that never break. */
function plain(text: string): string {
  return text.replaceAll('\u00a0', ' ');
}

describe('figures of the panel', () => {
  it('writes durations shortly, and never rounds 9.96 s to 10.0 s', () => {
    const written = [
      0, 31.4, 99.9, 812, 9_940, 9_960, 12_412, 59_600, 65_000, 3_599_700, 7_380_000,
    ].map((ms) => plain(english.duration(ms)));
    assert.deepEqual(written, [
      '0 ms',
      '31 ms',
      '100 ms',
      '0.8 s',
      '9.9 s',
      '10 s',
      '12 s',
      '1 min 0 s',
      '1 min 5 s',
      '1 h 0 min',
      '2 h 3 min',
    ]);
    assert.equal(plain(english.duration(-5)), '0 ms');
  });

  it('counts whole seconds up while it ticks', () => {
    assert.equal(plain(english.tickingDuration(3_999)), '3 s');
    assert.equal(plain(english.tickingDuration(59_999)), '59 s');
  });

  it('writes money so that small sums still say something', () => {
    assert.equal(english.dollars(0.01234), '$0.012');
    assert.equal(english.dollars(0.000056), '$0.000056');
    assert.equal(english.dollars(0), '$0.00');
    assert.equal(english.dollars(2.345), '$2.35');
  });

  it('follows the language, and survives one that is none', () => {
    assert.equal(plain(new Formats('es').duration(3_200)), '3,2 s');
    assert.equal(plain(new Formats('not a language!').duration(3_200)), '3.2 s');
  });

  it('puts values where a text wants them, and leaves the rest alone', () => {
    assert.equal(fillTemplate('{0}, lines {1} to {2}', 'a.ts', '1', '2'), 'a.ts, lines 1 to 2');
    assert.equal(fillTemplate('{0} {1}', 'only'), 'only {1}');
    // A value is no template, whatever stands in it.
    assert.equal(fillTemplate('{0}', '$& {0} $1'), '$& {0} $1');
  });

  it('estimates the speed from the text until the server has counted', () => {
    const live = liveFigures({ firstTokenMs: 1_000 }, 3_000, 800);
    assert.equal(live.tokensPerSecond, 100);
    assert.equal(live.isEstimate, true);
    assert.equal(liveFigures({}, 3_000, 800).tokensPerSecond, undefined);
    assert.equal(liveFigures({ firstTokenMs: 2_900 }, 3_000, 800).tokensPerSecond, undefined);
  });

  it('takes the speed from the count of the server, without thinking that nobody saw', () => {
    const meta = {
      firstTokenMs: 1_000,
      endedMs: 3_000,
      usage: { ...noUsage, output: 500, thinking: 300 },
    };
    assert.equal(finalFigures(meta, 4, true).tokensPerSecond, 250);
    assert.equal(finalFigures(meta, 4, false).tokensPerSecond, 100);
    assert.equal(finalFigures(meta, 4, true).isEstimate, false);
    assert.equal(finalFigures({}, 4, true).elapsedMs, undefined);
  });
});
