import { signThinking } from './thinkingSignature';
import { wireModels, type WireModel } from './modelTable';

/** A refusal as the API words it. */
export interface Refusal {
  readonly status: number;
  readonly type: string;
  readonly message: string;
}

type Json = Readonly<Record<string, unknown>>;

const knownFields = new Set([
  'model',
  'max_tokens',
  'messages',
  'system',
  'stream',
  'thinking',
  'output_config',
  'cache_control',
  'metadata',
  'stop_sequences',
  'tools',
  'tool_choice',
  'service_tier',
  'container',
  'inference_geo',
  'speed',
  'diagnostics',
  'context_management',
]);
/** What a small gateway knows. */
const minimalFields = new Set([
  'model',
  'max_tokens',
  'messages',
  'system',
  'stream',
  'stop_sequences',
  'tools',
  'tool_choice',
]);

/**
 * Whether the API would take this request, and in which words it would refuse it (API: errors, messages, preserved
 * thinking, tool use). Undefined where it would take it.
 */
export function validateRequest(
  body: unknown,
  dialect: 'anthropic' | 'minimal',
): Refusal | undefined {
  if (!isObject(body)) return invalid('Input should be a valid dictionary');
  const fields = dialect === 'minimal' ? minimalFields : knownFields;
  for (const field of Object.keys(body)) {
    if (!fields.has(field)) return invalid(`${field}: Extra inputs are not permitted`);
  }
  const id = body['model'];
  if (typeof id !== 'string') return invalid('model: Field required');
  const model = wireModels.find((known) => known.id === id);
  if (model === undefined && dialect === 'anthropic') {
    return { status: 404, type: 'not_found_error', message: `model: ${id}` };
  }
  const maxTokens = body['max_tokens'];
  if (typeof maxTokens !== 'number' || maxTokens < 1) return invalid('max_tokens: Field required');
  if (model !== undefined && maxTokens > model.maxTokens) {
    return invalid(
      `max_tokens: ${maxTokens} > ${model.maxTokens}, which is the maximum allowed number of output tokens for ${id}`,
    );
  }
  const messages = body['messages'];
  if (!Array.isArray(messages) || messages.length === 0)
    return invalid('messages: at least one message is required');
  return (
    (model === undefined ? undefined : validateOptions(body, model, maxTokens)) ??
    validateMessages(messages, body, model)
  );
}

function validateOptions(body: Json, model: WireModel, maxTokens: number): Refusal | undefined {
  const thinking = body['thinking'];
  if (isObject(thinking)) {
    const type = String(thinking['type']);
    if (!model.thinking.includes(type))
      return invalid(`thinking: type "${type}" is not supported for this model.`);
    const budget = thinking['budget_tokens'];
    if (
      type === 'enabled' &&
      (typeof budget !== 'number' || budget < 1024 || budget >= maxTokens)
    ) {
      return invalid(
        'thinking.enabled.budget_tokens: Input should be greater than or equal to 1024 and less than max_tokens',
      );
    }
  }
  const config = body['output_config'];
  const effort = isObject(config) ? JSON.stringify(config['effort']) : undefined;
  if (effort !== undefined && !model.effort.some((level) => JSON.stringify(level) === effort)) {
    return invalid(`output_config.effort: ${effort} is not supported for this model.`);
  }
  const choice = isObject(body['tool_choice']) ? body['tool_choice']['type'] : undefined;
  if ((choice === 'any' || choice === 'tool') && model.refusesForcedTools) {
    return invalid('tool_choice: type "tool" and "any" are not supported for this model.');
  }
  return undefined;
}

