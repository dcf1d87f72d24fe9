import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../core/disposable';
import { commandIds, type CommandId } from './commandIds';

export type CommandHandlers = Readonly<
  Record<CommandId, (...args: readonly unknown[]) => Promise<void> | void>
>;

/** Registers all commands. What a handler throws is told to the person and goes no further. */
export function registerCommands(
  handlers: CommandHandlers,
  failed: (what: string, error: unknown) => void,
): Disposable {
  const store = new DisposableStore();
  for (const id of commandIds) {
    store.add(
      vscode.commands.registerCommand(id, async (...args: unknown[]) => {
        try {
          await handlers[id](...args);
        } catch (error) {
          failed(id, error);
        }
      }),
    );
  }
  return store;
}
