import { parseArgs } from 'node:util';
import { SeededRandom } from '../faults/seededRandom';
import { MessagesServer } from '../server/messagesServer';
import { startEditor } from './editorSession';
import { answerMs, endedAnswer, endSuddenly, suddenEnds, type EndOutcome } from './suddenEnds';

/** `npm run kills -- --times 200 --seed 1`: ends host, tab and window in mid-stream, in a real VS Code. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      times: { type: 'string', default: '200' },
      seed: { type: 'string', default: '1' },
      end: { type: 'string' },
    },
  });
  const random = new SeededRandom(Number(values.seed));
  const server = await MessagesServer.start({ scenario: endedAnswer, apiKey: 'right' });
  const violations: string[] = [];
  console.log('| what ends | times | interrupted | complete | oldest text at risk, p50 | max |');
  console.log('| --- | ---: | ---: | ---: | ---: | ---: |');
  for (const end of suddenEnds.filter((each) => each === (values.end ?? each))) {
    const outcomes: EndOutcome[] = [];
    // A window that has been ended often is slow to come back: a new one now and then.
    for (let n = 0; n < Number(values.times);) {
      const session = await startEditor({
        env: { ANTHROPIC_API_KEY: 'right', ANTHROPIC_BASE_URL: server.url },
      });
      try {
        await session.openPanel();
        for (let m = 0; m < 25 && n < Number(values.times); m++, n++) {
          const afterMs = random.integer(0, answerMs);
          const prompt = `${end} ${n + 1}`;
          outcomes.push(await endSuddenly(session, server, end, afterMs, prompt));
        }
      } catch (error) {
        violations.push(`${end} ${++n}: ${error instanceof Error ? error.message : String(error)}`);
      } finally {
        await session.dispose();
      }
    }
    const count = (...kinds: string[]): number =>
      outcomes.filter(({ status }) => kinds.includes(status)).length;
    const risks = outcomes.map(({ atRiskMs }) => atRiskMs).sort((a, b) => a - b);
    const cells = [
      end,
      outcomes.length,
      count('interrupted', 'failed'),
      count('complete'),
      `${Math.round(risks[Math.floor(risks.length / 2)] ?? 0)} ms`,
      `${Math.round(risks.at(-1) ?? 0)} ms`,
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
  console.log(`${violations.length} violations`);
  for (const violation of violations) console.log(violation);
  await server.close();
  process.exitCode = violations.length === 0 ? 0 : 1;
}

void main();
