import { assertNever } from './assertNever';
import type { JsonObject } from './json';
import type { ModelInfo } from './modelInfo';

/** The API's own tools for the web. Nothing of them runs here: the server runs them and bills them. */
export const webTools = ['web_search', 'web_fetch'] as const;
export type WebTool = (typeof webTools)[number];

/** Uses of each in one answer, so that one question cannot become a hundred searches. */
const maxUses = 8;
/** Tokens of a page that come into the context at most. */
const maxContentTokens = 20_000;

/** Whether the server says that the model can use it; servers other than Anthropic's mostly say nothing. */
export function hasWebTool(model: ModelInfo | undefined, name: WebTool): boolean {
  const capabilities = model?.capabilities;
  if (capabilities === undefined || capabilities === null) return false;
  return name === 'web_search' ? capabilities.webSearch : capabilities.webFetch;
}

/**
 * Their definitions, as they stand in `tools` of a request. `direct`: without it they are called from the server's code
 * execution, which is a tool of its own. Source: the API's pages on web search and web fetch.
 */
export function serverTools(names: readonly WebTool[]): readonly JsonObject[] {
  return webTools.filter((name) => names.includes(name)).map(definition);
}

function definition(name: WebTool): JsonObject {
  const direct = { name, max_uses: maxUses, allowed_callers: ['direct'] };
  switch (name) {
    case 'web_search':
      return { type: 'web_search_20260318', ...direct };
    case 'web_fetch':
      return {
        type: 'web_fetch_20260318',
        ...direct,
        max_content_tokens: maxContentTokens,
        citations: { enabled: true },
      };
    default:
      return assertNever(name);
  }
}
