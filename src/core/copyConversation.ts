import type { Clock } from './clock';
import { Conversation } from './conversation';
import { GrowingText } from './growingText';
import { TurnDocument } from './turnDocument';

/** A conversation of its own with the same turns, thinking and signatures included. All ids are new. */
export function copyConversation(
  source: Conversation,
  clock: Clock,
  newId: () => string,
): Conversation {
  const turns = source.turns.map(({ role, createdAt, blocks, status, meta }) =>
    TurnDocument.restore({ id: newId(), role, createdAt }, clock, {
      blocks: blocks.map((block) => ({ ...block, text: new GrowingText(block.text.toString()) })),
      status,
      meta,
    }),
  );
  const identity = { id: newId(), createdAt: clock.wallNow() };
  return Conversation.restore(identity, clock, { title: source.title, turns });
}
