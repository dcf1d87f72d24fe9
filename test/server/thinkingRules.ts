import { isJsonObject, type JsonObject } from '../../src/core/json';
import { contentOf, isThinking } from './contentBlocks';
import { findModel, type WireModel } from './modelTable';
import { invalid, type Refusal } from './refusal';
import { thinkingMark, thinkingPrefix } from './thinkingPrefix';
import { hashOf, readSeal, signThinking, type ThinkingSeal } from './thinkingSignature';

const bindingControls = 'thinking-binding-controls-';

interface Place {
  readonly block: JsonObject;
  readonly path: string;
  /** Everything before it that its signature covers. */
  readonly prefix: () => unknown;
  /** Signature of the thinking before it, of the same model. */
  readonly previous: string | undefined;
  readonly isInLatestAnswer: boolean;
}

/**
 * Whether every thinking block is as it was sent, and where it was sent (API: extended thinking, preserved thinking).
 * What another model thought is passed over: the API leaves it out by itself.
 */
export function thinkingRules(
  body: JsonObject,
  model: WireModel,
  betas: readonly string[],
  issued: ReadonlySet<string>,
): Refusal | undefined {
  const messages: readonly unknown[] = Array.isArray(body['messages']) ? body['messages'] : [];
  const dropsMismatches = asksToDrop(body['thinking'], betas);
  const latest = messages.findLastIndex(
    (message) => isJsonObject(message) && message['role'] === 'assistant',
  );
  let previous: string | undefined;
  for (const [i, message] of messages.entries()) {
    if (!isJsonObject(message) || message['role'] !== 'assistant') continue;
    const content = contentOf(message['content']) ?? [];
    for (const [j, block] of content.entries()) {
      const mark = thinkingMark(block);
      if (mark === undefined) continue;
      const seal = readSeal(mark);
      if (seal !== undefined && seal.model !== model.id) continue;
      const place: Place = {
        block,
        path: `messages.${i}.content.${j}`,
        prefix: () => thinkingPrefix(body, messages.slice(0, i), content.slice(0, j)),
        previous,
        isInLatestAnswer: i === latest,
      };
      const refused = issued.has(mark) ? undefined : blockRule(place, seal, dropsMismatches, betas);
      if (refused !== undefined) return refused;
      previous = mark;
    }
  }
  return startRule(body, messages[latest], latest);
}

/** The signature for a thinking block that an answer to this request brings after those blocks. */
export function signatureFor(
  modelId: string,
  request: JsonObject,
  before: readonly JsonObject[],
  text: string,
): string {
  const messages: readonly unknown[] = Array.isArray(request['messages'])
    ? request['messages']
    : [];
  const prefix = findModel(modelId)?.bindsThinking
    ? thinkingPrefix(request, messages, before)
    : null;
  const previous = [...messages.flatMap(blocksOf), ...before]
    .map(thinkingMark)
    .findLast((mark) => mark !== undefined && readSeal(mark)?.model === modelId);
  return signThinking(modelId, prefix, text, previous);
}

function blockRule(
  { block, path, prefix, previous, isInLatestAnswer }: Place,
  seal: ThinkingSeal | undefined,
  dropsMismatches: boolean,
  betas: readonly string[],
): Refusal | undefined {
  const type = String(block['type']);
  const member = type === 'thinking' ? 'signature' : 'data';
  const text = type === 'thinking' ? String(block['thinking']) : '';
  if (seal === undefined) return invalid(`${path}: Invalid \`${member}\` in \`${type}\` block`);
  if (seal.text !== hashOf(text)) {
    return invalid(
      isInLatestAnswer
        ? `${path}: \`thinking\` or \`redacted_thinking\` blocks in the latest assistant message cannot be modified. These blocks must remain as they were in the original response.`
        : `${path}: Invalid \`${member}\` in \`${type}\` block`,
    );
  }
  if (seal.prefix === null || dropsMismatches) return undefined;
  const followsItsOwn = previous === undefined || seal.previous === hashOf(previous);
  if (followsItsOwn && seal.prefix === hashOf(prefix())) return undefined;
  const how = betas.some((beta) => beta.startsWith(bindingControls))
    ? ''
    : ' That setting requires the `thinking-binding-controls-2026-08-01` value in the `anthropic-beta` header.';
  return invalid(
    `${path}: Invalid \`${member}\` in \`${type}\` block. The block is bound to a different conversation. Remove the block, or set \`thinking.block_binding.prefix_mismatch_behavior\` to "drop_block".${how}`,
  );
}

function asksToDrop(thinking: unknown, betas: readonly string[]): boolean {
  const binding = isJsonObject(thinking) ? thinking['block_binding'] : undefined;
  return (
    isJsonObject(binding) &&
    binding['prefix_mismatch_behavior'] === 'drop_block' &&
    betas.some((beta) => beta.startsWith(bindingControls))
  );
}

/** With a fixed budget, the answer that calls tools has to begin with its thinking as long as the calls go on. */
function startRule(body: JsonObject, latest: unknown, index: number): Refusal | undefined {
  const thinking = body['thinking'];
  if (!isJsonObject(thinking) || thinking['type'] !== 'enabled') return undefined;
  const content = blocksOf(latest);
  const [first] = content;
  const callsTools = content.some((block) => block['type'] === 'tool_use');
  return first === undefined || !callsTools || isThinking(first)
    ? undefined
    : invalid(
        `messages.${index}.content.0.type: Expected \`thinking\` or \`redacted_thinking\`, but found \`${String(first['type'])}\`. When \`thinking\` is enabled, a final \`assistant\` message must start with a thinking block (preceeding the lastmost set of \`tool_use\` and \`tool_result\` blocks). We recommend you include thinking blocks from previous turns. To avoid this requirement, disable \`thinking\`.`,
      );
}

function blocksOf(message: unknown): JsonObject[] {
  return isJsonObject(message) ? (contentOf(message['content']) ?? []) : [];
}
