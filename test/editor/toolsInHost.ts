import * as vscode from 'vscode';
import type { Tool } from '../../src/core/tool';
import type { TestApi } from '../../src/host/testApi';

const escape = String.fromCharCode(27);

/** What a command would be, without starting one: it shows what it is given, and `sleep` ends only when it is stopped. */
const runCommand: Tool = {
  name: 'run_command',
  description: 'Runs a command',
  inputSchema: {
    type: 'object',
    properties: { command: { type: 'string' } },
    required: ['command'],
  },
  effect: 'execute',
  hasLongInput: false,
  subject: ({ command }) => Promise.resolve({ kind: 'command', command: String(command), cwd: '' }),
  run: ({ command }, { signal, show }) => {
    show(`${escape}[32m${String(command)} is under way${escape}[0m\n`);
    if (command !== 'sleep') {
      return Promise.resolve({ content: [{ kind: 'text', text: 'exit code 0' }], isError: false });
    }
    return new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve({ content: [], isError: true }));
    });
  },
};

/** Gives the extension of this host a tool, and leaves the window to the test that drives it. */
export async function run(): Promise<void> {
  const extension = vscode.extensions.getExtension<TestApi>('caudal.caudal');
  const api = await extension?.activate();
  api?.tools.push(runCommand);
  // For as long as the window is there.
  return new Promise(() => undefined);
}
