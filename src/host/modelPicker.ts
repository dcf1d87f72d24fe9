import * as vscode from 'vscode';
import { DisposableStore } from '../core/disposable';
import { assertNever } from '../core/assertNever';
import type { Effort, ModelInfo } from '../core/modelInfo';
import { effortName } from './effortName';
import { errorMessage } from './errorMessage';
import type { ModelCatalog } from './modelCatalog';
import { groupModels, shortTokens } from './modelChoices';
import { isModelId, type Settings } from './settingRules';
import { settingsSection } from './settings';

interface ModelItem extends vscode.QuickPickItem {
  /** Undefined for the default; absent for what cannot be chosen. */
  readonly choice?: { readonly model: string | undefined };
}

/** Lets the person choose a model, then its effort and thinking as far as it has them. */
export class ModelPicker {
  constructor(
    private readonly catalog: ModelCatalog,
    private readonly settings: { readonly current: Settings },
    private readonly defaultModel: () => ModelInfo | undefined,
  ) {}

  async choose(): Promise<void> {
    const choice = await this.chooseModel();
    if (choice === undefined) return;
    await writeSetting('model', choice.model ?? '', '');
    const id = choice.model ?? this.defaultModel()?.id;
    const info = id === undefined ? undefined : this.catalog.find(id);
    if (info?.capabilities === undefined || info.capabilities === null) return;
    const { effort, thinking } = info.capabilities;
    if (effort.length > 0 && !(await this.chooseEffort(info, effort))) return;
    if (thinking.includes('disabled') && thinking.length > 1) await this.chooseThinking(info);
  }

  private chooseModel(): Promise<{ readonly model: string | undefined } | undefined> {
    const store = new DisposableStore();
    const picker = store.add(vscode.window.createQuickPick<ModelItem>());
    picker.title = vscode.l10n.t('Choose model');
    picker.placeholder = vscode.l10n.t('Search, or type the id of any model');
    picker.matchOnDescription = true;
    let problem: string | undefined;
    const show = (): void => {
      const [active] = picker.activeItems;
      const items = this.items(picker.value.trim(), problem);
      picker.items = items;
      if (picker.value !== '') return;
      // A list that comes late must not move the person to another model.
      const kept = items.find(
        ({ choice }) => choice !== undefined && choice.model === active?.choice?.model,
      );
      const marked = items.find((item) => item.picked === true);
      const next = active === undefined ? marked : (kept ?? marked);
      if (next !== undefined) picker.activeItems = [next];
    };
    show();
    picker.busy = true;
    let open = true;
    const listed = JSON.stringify(this.catalog.known);
    this.catalog
      .refresh()
      .catch((error: unknown) => {
        problem = errorMessage(error);
      })
      .finally(() => {
        if (!open) return;
        picker.busy = false;
        if (problem !== undefined || JSON.stringify(this.catalog.known) !== listed) show();
      });
    store.add(picker.onDidChangeValue(show));
    return new Promise((resolve) => {
      store.add(
        picker.onDidAccept(() => {
          const chosen = picker.selectedItems[0]?.choice;
          if (chosen === undefined) return;
          resolve(chosen);
          picker.hide();
        }),
      );
      store.add(
        picker.onDidHide(() => {
          open = false;
          store.dispose();
          resolve(undefined);
        }),
      );
      picker.show();
    });
  }

  private items(typed: string, problem: string | undefined): ModelItem[] {
    const { model: current } = this.settings.current.chat;
    const known = this.catalog.known ?? [];
    const items: ModelItem[] = [];
    if (problem !== undefined) items.push(problemItem(problem));
    items.push(this.defaultItem(current === undefined));
    const groups = groupModels(known);
    for (const { line, models } of groups) {
      if (groups.length > 1) {
        items.push({
          label: line === null ? vscode.l10n.t('Other models') : lineName(line),
          kind: vscode.QuickPickItemKind.Separator,
        });
      }
      for (const model of models) items.push(modelItem(model, model.id === current));
    }
    if (current !== undefined && !items.some((item) => item.choice?.model === current)) {
      items.push(idItem(current, true));
    }
    if (isModelId(typed) && !known.some((model) => model.id === typed)) {
      items.push(typedItem(typed));
    }
    return items;
  }

  private defaultItem(picked: boolean): ModelItem {
    const model = this.defaultModel();
    return {
      label: marked(vscode.l10n.t('Default'), picked),
      description: model?.displayName ?? '',
      detail: vscode.l10n.t('Chosen by Caudal for this server'),
      picked,
      choice: { model: undefined },
    };
  }

