import { rename, writeFile } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import * as vscode from 'vscode';

/** What one window says about activation. Times in ms. */
export interface ActivationReport {
  readonly floorMs: number;
  readonly caudalMs: number;
  /** Files of Caudal that the host has loaded. */
  readonly loaded: readonly string[];
}

/** Runs inside the extension host, in place of suites. */
export async function run(): Promise<void> {
  // The floor goes first: whatever the host does once at the first activation is not laid at Caudal's door.
  const floorMs = await activate('caudal-test.caudal-floor');
  const caudalMs = await activate('caudal.caudal');
  const root = vscode.extensions.getExtension('caudal.caudal')?.extensionPath ?? '';
  const loaded = Object.keys(require.cache)
    .filter((file) => file.startsWith(`${root}/dist/`))
    .map((file) => file.slice(root.length + 1));
  const report: ActivationReport = { floorMs, caudalMs, loaded };
  const file = process.env['CAUDAL_TEST_RESULTS'] ?? '';
  await writeFile(`${file}.part`, JSON.stringify(report));
  await rename(`${file}.part`, file);
}

async function activate(id: string): Promise<number> {
  const extension = vscode.extensions.getExtension(id);
  if (extension === undefined) throw new Error(`${id} is not there`);
  const startedAt = performance.now();
  await extension.activate();
  return performance.now() - startedAt;
}
