import { isJsonObject, type JsonObject } from '../../src/core/json';
import { contentOf, isBlankText, isThinking } from './contentBlocks';
import { mediaRules } from './mediaRules';
import type { WireModel } from './modelTable';
import { invalid, type Refusal } from './refusal';

/** Members that each block may have. Blocks of other types are the server's own, and come back as they were sent. */
const blockMembers: ReadonlyMap<string, readonly string[]> = new Map([
  ['text', ['type', 'text', 'cache_control', 'citations']],
  ['thinking', ['type', 'thinking', 'signature']],
  ['redacted_thinking', ['type', 'data']],
  ['image', ['type', 'source', 'cache_control', 'transformations']],
  ['document', ['type', 'source', 'cache_control', 'title', 'context', 'citations']],
  ['tool_use', ['type', 'id', 'name', 'input', 'cache_control', 'caller', 'toolset_name']],
  ['tool_result', ['type', 'tool_use_id', 'content', 'is_error', 'cache_control', 'toolset_name']],
]);
const requiredMembers: ReadonlyMap<string, readonly string[]> = new Map([
  ['text', ['text']],
  ['thinking', ['thinking', 'signature']],
  ['redacted_thinking', ['data']],
  ['image', ['source']],
  ['document', ['source']],
  ['tool_use', ['id', 'name', 'input']],
  ['tool_result', ['tool_use_id']],
]);
const userTypes: readonly string[] = [
  'text',
  'image',
  'document',
  'search_result',
  'tool_result',
  'container_upload',
];
const systemTypes: readonly string[] = ['text'];

const mostMessages = 100_000;
const toolId = /^[a-zA-Z0-9_-]+$/;

/** The shape of messages and of the system prompt, and how the conversation may begin and end (API: messages). */
export function messageRules(body: JsonObject, model: WireModel | undefined): Refusal | undefined {
  const messages: unknown = body['messages'];
  if (messages === undefined) return invalid('messages: Field required');
  if (!Array.isArray(messages)) return invalid('messages: Input should be a valid list');
  if (messages.length === 0) return invalid('messages: at least one message is required');
  if (messages.length > mostMessages) {
    return invalid(`messages: List should have at most ${mostMessages} items`);
  }
  for (const index of messages.keys()) {
    const refused = messageRule(messages, index, model);
    if (refused !== undefined) return refused;
  }
  return (
    mediaRules(messages) ?? systemRule(body['system']) ?? endRule(messages.at(-1), body, model)
  );
}

function messageRule(
  messages: readonly unknown[],
  index: number,
  model: WireModel | undefined,
): Refusal | undefined {
  const message = messages[index];
  const at = `messages.${index}`;
  if (!isJsonObject(message)) return invalid(`${at}: Input should be a valid dictionary`);
  const { role } = message;
  if (role !== 'user' && role !== 'assistant' && role !== 'system') {
    return invalid(`${at}.role: Input should be 'user' or 'assistant'`);
  }
  if (index === 0 && role !== 'user') {
    return invalid('messages: first message must use the "user" role');
  }
  if (role === 'system') {
    const refused = systemMessageRule(messages, index, model);
    if (refused !== undefined) return refused;
  }
  const extra = Object.keys(message).find((name) => name !== 'role' && name !== 'content');
  if (extra !== undefined) return invalid(`${at}.${extra}: Extra inputs are not permitted`);
  if (message['content'] === undefined) return invalid(`${at}.content: Field required`);
  const content = contentOf(message['content']);
  if (content === undefined) return invalid(`${at}.content: Input should be a valid list`);
  const isLast = index === messages.length - 1;
  if (content.length === 0 && !(isLast && role === 'assistant')) {
    return invalid(
      `${at}: all messages must have non-empty content except for the optional final assistant message`,
    );
  }
  for (const [i, block] of content.entries()) {
    const refused = blockRule(block, `${at}.content.${i}`, role);
    if (refused !== undefined) return refused;
  }
  const last = content.at(-1);
  return role === 'assistant' && last !== undefined && isThinking(last)
    ? invalid(`${at}: The final block in an assistant message cannot be \`thinking\`.`)
    : undefined;
}

function systemMessageRule(
  messages: readonly unknown[],
  index: number,
  model: WireModel | undefined,
): Refusal | undefined {
  if (model?.takesSystemMessages !== true) {
    return invalid(`messages.${index}.role: role 'system' is not supported on this model`);
  }
  const before = messages[index - 1];
  const role = isJsonObject(before) ? before['role'] : undefined;
  const end = isJsonObject(before) ? contentOf(before['content'])?.at(-1) : undefined;
  return role === 'user' || role === 'system' || isServerBlock(end)
    ? undefined
    : invalid(`messages.${index}: a system message must follow a user message`);
}

