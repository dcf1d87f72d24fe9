import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Tool } from '../../../src/core/tool';
import type { TurnDocument } from '../../../src/core/turnDocument';
import { messageGroups } from '../../server/contentBlocks';
import { toolCall, type Scenario } from '../../server/scenario';
import { activated, ask, restoreHost, serve, setting, until, untilStatus } from './hostGround';

const ran: string[] = [];

/** A tool that starts nothing, of which everything around it believes that it does. */
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
  run: ({ command }) => {
    ran.push(String(command));
    return Promise.resolve({ content: [{ kind: 'text', text: 'ok' }], isError: false });
  },
};

/** Calls a command, and says that it is done once it is. */
function calls(
  command: string,
): (request: { body: Readonly<Record<string, unknown>> }) => Scenario {
  return ({ body }) => {
    const last = messageGroups(body['messages']).at(-1);
    const isDone = last?.blocks.some(({ block }) => block['type'] === 'tool_result') === true;
    return isDone
      ? { blocks: [{ type: 'text', text: 'Done.' }] }
      : {
          blocks: [toolCall(`toolu_${ran.length}`, 'run_command', JSON.stringify({ command }))],
          stopReason: 'tool_use',
        };
  };
}

function callOf(turn: TurnDocument): string {
  const { status } = turn;
  assert(status.kind === 'awaiting-approval');
  const [question] = status.questions;
  assert(question?.kind === 'call');
  return question.toolUseId;
}

describe('Approval in the editor', () => {
  afterEach(async () => {
    const api = await activated();
    api.tools.splice(api.tools.indexOf(runCommand), 1);
    ran.length = 0;
    const caudal = vscode.workspace.getConfiguration('caudal');
    await caudal.update('tools.rules', undefined, vscode.ConfigurationTarget.Workspace);
    await restoreHost();
  });

  it('run once the person has said so, and their word goes into the workspace’s settings', async () => {
    const api = await activated();
    api.tools.push(runCommand);
    const server = await serve();
    server.use(calls('npm test'));
    await vscode.commands.executeCommand('caudal.newChat');
    const first = ask(api, api.sidebar.conversation, 'Test it');
    await untilStatus(first, 'awaiting-approval');
    assert.deepEqual(ran, []);
    api.chat.decideTool(first.id, callOf(first), 'workspace');
    await untilStatus(first, 'complete');
    assert.deepEqual(ran, ['npm test']);
    assert.equal(first.answerText(), 'Done.');
    const rule = { decision: 'allow', tool: 'run_command', command: 'npm test' };
    await until(
      'the rule',
      () => JSON.stringify(setting('tools.rules')) === JSON.stringify([rule]),
    );

    // Another chat knows of it from the setting alone.
    await vscode.commands.executeCommand('caudal.newChat');
    const second = ask(api, api.sidebar.conversation, 'Again');
    await untilStatus(second, 'complete');
    assert.deepEqual(ran, ['npm test', 'npm test']);

    server.use(calls('npm test && rm -rf /'));
    await vscode.commands.executeCommand('caudal.newChat');
    const third = ask(api, api.sidebar.conversation, 'And more');
    await untilStatus(third, 'awaiting-approval');
    api.chat.decideTool(third.id, callOf(third), 'deny');
    await untilStatus(third, 'complete');
    assert.equal(ran.length, 2);
  });
});
