import type { Clock } from './clock';
import type { Conversation } from './conversation';
import type { FoundTurn } from './foundTurn';
import type { TurnDocument } from './turnDocument';

/** UTF-16 units looked through before other work has its turn: a millisecond or so. */
const sliceSize = 500_000;

/** Marks of Markdown that are not on screen, and so must not be in the way of what is. */
const marks = /[*_`~\\]/g;

/**
 * Finds a text in what people and the model wrote, whatever of it a view shows: capitals and the marks of Markdown do
 * not count. What is looked through at once is bounded, so that a long conversation holds nothing up.
 *
 * @returns the turns that have it, in order; undefined where `signal` was aborted on the way.
 */
export async function findInConversation(
  conversation: Conversation,
  query: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<readonly FoundTurn[] | undefined> {
  const pattern = patternFor(query);
  if (pattern === undefined) return [];
  const found: FoundTurn[] = [];
  let size = 0;
  for (const turn of [...conversation.turns]) {
    for (const text of writtenTexts(turn)) {
      size += text.length;
      const count = text.replace(marks, '').match(pattern)?.length ?? 0;
      if (count === 0) continue;
      const last = found.at(-1);
      if (last?.turn === turn.id) found[found.length - 1] = { ...last, count: last.count + count };
      else found.push({ turn: turn.id, count });
    }
    if (size < sliceSize) continue;
    size = 0;
    await new Promise<void>((resolve) => clock.setTimer(0, resolve));
    if (signal.aborted) return undefined;
  }
  return found;
}

function patternFor(query: string): RegExp | undefined {
  const words = query.replace(marks, '');
  if (words.trim() === '') return undefined;
  const escaped = words.replace(/[.+?^${}()|[\]]/g, '\\$&').replace(/\s+/g, '\\s+');
  return new RegExp(escaped, 'giu');
}

function* writtenTexts(turn: TurnDocument): Generator<string> {
  for (const { head, state, text } of turn.blocks) {
    if (head.kind === 'text' && state !== 'dropped') yield text.toString();
  }
}