function blockRule(block: JsonObject, at: string, role: string): Refusal | undefined {
  const type = String(block['type']);
  const taken = role === 'user' ? userTypes : role === 'system' ? systemTypes : undefined;
  const misplaced = misplacedBlock(type, at, role);
  if (misplaced !== undefined) return misplaced;
  if (taken !== undefined && !taken.includes(type)) {
    return invalid(
      `${at}: Input tag '${type}' found using 'type' does not match any of the expected tags: ${taken.map((name) => `'${name}'`).join(', ')}`,
    );
  }
  const missing = requiredMembers.get(type)?.find((name) => block[name] === undefined);
  if (missing !== undefined) return invalid(`${at}.${type}.${missing}: Field required`);
  const members = blockMembers.get(type);
  const extra = Object.keys(block).find((name) => members?.includes(name) === false);
  if (extra !== undefined) return invalid(`${at}.${type}.${extra}: Extra inputs are not permitted`);
  switch (type) {
    case 'text':
      return textRule(block, at, role);
    case 'tool_use':
      return toolUseRule(block, at);
    case 'tool_result':
      return toolResultRule(block, at);
    default:
      return undefined;
  }
}

/** Known blocks in a message of the other side. */
function misplacedBlock(type: string, at: string, role: string): Refusal | undefined {
  const message = at.split('.content')[0] ?? at;
  if (role !== 'assistant' && (type === 'tool_use' || type === 'thinking')) {
    return invalid(`${message}: \`${type}\` blocks can only be in \`assistant\` messages`);
  }
  if (role !== 'user' && type === 'tool_result') {
    return invalid(`${message}: \`tool_result\` blocks can only be in \`user\` messages`);
  }
  return role === 'assistant' && (type === 'document' || type === 'image')
    ? invalid(`${message}: \`${type}\` blocks are not permitted within \`assistant\` turns`)
    : undefined;
}

function textRule(block: JsonObject, at: string, role: string): Refusal | undefined {
  const { text, citations, cache_control: mark } = block;
  if (typeof text !== 'string') return invalid(`${at}.text.text: Input should be a valid string`);
  if (text === '') {
    return invalid(
      mark === undefined || mark === null
        ? 'messages: text content blocks must be non-empty'
        : `${at}.text: cache_control cannot be set for empty text blocks`,
    );
  }
  if (isBlankText(block)) {
    return invalid('messages: text content blocks must contain non-whitespace text');
  }
  return role === 'user' && Array.isArray(citations) && citations.length > 0
    ? invalid(`${at}.text.citations: citations are not permitted in user messages`)
    : undefined;
}

function toolUseRule({ id, name, input }: JsonObject, at: string): Refusal | undefined {
  if (typeof id !== 'string' || !toolId.test(id)) {
    return invalid(`${at}.tool_use.id: String should match pattern '${toolId.source}'`);
  }
  if (typeof name !== 'string' || name === '') {
    return invalid(`${at}.tool_use.name: String should have at least 1 character`);
  }
  return isJsonObject(input)
    ? undefined
    : invalid(`${at}.tool_use.input: Input should be a valid dictionary`);
}

function toolResultRule({ content }: JsonObject, at: string): Refusal | undefined {
  if (content === undefined || typeof content === 'string') return undefined;
  const blocks = contentOf(content);
  if (blocks === undefined) {
    return invalid(`${at}.tool_result.content: Input should be a valid list`);
  }
  return blocks.some(isBlankText)
    ? invalid('messages: text content blocks must contain non-whitespace text')
    : undefined;
}

function systemRule(system: unknown): Refusal | undefined {
  if (system === undefined || typeof system === 'string') return undefined;
  if (!Array.isArray(system)) return invalid('system: Input should be a valid list');
  for (const [i, block] of system.entries()) {
    if (!isJsonObject(block) || block['type'] !== 'text') {
      return invalid(`system.${i}.type: Input should be 'text'`);
    }
    if (isBlankText(block)) return invalid('system: text content blocks must be non-empty');
  }
  return undefined;
}

/** What an unfinished assistant message at the end means: a prefill, or a turn of the server's tools that goes on. */
function endRule(
  last: unknown,
  body: JsonObject,
  model: WireModel | undefined,
): Refusal | undefined {
  if (!isJsonObject(last) || last['role'] !== 'assistant') return undefined;
  const end = contentOf(last['content'])?.at(-1);
  if (isServerBlock(end)) return undefined;
  if (model !== undefined && !model.takesPrefill) {
    return invalid(
      'This model does not support assistant message prefill. The conversation must end with a user message.',
    );
  }
  if (isJsonObject(body['thinking']) && body['thinking']['type'] === 'enabled') {
    return invalid(
      `messages.${Array.isArray(body['messages']) ? body['messages'].length - 1 : 0}.content.0.type: Expected \`thinking\` or \`redacted_thinking\`, but found \`text\`. When \`thinking\` is enabled, a final \`assistant\` message must start with a thinking block.`,
    );
  }
  const text = end?.['text'];
  return typeof text === 'string' && text !== text.trimEnd()
    ? invalid('messages: final assistant content cannot end with trailing whitespace')
    : undefined;
}

function isServerBlock(block: JsonObject | undefined): boolean {
  const type = String(block?.['type']);
  return type === 'server_tool_use' || (type.endsWith('_tool_result') && type !== 'tool_result');
}
