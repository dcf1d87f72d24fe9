import type { JsonObject } from './json';

/** Which of the API's own tools a model may use. Nothing runs here: the server runs them and bills them. */
export interface ServerToolChoice {
  readonly webSearch: boolean;
  readonly webFetch: boolean;
}

/** Uses of each in one answer, so that one question cannot become a hundred searches. */
const maxUses = 8;
/** Tokens of a page that come into the context at most. */
const maxContentTokens = 20_000;

/**
 * Their definitions, as they stand in `tools` of a request. `direct`: without it they are called from the server's code
 * execution, which is a tool of its own. Source: the API's pages on web search and web fetch.
 */
export function serverTools({ webSearch, webFetch }: ServerToolChoice): readonly JsonObject[] {
  const direct = { max_uses: maxUses, allowed_callers: ['direct'] };
  return [
    ...(webSearch ? [{ type: 'web_search_20260318', name: 'web_search', ...direct }] : []),
    ...(webFetch
      ? [
          {
            type: 'web_fetch_20260318',
            name: 'web_fetch',
            ...direct,
            max_content_tokens: maxContentTokens,
            citations: { enabled: true },
          },
        ]
      : []),
  ];
}
