import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { readIfThere, startEditor } from '../editor/editorSession';
import { outRoot, repositoryRoot } from '../editor/provision/paths';
import type { ActivationReport } from './activationProbe';
import type { BenchRow } from './benchRow';

const windows = 3;
/** How long one window may take, in ms: a bound against hanging. */
const patienceMs = 60_000;

/** What activation costs in a real VS Code, against an extension that does nothing, and which code it loads. */
export async function benchActivation(): Promise<BenchRow[]> {
  const probe = path.join(outRoot, 'activationProbe.js');
  await build({
    entryPoints: [path.join(repositoryRoot, 'test', 'bench', 'activationProbe.ts')],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['vscode'],
    outfile: probe,
    logLevel: 'warning',
  });
  const reports: ActivationReport[] = [];
  for (let i = 0; i < windows; i++) reports.push(await measure(probe));
  const floor = median(reports.map((report) => report.floorMs));
  const caudal = median(reports.map((report) => report.caudalMs));
  const loaded = [...new Set(reports.flatMap((report) => report.loaded))];
  const sizes = await Promise.all(loaded.map((file) => sizeOf(file)));
  const left = ['dist/anthropicTransport.js', 'dist/view.js'].filter(
    (file) => !loaded.includes(file),
  );
  return [
    {
      what: 'activation (median of 3 windows)',
      value: `${caudal.toFixed(1)} ms`,
      floor: `${floor.toFixed(1)} ms`,
      ratio: caudal / floor,
    },
    {
      what: 'code loaded at activation',
      value: `${loaded.join(', ')} (${kB(sizes.reduce((a, b) => a + b, 0))})`,
    },
    {
      what: 'code left for later',
      value: (
        await Promise.all(left.map(async (file) => `${file} (${kB(await sizeOf(file))})`))
      ).join(', '),
    },
  ];
}

async function measure(testsPath: string): Promise<ActivationReport> {
  const folder = await mkdtemp(path.join(tmpdir(), 'caudal-bench-'));
  const results = path.join(folder, 'report.json');
  const session = await startEditor({
    testsPath,
    companions: [path.join(repositoryRoot, 'test', 'bench', 'caudal-floor')],
    env: { CAUDAL_TEST_RESULTS: results },
  });
  try {
    for (const until = Date.now() + patienceMs; ;) {
      if (Date.now() > until) throw new Error(`No report came. The server said:\n${session.log}`);
      const text = await readIfThere(results);
      if (text !== undefined) return JSON.parse(text) as ActivationReport;
      await session.page.waitForTimeout(100);
    }
  } finally {
    await session.dispose();
    await rm(folder, { recursive: true, force: true });
  }
}

async function sizeOf(file: string): Promise<number> {
  return (await stat(path.join(repositoryRoot, file))).size;
}

function kB(bytes: number): string {
  return `${Math.round(bytes / 1000)} kB`;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
