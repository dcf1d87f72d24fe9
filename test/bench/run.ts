import path from 'node:path';
import { repositoryRoot } from '../editor/provision/paths';
import { runTool } from '../editor/provision/runTool';
import { benchActivation } from './activation.bench';
import type { BenchRow } from './benchRow';
import { benchStop } from './stop.bench';

const benches: readonly (() => Promise<BenchRow[]>)[] = [benchActivation, benchStop];

/** `npm run bench`: every figure as a ratio to a floor that is measured in the same run. */
async function main(): Promise<void> {
  await runTool(process.execPath, [path.join(repositoryRoot, 'esbuild.mjs'), '--production'], {
    cwd: repositoryRoot,
  });
  const rows: BenchRow[] = [];
  for (const bench of benches) rows.push(...(await bench()));
  console.log('| what | Caudal | floor | ratio |\n| --- | --- | --- | --- |');
  for (const { what, value, floor, ratio } of rows) {
    console.log(`| ${what} | ${value} | ${floor ?? ''} | ${ratio?.toFixed(2) ?? ''} |`);
  }
}

void main();
