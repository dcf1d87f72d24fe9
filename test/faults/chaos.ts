import { parseArgs } from 'node:util';
import { chaosRun } from './chaosRun';

/** `npm run chaos -- --turns 5000 --seed 1`: random faults and cancels; fails where a promise is broken. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      turns: { type: 'string', default: '5000' },
      seed: { type: 'string', default: '1' },
    },
  });
  const { violations, faults, ...figures } = await chaosRun(
    Number(values.turns),
    Number(values.seed),
  );
  const rows = Object.entries({
    turns: figures.turns,
    complete: figures.complete,
    'stopped by the person': figures.stopped,
    'went on after a cut': figures.resumed,
    requests: figures.requests,
    ...faults,
    violations: violations.length,
  });
  console.log('| | |\n| --- | ---: |');
  for (const [name, value] of rows) console.log(`| ${name} | ${value} |`);
  for (const violation of violations.slice(0, 50)) console.log(violation);
  process.exitCode = violations.length === 0 ? 0 : 1;
}

void main();
