import type { ModelInfo } from './modelInfo';

/** Used where nothing is chosen: the best answer for its price among Anthropic's models. */
export const preferredModel = 'claude-opus-5-5';

/** Lines to fall back on, best first. */
const preferredLines = ['opus', 'sonnet'] as const;

/** Models of one line, in the server's order, which is newest first. */
export interface ModelGroup {
  /** `opus`, `sonnet`, …; null for models that belong to none. */
  readonly line: string | null;
  readonly models: readonly ModelInfo[];
}

/**
 * The model to use where the person chose none. `models` is in the server's order (API: newest first); a server that
 * lists no Claude model is taken at its word, and the first one listed is used.
 */
export function defaultModel(models: readonly ModelInfo[]): ModelInfo | undefined {
  const usable = models.filter((model) => model.lifecycle !== 'retired');
  const current = usable.filter((model) => model.lifecycle !== 'deprecated');
  return (
    current.find((model) => model.id === preferredModel) ??
    preferredLines
      .map((line) => current.find((model) => modelLine(model) === line))
      .find((model) => model !== undefined) ??
    current[0] ??
    usable[0] ??
    models[0]
  );
}

/** All models by line, for choosing one; those of no line come last. */
export function groupByLine(models: readonly ModelInfo[]): readonly ModelGroup[] {
  const groups = new Map<string | null, ModelInfo[]>();
  for (const model of models) {
    const line = modelLine(model);
    const group = groups.get(line);
    if (group === undefined) groups.set(line, [model]);
    else group.push(model);
  }
  return [...groups]
    .map(([line, members]) => ({ line, models: members }))
    .sort((a, b) => Number(a.line === null) - Number(b.line === null));
}

/** As the server says it, else from the id: gateways list Claude models without saying their line. */
export function modelLine(model: Pick<ModelInfo, 'id' | 'line'>): string | null {
  return model.line ?? /\bclaude-(?:[\d-]+-)?([a-z]+)/.exec(model.id)?.[1] ?? null;
}
