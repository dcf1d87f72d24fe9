import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Conversation } from '../../../src/core/conversation';
import type { TurnDocument } from '../../../src/core/turnDocument';
import type { TestApi } from '../../../src/host/testApi';
import { MessagesServer, type MessagesServerOptions } from '../../server/messagesServer';

/** How long a test waits for something to come about, in ms: a bound against hanging, not a measure. */
const patienceMs = 30_000;

/** The parts of the extension that runs in this host. */
export async function activated(): Promise<TestApi> {
  const extension = vscode.extensions.getExtension<TestApi | undefined>('caudal.caudal');
  const api = await extension?.activate();
  assert.ok(api !== undefined, 'the extension gives its parts to tests');
  return api;
}

/** Waits until the condition holds; fails with what was waited for. */
export async function until(what: string, condition: () => unknown): Promise<void> {
  const giveUpAt = Date.now() + patienceMs;
  while (!(await condition())) {
    if (Date.now() > giveUpAt) assert.fail(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const changedSettings = new Set<string>();

/** Writes a setting where a person would, until {@link restoreHost}. */
export async function set(name: string, value: unknown): Promise<void> {
  changedSettings.add(name);
  await vscode.workspace
    .getConfiguration('caudal')
    .update(name, value, vscode.ConfigurationTarget.Global);
}

export function setting(name: string): unknown {
  return vscode.workspace.getConfiguration('caudal').get(name);
}

/** A server in this very process, which the extension talks to until {@link restoreHost}. */
export async function serve(options: MessagesServerOptions = {}): Promise<MessagesServer> {
  const server = await MessagesServer.start(options);
  servers.push(server);
  await set('baseUrl', server.url);
  return server;
}

const servers: MessagesServer[] = [];

/** Sends a prompt in a chat as its view would. */
export function ask(api: TestApi, conversation: Conversation, text: string): TurnDocument {
  return api.chat.send(conversation, { text, attachments: [] });
}

export async function untilStatus(
  turn: TurnDocument,
  kind: TurnDocument['status']['kind'],
): Promise<void> {
  await until(
    `status ${kind}, which is ${JSON.stringify(turn.status)}`,
    () => turn.status.kind === kind,
  );
}

/** Leaves the window as it was found: nothing runs, nothing is open, every setting has its default. */
export async function restoreHost(): Promise<void> {
  const api = await activated();
  for (const turn of api.chat.runningTurns) api.chat.stop(turn.id);
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  for (const name of changedSettings) await set(name, undefined);
  changedSettings.clear();
  for (const server of servers.splice(0)) await server.close();
}
