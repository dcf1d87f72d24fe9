import { rename, writeFile } from 'node:fs/promises';
import Mocha from 'mocha';

/** What the suites in the extension host came to. */
export interface HostReport {
  readonly passed: number;
  readonly failed: number;
  /** One line per test, as a person reads it. */
  readonly lines: readonly string[];
  readonly failures: readonly { readonly title: string; readonly message: string }[];
}

/** Runs inside the extension host: every suite, then writes the report where the runner looks for it. */
export async function runSuites(suites: readonly (() => Promise<unknown>)[]): Promise<void> {
  const grep = process.env['CAUDAL_TEST_GREP'];
  const mocha = new Mocha({
    ui: 'bdd',
    timeout: 60_000,
    // A window that another program starved for a moment is asked once more.
    retries: 2,
    reporter: function quiet() {} as never,
    ...(grep === undefined ? {} : { grep }),
  });
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  for (const load of suites) await load();
  const report = await new Promise<HostReport>((resolve) => {
    const lines: string[] = [];
    const failures: { title: string; message: string }[] = [];
    let passed = 0;
    mocha
      .run(() => resolve({ passed, failed: failures.length, lines, failures }))
      .on('pass', (test: Mocha.Test) => {
        passed++;
        lines.push(`✔ ${test.fullTitle()}`);
      })
      .on('fail', (test: Mocha.Runnable, error: unknown) => {
        const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
        failures.push({ title: test.fullTitle(), message });
        lines.push(`✗ ${test.fullTitle()}`);
      });
  });
  const file = process.env['CAUDAL_TEST_RESULTS'];
  if (file === undefined) throw new Error('CAUDAL_TEST_RESULTS says where the results go');
  // By rename, so that the reader never meets half of it.
  await writeFile(`${file}.part`, JSON.stringify(report));
  await rename(`${file}.part`, file);
}
