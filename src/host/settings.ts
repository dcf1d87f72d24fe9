import * as vscode from 'vscode';
import { assertNever } from '../core/assertNever';
import { DisposableStore, type Disposable } from '../core/disposable';
import { Emitter } from '../core/emitter';
import { redact } from './redact';
import {
  checkSettings,
  type CheckedSettings,
  type SettingProblem,
  type Settings,
} from './settingRules';

export const settingsSection = 'caudal';

/** The person's settings, checked. A value that cannot be used is told once and its default holds (T109). */
export class SettingsReader implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly changed = this.disposables.add(new Emitter<void>());
  readonly onDidChange = this.changed.event;
  private checked: CheckedSettings;
  private readonly told = new Set<string>();

  constructor() {
    this.checked = this.read();
    this.disposables.add(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(settingsSection) || event.affectsConfiguration('chat')) {
          this.refresh();
        }
      }),
    );
    // A workspace's own values count from then on.
    this.disposables.add(vscode.workspace.onDidGrantWorkspaceTrust(() => this.refresh()));
  }

  get current(): Settings {
    return this.checked.settings;
  }

  /** The settings that cannot be used now. */
  get problems(): readonly SettingProblem[] {
    return this.checked.problems;
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private refresh(): void {
    this.checked = this.read();
    this.changed.fire();
  }

  private read(): CheckedSettings {
    const configuration = vscode.workspace.getConfiguration(settingsSection);
    const editorChat = vscode.workspace.getConfiguration('chat');
    const checked = checkSettings(
      (name) => configuration.get<unknown>(name),
      (name) => editorChat.get<unknown>(name),
    );
    const { problems } = checked;
    const found = new Set(problems.map((problem) => `${problem.name}=${problem.value}`));
    for (const known of this.told) if (!found.has(known)) this.told.delete(known);
    for (const problem of problems) this.tell(problem);
    return checked;
  }

  private tell(problem: SettingProblem): void {
    const id = `${problem.name}=${problem.value}`;
    if (this.told.has(id)) return;
    this.told.add(id);
    const open = vscode.l10n.t('Open settings');
    void vscode.window.showWarningMessage(problemText(problem), open).then((choice) => {
      if (choice === open) void openSettings(`${settingsSection}.${problem.name}`);
    });
  }
}

/** Opens the settings editor at our settings, or at one of them. */
export async function openSettings(id?: string): Promise<void> {
  await vscode.commands.executeCommand(
    'workbench.action.openSettings',
    id === undefined ? '@ext:caudal.caudal' : `@id:${id}`,
  );
}

/** Says which setting cannot be used, why, and what holds instead. */
export function problemText(problem: SettingProblem): string {
  const setting = `${settingsSection}.${problem.name}`;
  const value = redact(problem.value);
  const { reason } = problem;
  switch (reason.kind) {
    case 'not-an-address':
      return vscode.l10n.t(
        'The setting {0} is not used: “{1}” is not an address. Write it like https://gateway.example.com.',
        setting,
        value,
      );
    case 'not-http':
      return vscode.l10n.t(
        'The setting {0} is not used: “{1}” begins with neither https:// nor http://.',
        setting,
        value,
      );
    case 'has-credentials':
      return vscode.l10n.t(
        'The setting {0} is not used: an address must not hold a user name or a password. Keep the key with “Caudal: Set API key”.',
        setting,
      );
    case 'has-query':
      return vscode.l10n.t(
        'The setting {0} is not used: “{1}” must end before “?” and “#”.',
        setting,
        value,
      );
    case 'not-a-name':
      return vscode.l10n.t(
        'The setting {0} is not used: “{1}” cannot be a model’s id. Choose one with “Caudal: Choose model”.',
        setting,
        value,
      );
    case 'not-an-origin':
      return vscode.l10n.t(
        'In the setting {0}, “{1}” is not used: it is no origin. Write it like https://app.example.com, without a path.',
        setting,
        value,
      );
    case 'not-a-rule':
      return vscode.l10n.t(
        'In the setting {0}, “{1}” is not used: it is no rule. Write it like {2}.',
        setting,
        value,
        '{"decision":"allow","tool":"*","command":"npm test"}',
      );
    case 'not-one-of':
      return vscode.l10n.t(
        'The setting {0} is not used: “{1}” is none of {2}. Its default holds.',
        setting,
        value,
        reason.allowed.join(', '),
      );
    case 'not-between':
      return vscode.l10n.t(
        'The setting {0} is not used: “{1}” is no whole number from {2} to {3}. Its default holds.',
        setting,
        value,
        reason.least,
        reason.most,
      );
    default:
      return assertNever(reason);
  }
}
