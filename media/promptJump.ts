import type { PlacedTurn } from './conversationStore';
import type { FollowMode } from './followMode';
import type { TurnWindow } from './turnWindow';

/** Pixels that a prompt may be off the upper edge and still count as being there. */
const rounding = 4;

/**
 * Goes to the prompt before or after the one at the upper edge of the screen, and puts the focus on it. After the last
 * one comes the end.
 */
export async function jumpToPrompt(
  by: -1 | 1,
  turns: readonly PlacedTurn[],
  turnWindow: TurnWindow,
  follow: FollowMode,
): Promise<void> {
  const { topmost } = turnWindow;
  const at = turns.findIndex(({ outline }) => outline.id === topmost?.turn);
  if (topmost === undefined || at === -1) return;
  // Inside of a turn, the way back leads to its own beginning.
  const start = by === -1 && topmost.offset <= rounding ? at - 1 : by === -1 ? at : at + 1;
  let place = start;
  while (turns[place] !== undefined && turns[place]?.outline.role !== 'user') place += by;
  const target = turns[place];
  if (target === undefined) {
    if (by === 1) follow.jumpToLatest();
    return;
  }
  follow.leave();
  const element = await turnWindow.reveal(target.outline.id);
  element?.focus({ preventScroll: true });
}
