import { isJsonObject, numberMember, type JsonObject } from './json';

/** Token counts of one turn, in tokens (API: `usage`). */
export interface TokenUsage {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  /** Written to the five-minute cache. Servers that do not split the figure report all of it here. */
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
  /** Part of `output` that went into thinking, where the server says so. */
  readonly thinking: number;
  readonly webSearches: number;
}

export const noUsage: TokenUsage = {
  input: 0,
  output: 0,
  cacheRead: 0,
  cacheWrite5m: 0,
  cacheWrite1h: 0,
  thinking: 0,
  webSearches: 0,
};

/**
 * The usage after an event that carries a `usage` object. The figures of `message_delta` are cumulative: non-null
 * fields replace, never add (T86); fields that are null or missing keep what `message_start` said.
 */
export function updateUsage(before: TokenUsage, wire: unknown): TokenUsage {
  if (!isJsonObject(wire)) return before;
  const split = member(wire, 'cache_creation');
  const details = member(wire, 'output_tokens_details');
  const tools = member(wire, 'server_tool_use');
  const written = count(wire, 'cache_creation_input_tokens');
  const written1h = split && count(split, 'ephemeral_1h_input_tokens');
  const written5m = split && count(split, 'ephemeral_5m_input_tokens');
  const cacheWrite1h = written1h ?? before.cacheWrite1h;
  return {
    input: count(wire, 'input_tokens') ?? before.input,
    output: count(wire, 'output_tokens') ?? before.output,
    cacheRead: count(wire, 'cache_read_input_tokens') ?? before.cacheRead,
    cacheWrite5m:
      written5m ??
      (written === undefined ? before.cacheWrite5m : Math.max(0, written - cacheWrite1h)),
    cacheWrite1h,
    thinking: (details && count(details, 'thinking_tokens')) ?? before.thinking,
    webSearches: (tools && count(tools, 'web_search_requests')) ?? before.webSearches,
  };
}

/** The sum over several attempts: each was billed. */
export function addUsage(a: TokenUsage, b: TokenUsage): TokenUsage {
  return {
    input: a.input + b.input,
    output: a.output + b.output,
    cacheRead: a.cacheRead + b.cacheRead,
    cacheWrite5m: a.cacheWrite5m + b.cacheWrite5m,
    cacheWrite1h: a.cacheWrite1h + b.cacheWrite1h,
    thinking: a.thinking + b.thinking,
    webSearches: a.webSearches + b.webSearches,
  };
}

/** A number of things: negative ones are nobody's count. */
function count(object: JsonObject, name: string): number | undefined {
  const value = numberMember(object, name);
  return value === undefined || value < 0 ? undefined : value;
}

function member(object: JsonObject, name: string): JsonObject | undefined {
  const value = object[name];
  return isJsonObject(value) ? value : undefined;
}
