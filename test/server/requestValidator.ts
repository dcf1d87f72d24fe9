import { isJsonObject, type JsonObject } from '../../src/core/json';
import { cacheRules } from './cacheRules';
import { messageRules } from './messageRules';
import { findModel } from './modelTable';
import { optionRules } from './optionRules';
import { invalid, refusal, type Refusal } from './refusal';
import { thinkingRules } from './thinkingRules';
import { toolRules } from './toolRules';
import { toolPairing } from './toolPairing';
import { estimateTokens } from './tokenEstimate';

/** What a request comes with besides its body. */
export interface RequestContext {
  readonly endpoint: 'messages' | 'count_tokens';
  /** Values of `anthropic-beta`. */
  readonly betas: readonly string[];
  /** `data` of redacted thinking that a script made up and this server has sent. */
  readonly issued: ReadonlySet<string>;
}

const countedFields = [
  'model',
  'messages',
  'system',
  'tools',
  'tool_choice',
  'thinking',
  'output_config',
  'cache_control',
  'speed',
  'user_profile_id',
  'workspace_id',
];
const knownFields: ReadonlySet<string> = new Set([
  ...countedFields,
  'max_tokens',
  'stream',
  'metadata',
  'stop_sequences',
  'service_tier',
  'container',
  'inference_geo',
  'diagnostics',
]);
/** Fields that only a beta brings, by what its name begins with. */
const betaFields: ReadonlyMap<string, readonly string[]> = new Map([
  ['context_management', ['context-management-', 'compact-']],
  ['compaction', ['compact-']],
  ['mcp_servers', ['mcp-client-']],
  ['thread', ['message-threads-']],
  ['fallbacks', ['server-side-fallback-']],
]);
/** What a small gateway knows. */
const minimalFields: ReadonlySet<string> = new Set([
  'model',
  'max_tokens',
  'messages',
  'system',
  'stream',
  'stop_sequences',
  'tools',
  'tool_choice',
  'metadata',
]);

/**
 * Whether the API would take this request, and in which words it would refuse it (API: errors, messages, preserved
 * thinking, tool use). Undefined where it would take it. A `minimal` server knows no models and no optional fields, but
 * asks for the same order of messages.
 */
export function validateRequest(
  body: unknown,
  dialect: 'anthropic' | 'minimal',
  { endpoint = 'messages', betas = [], issued = new Set() }: Partial<RequestContext> = {},
): Refusal | undefined {
  if (!isJsonObject(body)) return invalid('Input should be a valid dictionary');
  const isCount = endpoint === 'count_tokens';
  const early = loneSurrogate(body) ?? unknownField(body, dialect, isCount, betas);
  if (early !== undefined) return early;

  const id = body['model'];
  if (typeof id !== 'string' || id === '') return invalid('model: Field required');
  const model = dialect === 'anthropic' ? findModel(id) : undefined;
  if (dialect === 'anthropic' && model === undefined) return refusal(404, `model: ${id}`);
  const refused =
    (isCount ? undefined : maxTokensRule(body, model?.maxTokens)) ??
    messageRules(body, model) ??
    toolRules(body) ??
    toolPairing(body['messages']) ??
    cacheRules(body);
  if (refused !== undefined || model === undefined) return refused;
  return (
    optionRules(body, model, betas) ??
    (isCount ? undefined : thinkingRules(body, model, betas, issued)) ??
    contextRule(body, model.contextTokens)
  );
}

function unknownField(
  body: JsonObject,
  dialect: 'anthropic' | 'minimal',
  isCount: boolean,
  betas: readonly string[],
): Refusal | undefined {
  const fields =
    dialect === 'minimal' ? minimalFields : isCount ? new Set(countedFields) : knownFields;
  const unknown = Object.keys(body).find((field) => {
    const prefixes = dialect === 'anthropic' ? (betaFields.get(field) ?? []) : [];
    const isInBeta = betas.some((beta) => prefixes.some((prefix) => beta.startsWith(prefix)));
    return !fields.has(field) && !isInBeta;
  });
  return unknown === undefined ? undefined : invalid(`${unknown}: Extra inputs are not permitted`);
}

/** `JSON.stringify` escapes exactly those surrogates that stand alone, as the client's did. */
function loneSurrogate(body: JsonObject): Refusal | undefined {
  const text = JSON.stringify(body);
  const at = /(?<!\\)(?:\\\\)*\\ud[89a-f][0-9a-f]{2}/.exec(text)?.index;
  return at === undefined
    ? undefined
    : invalid(
        `The request body is not valid JSON: no low surrogate in string: line 1 column ${at + 1} (char ${at})`,
      );
}

function maxTokensRule(body: JsonObject, largest = Number.POSITIVE_INFINITY): Refusal | undefined {
  const { max_tokens: maxTokens, stream, model } = body;
  if (maxTokens === undefined) return invalid('max_tokens: Field required');
  if (typeof maxTokens !== 'number' || !Number.isInteger(maxTokens)) {
    return invalid('max_tokens: Input should be a valid integer');
  }
  // Zero warms the prompt cache, and has nothing to stream.
  if (maxTokens < 0 || (maxTokens === 0 && stream === true)) {
    return invalid('max_tokens: Input should be greater than or equal to 1');
  }
  return maxTokens > largest
    ? invalid(
        `max_tokens: ${maxTokens} > ${largest}, which is the maximum allowed number of output tokens for ${String(model)}`,
      )
    : undefined;
}

function contextRule(body: JsonObject, contextTokens: number): Refusal | undefined {
  const tokens = estimateTokens([body['system'], body['tools'], body['messages']]);
  return tokens > contextTokens
    ? invalid(`prompt is too long: ${tokens} tokens > ${contextTokens} maximum`)
    : undefined;
}
