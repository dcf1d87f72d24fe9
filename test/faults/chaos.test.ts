import assert from 'node:assert/strict';
import { chaosRun } from './chaosRun';

/** `npm run chaos -- --turns N --seed S` runs more. */
const turns = 500;
const seed = 20_261_122;

describe('chaos', function () {
  // A guard against hanging for ever on a busy machine, not a measurement.
  this.timeout(600_000);

  it(`keeps every promise through ${turns} turns of random faults and cancels`, async () => {
    const { violations, ...figures } = await chaosRun(turns, seed);
    assert.deepEqual(violations, []);
    assert.equal(figures.turns, turns);
    assert(figures.stopped > 0 && figures.resumed > turns / 10);
  });
});
