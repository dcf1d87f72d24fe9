import * as vscode from 'vscode';
import { compose } from './host/compose';
import type { TestApi } from './host/testApi';

let root: ReturnType<typeof compose> | undefined;

export function activate(context: vscode.ExtensionContext): TestApi | undefined {
  root = compose(context, process.env);
  context.subscriptions.push(root);
  return context.extensionMode === vscode.ExtensionMode.Test ? root.testApi : undefined;
}

/** Resolves when all that is not yet on the disk is there: the editor waits some seconds for it. */
export async function deactivate(): Promise<void> {
  await root?.close();
}
