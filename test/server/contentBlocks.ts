import { isJsonObject, type JsonObject } from '../../src/core/json';

/** One content block and where in the request it stands. */
export interface PlacedBlock {
  readonly block: JsonObject;
  /** As the API names it: `messages.3.content.0`. */
  readonly path: string;
}

/** Neighbouring messages of one role, which the API takes as one turn. */
export interface MessageGroup {
  readonly role: string;
  /** Of its first message. */
  readonly index: number;
  readonly blocks: readonly PlacedBlock[];
}

/** Content as blocks: a string is short for one text block. Undefined where it is neither. */
export function contentOf(content: unknown): JsonObject[] | undefined {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
  return Array.isArray(content) ? content.filter(isJsonObject) : undefined;
}

export function messageGroups(messages: unknown): MessageGroup[] {
  const groups: { role: string; index: number; blocks: PlacedBlock[] }[] = [];
  for (const [index, message] of (Array.isArray(messages) ? messages : []).entries()) {
    if (!isJsonObject(message)) continue;
    const role = String(message['role']);
    const blocks = (contentOf(message['content']) ?? []).map((block, i) => ({
      block,
      path: `messages.${index}.content.${i}`,
    }));
    const last = groups.at(-1);
    if (last?.role === role) last.blocks.push(...blocks);
    else groups.push({ role, index, blocks });
  }
  return groups;
}

export function isThinking(block: JsonObject): boolean {
  return block['type'] === 'thinking' || block['type'] === 'redacted_thinking';
}

export function isBlankText(block: JsonObject): boolean {
  return block['type'] === 'text' && String(block['text']).trim() === '';
}
