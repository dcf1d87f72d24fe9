import * as vscode from 'vscode';
import type { ApprovalRule } from '../core/approvalPolicy';
import { settingsSection } from './settings';

const setting = 'tools.rules';

/** Adds rules to the workspace's settings, where a person can read and share them; to the own ones without a folder. */
export async function keepToolRules(rules: readonly ApprovalRule[]): Promise<void> {
  const configuration = vscode.workspace.getConfiguration(settingsSection);
  const hasFolder = vscode.workspace.workspaceFolders !== undefined;
  const found = configuration.inspect<unknown>(setting);
  const value = hasFolder ? found?.workspaceValue : found?.globalValue;
  const before: readonly unknown[] = Array.isArray(value) ? value : [];
  const known = new Set(before.map((rule) => JSON.stringify(rule)));
  const added = rules.filter((rule) => !known.has(JSON.stringify(rule)));
  const target = hasFolder
    ? vscode.ConfigurationTarget.Workspace
    : vscode.ConfigurationTarget.Global;
  await configuration.update(setting, [...before, ...added], target);
}
