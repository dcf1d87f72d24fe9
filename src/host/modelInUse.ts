import { defaultModel } from '../core/modelChoice';
import type { ModelInfo } from '../core/modelInfo';
import type { Connection } from './connection';
import type { ModelCatalog } from './modelCatalog';
import { effortName } from './effortName';
import type { Settings } from './settingRules';

/** What is known about the model in use, and how it is called where people see it. */
export class ModelInUse {
  constructor(
    private readonly settings: { readonly current: Settings },
    private readonly connection: Pick<Connection, 'current'>,
    private readonly catalog: ModelCatalog,
  ) {}

  /** Waits a little for the server's list where there is none yet; undefined where the model is not on it. */
  async info(id: string | undefined): Promise<ModelInfo | undefined> {
    const models = await this.catalog.list();
    return id === undefined ? defaultModel(models ?? []) : this.catalog.find(id);
  }

  /** What is known of the model without asking. */
  known(id: string | undefined): ModelInfo | undefined {
    return id === undefined ? this.defaultModel : this.catalog.find(id);
  }

  /** The model where none is chosen, as far as the server's list is known. */
  get defaultModel(): ModelInfo | undefined {
    return defaultModel(this.catalog.known ?? []);
  }

  /** Null until it is known which model a request would go to. */
  get modelLabel(): string | null {
    const { model } = this.settings.current.chat;
    if (model === undefined) return this.defaultModel?.displayName ?? null;
    return this.catalog.find(model)?.displayName ?? model;
  }

  /** Null where the model's own default holds, or the model has no such choice. */
  get effortLabel(): string | null {
    const { model, effort } = this.settings.current.chat;
    if (effort === undefined) return null;
    const info = model === undefined ? this.defaultModel : this.catalog.find(model);
    const levels = info?.capabilities?.effort;
    // Of a model that is not listed we know only whether Anthropic's server is there to take the choice.
    const applies = levels?.includes(effort) ?? this.connection.current?.server.label === null;
    return applies ? effortName(effort) : null;
  }
}