  private async chooseEffort(model: ModelInfo, levels: readonly Effort[]): Promise<boolean> {
    const { effort: current } = this.settings.current.chat;
    const items = [
      {
        label: marked(vscode.l10n.t('Model’s default'), current === undefined),
        value: 'default',
        description: '',
      },
      ...levels.map((level) => ({
        label: marked(effortName(level), current === level),
        value: level,
        description: effortHint(level),
      })),
    ];
    const chosen = await vscode.window.showQuickPick(items, {
      title: vscode.l10n.t('Effort of {0}', model.displayName),
      placeHolder: vscode.l10n.t('How much work goes into an answer'),
    });
    if (chosen === undefined) return false;
    await writeSetting('effort', chosen.value, 'default');
    return true;
  }

  private async chooseThinking(model: ModelInfo): Promise<void> {
    const { thinking: current } = this.settings.current.chat;
    const chosen = await vscode.window.showQuickPick(
      [
        {
          label: marked(vscode.l10n.t('Automatic'), current === 'auto'),
          description: vscode.l10n.t('Thinks where it helps'),
          value: 'auto',
        },
        {
          label: marked(vscode.l10n.t('Off'), current === 'off'),
          description: vscode.l10n.t('Answers at once'),
          value: 'off',
        },
      ],
      { title: vscode.l10n.t('Thinking of {0}', model.displayName) },
    );
    if (chosen !== undefined) await writeSetting('thinking', chosen.value, 'auto');
  }
}

function modelItem(model: ModelInfo, picked: boolean): ModelItem {
  const parts: string[] = [];
  if (model.maxInputTokens !== null) {
    parts.push(vscode.l10n.t('Context {0}', shortTokens(model.maxInputTokens)));
  }
  if (model.maxOutputTokens !== null) {
    parts.push(vscode.l10n.t('answers up to {0}', shortTokens(model.maxOutputTokens)));
  }
  const age = lifecycleText(model);
  if (age !== undefined) parts.push(`$(warning) ${age}`);
  return {
    label: marked(model.displayName, picked),
    description: model.id,
    ...(parts.length > 0 ? { detail: parts.join(' · ') } : {}),
    picked,
    choice: { model: model.id },
  };
}

function idItem(id: string, picked: boolean): ModelItem {
  return {
    label: marked(id, picked),
    detail: vscode.l10n.t('Not in this server’s list'),
    picked,
    choice: { model: id },
  };
}

function typedItem(id: string): ModelItem {
  return {
    label: vscode.l10n.t('Use “{0}”', id),
    detail: vscode.l10n.t('Not in this server’s list'),
    alwaysShow: true,
    choice: { model: id },
  };
}

function problemItem(problem: string): ModelItem {
  return {
    label: `$(warning) ${vscode.l10n.t('The server’s models could not be listed')}`,
    detail: vscode.l10n.t('{0}. Type the id of a model to use it all the same.', problem),
    alwaysShow: true,
  };
}

/** The line's own name: `opus` → Opus. */
function lineName(line: string): string {
  return line.charAt(0).toUpperCase() + line.slice(1);
}

function lifecycleText(model: ModelInfo): string | undefined {
  if (model.lifecycle !== 'deprecated') return undefined;
  const at = model.retiresAt === null ? Number.NaN : Date.parse(model.retiresAt);
  return Number.isNaN(at)
    ? vscode.l10n.t('deprecated')
    : vscode.l10n.t('deprecated, retires on {0}', dateText(at));
}

function dateText(at: number): string {
  // In UTC: a date of retirement is a day, not a moment in the person's time zone.
  const format = { dateStyle: 'medium', timeZone: 'UTC' } as const;
  return new Intl.DateTimeFormat(vscode.env.language, format).format(at);
}

function marked(label: string, picked: boolean): string {
  return picked ? `$(check) ${label}` : label;
}

function effortHint(effort: Effort): string {
  switch (effort) {
    case 'low':
      return vscode.l10n.t('fastest and cheapest');
    case 'medium':
    case 'high':
    case 'xhigh':
      return '';
    case 'max':
      return vscode.l10n.t('slowest and most expensive');
    default:
      return assertNever(effort);
  }
}

/** Writes where the value will count: the workspace's settings where they name one, else the person's. */
async function writeSetting(name: string, value: string, byDefault: string): Promise<void> {
  const configuration = vscode.workspace.getConfiguration(settingsSection);
  if (configuration.inspect(name)?.workspaceValue !== undefined) {
    await configuration.update(name, value, vscode.ConfigurationTarget.Workspace);
  } else {
    const written = value === byDefault ? undefined : value;
    await configuration.update(name, written, vscode.ConfigurationTarget.Global);
  }
}
