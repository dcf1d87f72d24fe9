import { isJsonObject, type JsonObject } from '../../src/core/json';
import { effortLevels, thinkingTypes } from '../../src/core/modelInfo';
import type { WireModel } from './modelTable';
import { invalid, type Refusal } from './refusal';

/** Names of the betas that change what is allowed here. */
const bindingControls = 'thinking-binding-controls-';
const displayUpdates = 'thinking-display-updates-';
const interleaved = 'interleaved-thinking-';

const smallestBudget = 1_024;

/** Which thinking, effort and forced tools each model takes (API: models, adaptive thinking, effort, tool use). */
export function optionRules(
  body: JsonObject,
  model: WireModel,
  betas: readonly string[],
): Refusal | undefined {
  return (
    thinkingRule(body, model, betas) ??
    outputRule(body, model) ??
    forcedToolRule(body, model) ??
    plainOptions(body)
  );
}

function thinkingRule(
  body: JsonObject,
  model: WireModel,
  betas: readonly string[],
): Refusal | undefined {
  const thinking = body['thinking'];
  if (thinking === undefined) return undefined;
  if (!isJsonObject(thinking)) return invalid('thinking: Input should be a valid dictionary');
  const type = thinkingTypes.find((known) => known === thinking['type']);
  if (type === undefined) {
    return invalid(
      `thinking: Input tag '${String(thinking['type'])}' found using 'type' does not match any of the expected tags: ${quoted(thinkingTypes)}`,
    );
  }
  if (!model.thinking.includes(type)) return unsupportedThinking(type, model);
  const has = (prefix: string): boolean => betas.some((beta) => beta.startsWith(prefix));
  const takesDisplay = type === 'adaptive' || type === 'enabled';
  const allowed = [
    'type',
    ...(takesDisplay ? ['display'] : []),
    ...(type === 'enabled' ? ['budget_tokens'] : []),
    ...(type === 'adaptive' && has(bindingControls) ? ['block_binding'] : []),
  ];
  const extra = Object.keys(thinking).find((name) => !allowed.includes(name));
  if (extra !== undefined) {
    return invalid(`thinking.${type}.${extra}: Extra inputs are not permitted`);
  }
  const displays = ['summarized', 'omitted', ...(has(displayUpdates) ? ['updates'] : [])];
  const display = thinking['display'] ?? undefined;
  if (display !== undefined && !displays.some((known) => known === display)) {
    return invalid(`thinking.${type}.display: Input should be ${quoted(displays)}`);
  }
  return type === 'enabled' ? budgetRule(body, thinking, has(interleaved)) : undefined;
}

function unsupportedThinking(type: string, model: WireModel): Refusal {
  return invalid(
    type === 'adaptive'
      ? 'adaptive thinking is not supported on this model'
      : model.thinking.includes('adaptive')
        ? `"thinking.type.${type}" is not supported for this model. Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.`
        : `"thinking.type.${type}" is not supported for this model.`,
  );
}

function budgetRule(
  body: JsonObject,
  thinking: JsonObject,
  isInterleaved: boolean,
): Refusal | undefined {
  const { budget_tokens: budget } = thinking;
  const { max_tokens: maxTokens } = body;
  if (budget === undefined) return invalid('thinking.enabled.budget_tokens: Field required');
  if (typeof budget !== 'number' || budget < smallestBudget) {
    return invalid(
      `thinking.enabled.budget_tokens: Input should be greater than or equal to ${smallestBudget}`,
    );
  }
  return typeof maxTokens === 'number' && budget >= maxTokens && !isInterleaved
    ? invalid(
        '`max_tokens` must be greater than `thinking.budget_tokens`. Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking#max-tokens-and-context-window-size',
      )
    : undefined;
}

function outputRule(body: JsonObject, model: WireModel): Refusal | undefined {
  const config = body['output_config'];
  if (config === undefined) return undefined;
  if (!isJsonObject(config)) return invalid('output_config: Input should be a valid dictionary');
  const extra = Object.keys(config).find((name) => name !== 'effort' && name !== 'format');
  if (extra !== undefined) return invalid(`output_config.${extra}: Extra inputs are not permitted`);
  const { effort, format } = config;
  if (isJsonObject(format) && format['type'] !== 'json_schema') {
    return invalid("output_config.format.type: Input should be 'json_schema'");
  }
  if (effort === undefined || effort === null) return undefined;
  const level = effortLevels.find((known) => known === effort);
  if (level === undefined) {
    return invalid(`output_config.effort: Input should be ${quoted(effortLevels)}`);
  }
  if (model.effort.length === 0) {
    return invalid('This model does not support the effort parameter.');
  }
  if (!model.effort.includes(level)) {
    return invalid(
      `output_config.effort: "${level}" is not supported for this model. Supported levels: ${model.effort.join(', ')}`,
    );
  }
  const type = isJsonObject(body['thinking']) ? body['thinking']['type'] : undefined;
  const isLimited =
    model.limitsEffortWithoutThinking && (type === 'disabled' || type === 'between_tools');
  return isLimited && (level === 'xhigh' || level === 'max')
    ? invalid(
        `"thinking.type.${type}" cannot be combined with effort "${level}" on this model. Enable thinking or use effort "high" or lower.`,
      )
    : undefined;
}

function forcedToolRule(body: JsonObject, model: WireModel): Refusal | undefined {
  const choice = isJsonObject(body['tool_choice']) ? body['tool_choice']['type'] : undefined;
  if (choice !== 'any' && choice !== 'tool') return undefined;
  if (model.refusesForcedTools) {
    return invalid('tool_choice: type "tool" and "any" are not supported for this model.');
  }
  return isJsonObject(body['thinking']) && body['thinking']['type'] === 'enabled'
    ? invalid('Thinking may not be enabled when tool_choice forces tool use.')
    : undefined;
}

function plainOptions(body: JsonObject): Refusal | undefined {
  const { stream, metadata, stop_sequences: stops, service_tier: tier, speed } = body;
  if (stream !== undefined && typeof stream !== 'boolean') {
    return invalid('stream: Input should be a valid boolean');
  }
  if (isJsonObject(metadata)) {
    const extra = Object.keys(metadata).find((name) => name !== 'user_id');
    if (extra !== undefined) return invalid(`metadata.${extra}: Extra inputs are not permitted`);
  }
  if (Array.isArray(stops) && stops.some((stop) => String(stop).trim() === '')) {
    return invalid('stop_sequences: each stop sequence must contain non-whitespace');
  }
  if (tier !== undefined && tier !== 'auto' && tier !== 'standard_only') {
    return invalid("service_tier: Input should be 'auto' or 'standard_only'");
  }
  return speed === undefined || speed === null || speed === 'standard' || speed === 'fast'
    ? undefined
    : invalid("speed: Input should be 'standard' or 'fast'");
}

/** `'a', 'b' or 'c'` */
function quoted(values: readonly string[]): string {
  const names = values.map((value) => `'${value}'`);
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1) ?? ''}`;
}
