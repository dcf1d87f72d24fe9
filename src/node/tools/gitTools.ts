import { execFile } from 'node:child_process';
import { stringMember, type JsonObject } from '../../core/json';
import { ToolRefusal, type Tool, type ToolCall } from '../../core/tool';
import { inputSchema, integerOr, isOn, told } from '../../core/toolInput';
import { isSecretPath } from '../../core/secretName';
import { folderSubject, foldersOf } from './findTools';
import type { WorkspacePaths } from './workspacePaths';

const maxChars = 60_000;

/**
 * What a repository's own configuration could have git start. Looking is free of a question, so it must start nothing.
 * https://git-scm.com/docs/git-config
 */
const inert = [
  ...['--no-pager', '-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null'],
  ...['-c', 'diff.external=', '-c', 'log.showSignature=false', '-c', 'core.quotePath=false'],
];

/** The tools that look at what git knows. Nothing is changed; no shell is used, and `--` stands before names. */
export function gitTools(paths: WorkspacePaths): readonly Tool[] {
  return [
    {
      name: 'git_diff',
      description:
        'Shows what is changed since the last commit, or since another commit or branch; staged_only shows what is staged.',
      inputSchema: inputSchema(
        {
          path: { type: 'string', description: 'A file or folder. Default: the workspace.' },
          since: { type: 'string', description: 'A commit, branch or tag. Default HEAD.' },
          staged_only: { type: 'boolean' },
        },
        [],
      ),
      effect: 'read',
      hasLongInput: false,
      subject: (input) => folderSubject(paths, input),
      run: async (input, call) => {
        const staged = isOn(input, 'staged_only') ? ['--cached'] : [];
        const options = ['--no-ext-diff', '--no-textconv', '--no-color', '--submodule=short'];
        const args = ['diff', ...options, ...staged, revision(input, 'since') ?? 'HEAD'];
        return told(await gitIn(paths, input, args, call, 'Nothing is changed.'));
      },
    },
    {
      name: 'git_log',
      description: 'Shows the last commits, newest first: hash, date, author, subject.',
      inputSchema: inputSchema(
        {
          path: { type: 'string', description: 'Only commits that changed this file or folder.' },
          from: { type: 'string', description: 'A commit, branch or tag. Default HEAD.' },
          limit: { type: 'integer', description: '1 to 200. Default 20.' },
        },
        [],
      ),
      effect: 'read',
      hasLongInput: false,
      subject: (input) => folderSubject(paths, input),
      run: async (input, call) => {
        const limit = integerOr(input, 'limit', { missing: 20, least: 1, most: 200 });
        const format = '--format=%h %ad %an: %s';
        const from = revision(input, 'from') ?? 'HEAD';
        const args = ['log', `--max-count=${limit}`, '--date=short', '--no-color', format, from];
        return told(await gitIn(paths, input, args, call, 'There are no commits.'));
      },
    },
  ];
}

/** @throws ToolRefusal where git would take it for an option. */
function revision(input: JsonObject, name: string): string | undefined {
  const value = stringMember(input, name);
  if (value === undefined || value === '') return undefined;
  if (!/^[\w@^~./{}-]{1,200}$/.test(value) || value.startsWith('-')) {
    throw new ToolRefusal(`"${name}" is no commit, branch or tag.`);
  }
  return value;
}

async function gitIn(
  paths: WorkspacePaths,
  input: JsonObject,
  args: readonly string[],
  { signal }: ToolCall,
  nothing: string,
): Promise<string> {
  const outputs: string[] = [];
  for (const place of await foldersOf(paths, input)) {
    const root = place.folder;
    if (root === undefined) throw new ToolRefusal('This is outside the workspace.');
    // Names with keys are left out unless one was asked for, and so asked about.
    const secrets = place.isSecret ? [] : await secretsChanged(root, args, signal);
    const pathspecs = [
      `:(literal)${place.absolute}`,
      ...secrets.map((name) => `:(top,exclude,literal)${name}`),
    ];
    const output = await git(root, [...args, '--', ...pathspecs], signal);
    const remark =
      secrets.length === 0 ? '' : `\n[not shown, since it holds keys: ${secrets.join(', ')}]`;
    outputs.push(output.trimEnd() + remark);
  }
  const all = outputs.filter((output) => output !== '').join('\n');
  if (all === '') return nothing;
  return all.length <= maxChars
    ? all
    : `${all.slice(0, maxChars)}\n[${all.length - maxChars} characters more: ask about a file or folder]`;
}

async function secretsChanged(
  root: string,
  [command, ...rest]: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (command !== 'diff') return [];
  const names = await git(root, ['diff', '--name-only', '-z', ...rest], signal);
  return names.split('\0').filter((name) => name !== '' && isSecretPath(name));
}

function git(cwd: string, args: readonly string[], signal: AbortSignal): Promise<string> {
  const env = { ...process.env, GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0' };
  const options = { cwd, env, signal, maxBuffer: 64 * 1024 * 1024, windowsHide: true };
  return new Promise((resolve, reject) => {
    execFile('git', [...inert, ...args], options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else if (signal.aborted) reject(new Error('git was stopped', { cause: error }));
      else reject(new ToolRefusal(stderr.trim().slice(0, 1000) || `git: ${error.message}`));
    });
  });
}
