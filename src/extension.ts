import * as vscode from 'vscode';
import { compose } from './host/compose';
import type { TestApi } from './host/testApi';

export function activate(context: vscode.ExtensionContext): TestApi | undefined {
  const root = compose(context, process.env);
  context.subscriptions.push(root);
  return context.extensionMode === vscode.ExtensionMode.Test ? root.testApi : undefined;
}
