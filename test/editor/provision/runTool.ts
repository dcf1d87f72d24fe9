import { spawn } from 'node:child_process';

export interface ToolRun {
  /** Working directory. */
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Runs a command to its end and gives its standard output.
 * Throws an `Error` with the command and the end of its output when it cannot start or exits non-zero.
 */
export function runTool(
  command: string,
  args: readonly string[],
  { cwd, env }: ToolRun = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let everything = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      everything += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      everything += text;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(stdout);
      else
        reject(
          new Error(
            `${command} ${args.join(' ')} exited with ${code ?? 'a signal'}:\n${everything.slice(-2000)}`,
          ),
        );
    });
  });
}

/** Runs npm: the one that runs us, when there is one, else the one on the PATH. */
export function runNpm(args: readonly string[], cwd: string): Promise<string> {
  const npmCli = process.env['npm_execpath'];
  // An outer npm hands its own settings down as npm_*: they are about the repository, not about the folder meant here.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^npm_(package|lifecycle|config_(local_prefix|prefix))/i.test(name),
    ),
  );
  return npmCli?.endsWith('npm-cli.js') === true
    ? runTool(process.execPath, [npmCli, ...args], { cwd, env })
    : process.platform === 'win32'
      ? runTool('cmd.exe', ['/c', 'npm', ...args], { cwd, env })
      : runTool('npm', args, { cwd, env });
}
