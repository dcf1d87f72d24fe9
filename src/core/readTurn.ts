import type { TurnBlock, TurnDocument } from './turnDocument';
import type { BlockPatch, TurnCursor, TurnPatch } from './turnPatch';

export interface TurnReading {
  readonly patch: TurnPatch;
  /** The cursor of a reader that has applied the patch. */
  readonly cursor: TurnCursor;
  /** UTF-16 units of text in the patch. */
  readonly size: number;
  /** Whether the limit cut the reading short: read again from `cursor`. */
  readonly more: boolean;
}

/**
 * What is new in `turn` since `cursor`, in a patch of at most `limit` UTF-16 units of text; undefined when nothing
 * is. However many deltas brought the text since the cursor, it is one slice per block.
 *
 * A reading cut short keeps the cursor's old revision and advances only `seen`, so that what the limit left out is
 * found again by the next reading.
 */
export function readTurn(
  turn: TurnDocument,
  cursor: TurnCursor,
  limit = Number.POSITIVE_INFINITY,
): TurnReading | undefined {
  if (cursor.revision >= turn.revision) return undefined;
  const blocks: BlockPatch[] = [];
  const seen = [...cursor.seen];
  let size = 0;
  let more = false;
  for (const block of turn.blocks) {
    const at = seen[block.id];
    const isNew = at === undefined;
    const offset = at ?? 0;
    if (!isNew && block.changedAt <= cursor.revision && offset >= block.text.length) continue;
    if (size >= limit) {
      more = true;
      break;
    }
    const end = splitPoint(block, offset, limit - size);
    const whole = end === block.text.length;
    const text = block.text.slice(offset, end);
    blocks.push(blockPatch(block, isNew, offset, text, whole));
    seen[block.id] = end;
    size += text.length;
    if (!whole) {
      more = true;
      break;
    }
  }
  const to = more ? cursor.revision : turn.revision;
  // An end is told only together with the last of the text: "complete" never shows over half an answer.
  const statusIsDue = turn.statusChangedAt > cursor.revision && !(more && turn.isTerminal);
  const patch: TurnPatch = {
    turn: turn.id,
    role: turn.role,
    createdAt: turn.createdAt,
    from: cursor.revision,
    to,
    blocks,
    elapsedMs: turn.elapsedMs,
    statusAgeMs: turn.statusAgeMs,
    ...(statusIsDue ? { status: turn.status } : {}),
    ...(turn.metaChangedAt > cursor.revision ? { meta: turn.meta } : {}),
  };
  return { patch, cursor: { revision: to, seen }, size, more };
}

/** Where to cut a block's text so that no surrogate pair is split between two patches (T95). */
function splitPoint(block: TurnBlock, offset: number, room: number): number {
  const end = Math.min(block.text.length, offset + room);
  if (end === block.text.length) return end;
  const unit = block.text.slice(end - 1, end).charCodeAt(0);
  const isHighSurrogate = unit >= 0xd800 && unit <= 0xdbff;
  return isHighSurrogate ? end + 1 : end;
}

function blockPatch(
  block: TurnBlock,
  isNew: boolean,
  at: number,
  text: string,
  whole: boolean,
): BlockPatch {
  return {
    id: block.id,
    ...(isNew ? { head: block.head } : {}),
    attempt: block.attempt,
    at,
    text,
    // A block is closed for the reader only once the reader has all of it.
    state: whole || block.state === 'dropped' ? block.state : 'open',
    openedMs: block.openedMs,
    ...(block.closedMs === undefined ? {} : { closedMs: block.closedMs }),
  };
}
