import path from 'node:path';
import { parseArgs } from 'node:util';
import { repositoryRoot } from '../editor/provision/paths';
import { runTool } from '../editor/provision/runTool';
import { benchActivation } from './activation.bench';
import type { BenchRow } from './benchRow';
import { benchHostileTexts } from './hostile.bench';
import { benchOpening } from './opening.bench';
import { benchStop } from './stop.bench';
import { benchStreams } from './stream.bench';

/**
 * `npm run bench [-- --bench activation|stop|hostile|opening|streams] [--runs 3] [--only "20 kB"]`: every figure beside a floor that is
 * measured in the same run.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      bench: { type: 'string' },
      runs: { type: 'string', default: '3' },
      only: { type: 'string' },
    },
  });
  const benches: Readonly<Record<string, () => Promise<BenchRow[]>>> = {
    activation: benchActivation,
    stop: benchStop,
    hostile: benchHostileTexts,
    opening: benchOpening,
    streams: () =>
      benchStreams({
        runs: Number(values.runs),
        only: values.only,
        report: (line) => console.error(line),
      }),
  };
  await runTool(process.execPath, [path.join(repositoryRoot, 'esbuild.mjs'), '--production'], {
    cwd: repositoryRoot,
  });
  const rows: BenchRow[] = [];
  for (const [name, bench] of Object.entries(benches)) {
    if (values.bench === undefined || values.bench === name) rows.push(...(await bench()));
  }
  console.log('| what | Caudal | floor | ratio |\n| --- | --- | --- | --- |');
  for (const { what, value, floor, ratio } of rows) {
    console.log(`| ${what} | ${value} | ${floor ?? ''} | ${ratio?.toFixed(2) ?? ''} |`);
  }
}

void main();
