import { spawn } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import path from 'node:path';
import { runInHost } from './editor/runInHost';
import { editorVersions } from './editor/provision/editorVersion';
import { repositoryRoot } from './editor/provision/paths';

/** What a stage came to, in tests. */
interface Tally {
  readonly passed: number;
  readonly failed: number;
}

interface Stage {
  readonly name: string;
  readonly run: (grep: string | undefined) => Promise<Tally>;
}

const layers = ['src/core', 'src/protocol', 'src/node', 'src/host', 'media', 'test'];
const bin = (name: string): string => path.join(repositoryRoot, 'node_modules', name);

const stages: readonly Stage[] = [
  {
    name: 'types',
    run: () => all(layers.map((layer) => [bin('typescript/bin/tsc'), '-p', layer])),
  },
  {
    name: 'style',
    run: () =>
      all([
        [bin('eslint/bin/eslint.js'), '-c', '.eslint.config.mjs', '.', '--max-warnings', '0'],
        [bin('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'],
      ]),
  },
  { name: 'build', run: () => all([['esbuild.mjs']]) },
  {
    name: 'unit',
    run: (grep) => mocha(['test/unit/**/*.test.ts', 'test/markdown/**/*.test.ts'], grep),
  },
  { name: 'faults', run: (grep) => mocha(['test/faults/**/*.test.ts'], grep) },
  { name: 'adapter', run: (grep) => mocha(['test/adapter/**/*.test.ts'], grep) },
  { name: 'view', run: (grep) => mocha(['test/view/**/*.test.ts'], grep, 1) },
  ...editorVersions.map((version) => ({
    name: `in-host ${version}`,
    run: async (grep: string | undefined): Promise<Tally> => {
      const report = await runInHost(version, grep);
      console.log(report.lines.map((line) => `  ${line}`).join('\n'));
      for (const { title, message } of report.failures) console.log(`\n  ${title}\n${message}`);
      return report;
    },
  })),
  { name: 'driven', run: (grep) => mocha(['test/editor/driven/**/*.test.ts'], grep, 2) },
  { name: 'package', run: (grep) => mocha(['test/package/**/*.test.ts'], grep) },
];

/**
 * `npm test`: every stage, whatever became of the one before it; the last line is `N passed, N failed`.
 * `--only unit` runs the stages whose name begins so, `--grep text` the tests whose title has it.
 */
async function main(): Promise<void> {
  const option = (name: string): string | undefined => {
    const at = process.argv.indexOf(name);
    return at === -1 ? undefined : process.argv[at + 1];
  };
  const only = option('--only') ?? '';
  const total = { passed: 0, failed: 0 };
  const summary: string[] = [];
  for (const stage of stages.filter(({ name }) => name.startsWith(only) || name === 'build')) {
    console.log(`\n── ${stage.name}`);
    const startedAt = performance.now();
    const tally = await stage.run(option('--grep')).catch((error: unknown): Tally => {
      console.log(error instanceof Error ? error.stack : error);
      return { passed: 0, failed: 1 };
    });
    total.passed += tally.passed;
    total.failed += tally.failed;
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
    const figures = `${tally.passed} passed, ${tally.failed} failed`;
    summary.push(`${stage.name.padEnd(16)} ${figures.padEnd(24)} ${seconds} s`);
  }
  console.log(`\n${summary.join('\n')}\n`);
  process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
  console.log(`${total.passed} passed, ${total.failed} failed`);
}

/** Each command counts as one test. */
async function all(commands: readonly (readonly string[])[]): Promise<Tally> {
  const tally = { passed: 0, failed: 0 };
  for (const [script, ...args] of commands) {
    const { code } = await node([script ?? '', ...args]);
    if (code === 0) tally.passed++;
    else tally.failed++;
  }
  return tally;
}

/** @param retries for suites that need a window, which a busy machine may starve for a moment. */
async function mocha(
  files: readonly string[],
  grep: string | undefined,
  retries = 0,
): Promise<Tally> {
  const { code, output } = await node([
    '--import',
    'tsx',
    bin('mocha/bin/mocha.js'),
    '--exit',
    '--no-color',
    '--timeout',
    '120000',
    '--retries',
    String(retries),
    ...(grep === undefined ? [] : ['--grep', grep]),
    ...files,
  ]);
  const count = (word: string): number =>
    Number(new RegExp(`^\\s*(\\d+) ${word}`, 'm').exec(output)?.[1] ?? 0);
  const failed = count('failing');
  // A run that broke before its first test has no count of its own.
  return { passed: count('passing'), failed: code !== 0 && failed === 0 ? 1 : failed };
}

/** Runs a script with this Node, its output shown as it comes. */
function node(args: readonly string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: repositoryRoot,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, FORCE_COLOR: '0' },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        process.stdout.write(text);
      });
    }
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}

void main();
