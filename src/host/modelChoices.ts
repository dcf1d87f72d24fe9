import type { ModelInfo } from '../core/modelInfo';

/** Models of one line (`opus`, `sonnet`, …); null for those whose line the server does not say. */
export interface ModelGroup {
  readonly line: string | null;
  readonly models: readonly ModelInfo[];
}

/** The models by line, lines and models in the server's order; retired ones are left out. */
export function groupModels(models: readonly ModelInfo[]): readonly ModelGroup[] {
  const groups = new Map<string | null, ModelInfo[]>();
  for (const model of models) {
    if (model.lifecycle === 'retired') continue;
    const group = groups.get(model.line);
    if (group === undefined) groups.set(model.line, [model]);
    else group.push(model);
  }
  const all = [...groups].map(([line, members]) => ({ line, models: members }));
  // Those without a line come last.
  return [...all.filter(({ line }) => line !== null), ...all.filter(({ line }) => line === null)];
}

/** A number of tokens as people say it: 200K, 1M. */
export function shortTokens(tokens: number): string {
  const rounded = (value: number): string => String(Math.round(value * 10) / 10);
  if (tokens >= 999_950) return `${rounded(tokens / 1_000_000)}M`;
  return tokens >= 1_000 ? `${rounded(tokens / 1_000)}K` : String(tokens);
}
