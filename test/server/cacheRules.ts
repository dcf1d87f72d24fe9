import { isJsonObject, type JsonObject } from '../../src/core/json';
import { contentOf } from './contentBlocks';
import { invalid, type Refusal } from './refusal';

const mostMarks = 4;

/** Marks for the prompt cache: their shape, number and order (API: prompt caching). */
export function cacheRules(body: JsonObject): Refusal | undefined {
  const marks = [...marksOf(body)];
  for (const mark of marks) {
    if (!isJsonObject(mark) || mark['type'] !== 'ephemeral') {
      return invalid("cache_control.type: Input should be 'ephemeral'");
    }
    const ttl = mark['ttl'] ?? '5m';
    if (ttl !== '5m' && ttl !== '1h') {
      return invalid("cache_control.ephemeral.ttl: Input should be '5m' or '1h'");
    }
  }
  if (marks.length > mostMarks) {
    return invalid(
      `A maximum of ${mostMarks} blocks with cache_control may be provided. Found ${marks.length}.`,
    );
  }
  const isLong = marks.map((mark) => isJsonObject(mark) && mark['ttl'] === '1h');
  return isLong.lastIndexOf(true) > isLong.indexOf(false) && isLong.includes(false)
    ? invalid(
        "a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block. Note that blocks are processed in the following order: `tools`, `system`, `messages`.",
      )
    : undefined;
}

/** In the order of the prompt; the one on the request itself stands for the end. */
function* marksOf(body: JsonObject): Generator {
  const { tools, system, messages } = body;
  for (const block of [...listOf(tools), ...listOf(system)]) yield* marksIn(block);
  for (const message of listOf(messages)) {
    const content = isJsonObject(message) ? message['content'] : undefined;
    for (const block of contentOf(content) ?? []) yield* marksIn(block);
  }
  yield* marksIn(body);
}

function* marksIn(block: unknown): Generator {
  if (!isJsonObject(block)) return;
  const mark = block['cache_control'];
  if (mark !== undefined && mark !== null) yield mark;
  if (block['type'] !== 'tool_result') return;
  for (const inner of listOf(block['content'])) yield* marksIn(inner);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
