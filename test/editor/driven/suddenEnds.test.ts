import assert from 'node:assert/strict';
import { SeededRandom } from '../../faults/seededRandom';
import { propertySeed } from '../../unit/propertyRuns';
import { answerMs, endedAnswer, endSuddenly, suddenEnds } from '../suddenEnds';
import { drivenTest } from './drivenTest';

/** Of each; `npm run kills` has as many as one likes. */
const times = 2;

describe('A stream with thinking and tools whose surroundings end', () => {
  const test = drivenTest();
  const random = new SeededRandom(propertySeed);

  for (const end of suddenEnds) {
    it(`is on disk and on screen afterwards: ${end}, ${times} times (T10, T45–T50, T57, T111)`, async () => {
      test.server.use(endedAnswer);
      for (let n = 0; n < times; n++) {
        const prompt = `${end} ${n + 1}`;
        const afterMs = random.integer(0, answerMs);
        const { sent, kept } = await endSuddenly(test.session, test.server, end, afterMs, prompt);
        assert(kept > 0 || sent < 1_000, `of ${sent} units nothing is left`);
      }
      test.panel = await test.session.panel();
    });
  }
});