function validateMessages(
  messages: readonly unknown[],
  body: Json,
  model: WireModel | undefined,
): Refusal | undefined {
  let awaited: string[] = [];
  for (const [i, message] of messages.entries()) {
    if (!isObject(message)) return invalid(`messages.${i}: Input should be a valid dictionary`);
    const role = message['role'];
    if (role !== 'user' && role !== 'assistant')
      return invalid(`messages.${i}.role: Input should be 'user' or 'assistant'`);
    if (i === 0 && role !== 'user')
      return invalid('messages: first message must use the "user" role');
    const content = contentOf(message['content']);
    if (content === undefined || content.length === 0) {
      return invalid(
        `messages.${i}: all messages must have non-empty content except for the optional final assistant message`,
      );
    }
    const results = content
      .filter((block) => block['type'] === 'tool_result')
      .map((block) => String(block['tool_use_id']));
    const missing = awaited.filter((id) => !results.includes(id));
    if (missing.length > 0) {
      return invalid(
        `messages.${i - 1}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${missing.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
      );
    }
    const unexpected = results.filter((id) => !awaited.includes(id));
    if (unexpected.length > 0 || new Set(results).size < results.length) {
      return invalid(
        `messages.${i}.content: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${unexpected.join(', ')}`,
      );
    }
    const firstOther = content.findIndex((block) => block['type'] !== 'tool_result');
    if (
      firstOther !== -1 &&
      content.slice(firstOther).some((block) => block['type'] === 'tool_result')
    ) {
      return invalid(`messages.${i}: \`tool_result\` blocks must come first`);
    }
    awaited = content
      .filter((block) => block['type'] === 'tool_use')
      .map((block) => String(block['id']));
    for (const [j, block] of content.entries()) {
      const refusal =
        validateBlock(block, `messages.${i}.content.${j}`) ??
        (model === undefined
          ? undefined
          : validateThinking(
              block,
              `messages.${i}.content.${j}`,
              messages.slice(0, i),
              content.slice(0, j),
              body,
              model,
            ));
      if (refusal !== undefined) return refusal;
    }
  }
  if (awaited.length > 0) {
    return invalid(
      `messages.${messages.length - 1}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${awaited.join(', ')}.`,
    );
  }
  return validateEnd(messages.at(-1), body, model);
}

function validateBlock(block: Json, at: string): Refusal | undefined {
  const text = block['text'];
  if (block['type'] !== 'text') return undefined;
  if (typeof text !== 'string' || text === '')
    return invalid(`${at}: text content blocks must be non-empty`);
  if (text.trim() === '')
    return invalid(`${at}: text content blocks must contain non-whitespace text`);
  return text.isWellFormed()
    ? undefined
    : invalid('The request body is not valid JSON: lone surrogate');
}

function validateThinking(
  block: Json,
  at: string,
  before: readonly unknown[],
  beforeInMessage: readonly unknown[],
  body: Json,
  model: WireModel,
): Refusal | undefined {
  if (block['type'] !== 'thinking') return undefined;
  const prefix = thinkingPrefix(model, body['system'], before, beforeInMessage);
  const expected = signThinking(model.id, prefix, String(block['thinking']));
  return block['signature'] === expected
    ? undefined
    : invalid(
        `${at}: Invalid \`signature\` in \`thinking\` block. The block is bound to a different conversation, or was changed.`,
      );
}

/** What a thinking block is bound to. Marks for the cache are no part of it. */
export function thinkingPrefix(
  model: WireModel,
  system: unknown,
  before: readonly unknown[],
  beforeInMessage: readonly unknown[],
): unknown {
  if (!model.bindsThinking) return null;
  const merged: { role: unknown; content: unknown[] }[] = [];
  for (const message of before) {
    if (!isObject(message)) continue;
    const content = contentOf(message['content']) ?? [];
    const last = merged.at(-1);
    if (last !== undefined && last.role === message['role']) last.content.push(...content);
    else merged.push({ role: message['role'], content: [...content] });
  }
  return [system ?? null, merged, beforeInMessage];
}

function validateEnd(last: unknown, body: Json, model: WireModel | undefined): Refusal | undefined {
  if (!isObject(last) || last['role'] !== 'assistant') return undefined;
  if (model !== undefined && !model.takesPrefill) {
    return invalid(
      'This model does not support assistant message prefill. The conversation must end with a user message.',
    );
  }
  if (isObject(body['thinking']) && body['thinking']['type'] === 'enabled') {
    return invalid(
      'Expected `thinking` or `redacted_thinking`, but found `text`. When `thinking` is enabled, a final `assistant` message must start with a thinking block.',
    );
  }
  const text = contentOf(last['content'])?.at(-1)?.['text'];
  return typeof text === 'string' && text !== text.trimEnd()
    ? invalid('messages: final assistant content cannot end with trailing whitespace')
    : undefined;
}

export function contentOf(content: unknown): Json[] | undefined {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
  return Array.isArray(content) ? content.filter(isObject) : undefined;
}

function invalid(message: string): Refusal {
  return { status: 400, type: 'invalid_request_error', message };
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
