import type { ReceivedRequest } from '../server/receivedRequest';
import { messageGroups } from '../server/contentBlocks';
import type { ScriptedBlock } from '../server/scenario';

/** How a request to go on begins on models that take no prefill. */
const continuation = /^Your previous response was interrupted/;

/** What of the answer a request already holds; undefined where it asks from the beginning. */
export function keptText(request: ReceivedRequest): string | undefined {
  const groups = messageGroups(request.body['messages']);
  const last = groups.at(-1);
  const isPrefill = last?.role === 'assistant';
  const asks = last?.blocks.at(-1)?.block['text'];
  const isContinuation = typeof asks === 'string' && continuation.test(asks);
  if (!isPrefill && !isContinuation) return undefined;
  const answer = isPrefill ? last : groups.at(-2);
  return (answer?.blocks ?? [])
    .map(({ block }) => (block['type'] === 'text' ? String(block['text']) : ''))
    .join('');
}

/**
 * The rest of an answer after what is kept of it, as a model would bring it: the last words of what is kept again, then
 * what follows.
 *
 * @param repeated How many words it says again.
 */
export function restOf(
  blocks: readonly ScriptedBlock[],
  kept: string,
  repeated = 0,
): ScriptedBlock[] {
  const rest: ScriptedBlock[] = [];
  let left = kept.length;
  for (const block of blocks) {
    if (block.type !== 'text') {
      // Thinking before text that is there has been thought.
      if (left <= 0) rest.push(block);
    } else if (left >= block.text.length) {
      left -= block.text.length;
    } else {
      const before = block.text.slice(0, Math.max(0, left));
      const text = lastWords(before, repeated) + block.text.slice(before.length);
      rest.push({ ...block, text });
      left = 0;
    }
  }
  return rest;
}

function lastWords(text: string, count: number): string {
  const starts = [...text.matchAll(/\S+/g)].map(({ index }) => index);
  return count === 0 ? '' : text.slice(starts.at(-count) ?? 0);
}
