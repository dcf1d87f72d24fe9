import { isJsonObject } from './json';
import { webTools, type WebTool } from './serverTools';

/** Which tools a conversation uses besides those that every one has. */
export interface ToolChoice {
  /** The server runs them, without a question each time. */
  readonly web: readonly WebTool[];
  /** Of other extensions and MCP servers, by the names that the editor knows them by. */
  readonly others: readonly string[];
}

/** Reads a choice that was kept; undefined where it is none. */
export function parseToolChoice(value: unknown): ToolChoice | undefined {
  if (!isJsonObject(value)) return undefined;
  const { web, others } = value;
  if (!Array.isArray(web) || !Array.isArray(others)) return undefined;
  return {
    web: webTools.filter((name) => web.includes(name)),
    others: others.filter((name): name is string => typeof name === 'string'),
  };
}
