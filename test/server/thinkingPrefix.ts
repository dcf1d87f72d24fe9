import type { JsonObject } from '../../src/core/json';
import { contentOf, isBlankText, isThinking, messageGroups } from './contentBlocks';

/**
 * Everything before a block that its thinking is bound to (API: preserved thinking): system, tools and what was said.
 * Thinking itself is left out, since it may be taken away from the front; its order is kept by the chain of signatures.
 *
 * @param messages Those before the one that holds the block.
 * @param before The blocks before it in its own message.
 */
export function thinkingPrefix(
  request: JsonObject,
  messages: readonly unknown[],
  before: readonly JsonObject[],
): unknown {
  const groups = messageGroups([...messages, { role: 'assistant', content: before }]);
  const said = groups
    .map(({ role, blocks }) => ({
      role,
      content: blocks
        .map(({ block }) => block)
        .filter((block) => !isThinking(block) && !isBlankText(block)),
    }))
    .filter(({ content }) => content.length > 0);
  return { system: contentOf(request['system']) ?? [], tools: request['tools'] ?? [], said };
}

/** What names a thinking block in the chain. */
export function thinkingMark(block: JsonObject): string | undefined {
  const mark = block[block['type'] === 'redacted_thinking' ? 'data' : 'signature'];
  return isThinking(block) && typeof mark === 'string' ? mark : undefined;
}
