import type { JsonObject } from '../../src/core/json';
import { messageGroups, type MessageGroup, type PlacedBlock } from './contentBlocks';
import { invalid, type Refusal } from './refusal';

/** Each call has its one result, where it belongs (API: tool use). */
export function toolPairing(messages: unknown): Refusal | undefined {
  const groups = messageGroups(messages);
  const used = new Set<string>();
  for (const [i, group] of groups.entries()) {
    const refused =
      resultsRule(group, groups[i - 1]) ??
      callsRule(group, groups[i + 1], used) ??
      serverToolsRule(group, i === groups.length - 1);
    if (refused !== undefined) return refused;
  }
  return undefined;
}

function callsRule(
  group: MessageGroup,
  next: MessageGroup | undefined,
  used: Set<string>,
): Refusal | undefined {
  const calls = idsOf(group, 'tool_use', 'id');
  for (const { id, path } of calls) {
    if (used.has(id)) return invalid(`${path}: \`tool_use\` ids must be unique`);
    used.add(id);
  }
  const answered = new Set(
    next?.role === 'user' ? idsOf(next, 'tool_result', 'tool_use_id').map(({ id }) => id) : [],
  );
  const missing = calls.map(({ id }) => id).filter((id) => !answered.has(id));
  return missing.length === 0
    ? undefined
    : invalid(
        `messages.${group.index}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${missing.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
      );
}

function resultsRule(group: MessageGroup, before: MessageGroup | undefined): Refusal | undefined {
  const calls = new Set(
    before?.role === 'assistant' ? idsOf(before, 'tool_use', 'id').map(({ id }) => id) : [],
  );
  const seen = new Set<string>();
  for (const { id, path } of idsOf(group, 'tool_result', 'tool_use_id')) {
    if (!calls.has(id)) {
      return invalid(
        `${path}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${id}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`,
      );
    }
    if (seen.has(id)) {
      return invalid(
        `${path}: each tool_use must have a single result. Found multiple \`tool_result\` blocks with id: ${id}`,
      );
    }
    seen.add(id);
  }
  const firstOther = group.blocks.findIndex(({ block }) => block['type'] !== 'tool_result');
  const late = group.blocks.find(
    ({ block }, i) => i > firstOther && firstOther >= 0 && block['type'] === 'tool_result',
  );
  return late === undefined
    ? undefined
    : invalid(
        `${late.path}: \`tool_result\` blocks must come first in the content of a user message, before any other blocks.`,
      );
}

/** Calls of the server's own tools stand with their results in one message; only in the last may one still be open. */
function serverToolsRule(group: MessageGroup, isLast: boolean): Refusal | undefined {
  const calls = group.blocks.filter(({ block }) => block['type'] === 'server_tool_use');
  const results = group.blocks.filter(({ block }) => isServerResult(block));
  const callIds = new Set(calls.map(({ block }) => block['id']));
  const resultIds = new Set(results.map(({ block }) => block['tool_use_id']));
  const stray = results.find(({ block }) => !callIds.has(block['tool_use_id']));
  if (stray !== undefined) return invalid(unexpectedResult(stray));
  const left = calls.find(({ block }) => !resultIds.has(block['id']));
  return left === undefined || isLast ? undefined : invalid(unanswered(left));
}

function isServerResult(block: JsonObject): boolean {
  const type = String(block['type']);
  return type !== 'tool_result' && type.endsWith('_tool_result');
}

function unexpectedResult({ path, block }: PlacedBlock): string {
  const type = String(block['type']);
  return `${path}: unexpected \`tool_use_id\` found in \`${type}\` blocks: ${String(block['tool_use_id'])}. Each \`${type}\` block must have a corresponding \`server_tool_use\` block before it.`;
}

function unanswered({ path, block }: PlacedBlock): string {
  const name = String(block['name']);
  return `${path}: \`${name}\` tool use with id \`${String(block['id'])}\` was found without a corresponding \`${name}_tool_result\` block`;
}

function idsOf(
  group: MessageGroup,
  type: string,
  member: string,
): { readonly id: string; readonly path: string }[] {
  return group.blocks
    .filter(({ block }: { block: JsonObject }) => block['type'] === type)
    .map(({ block, path }) => ({ id: String(block[member]), path }));
}
