import type { GrowingText } from './growingText';
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
 * What is new in `turn` since `cursor`, in a patch of at most `limit` UTF-16 units of text (at least 1; one more where
 * a surrogate pair would be split); undefined when nothing is. However many deltas brought the text since the cursor,
 * it is one slice per block. Of a dropped block only that it is dropped is told, not its text.
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
    const length = readableLength(block, offset);
    if (!isNew && block.changedAt <= cursor.revision && offset >= length) continue;
    if (size >= limit) {
      more = true;
      break;
    }
    const end = splitPoint(block.text, offset, Math.min(length, offset + limit - size));
    const whole = end === length;
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

/**
 * How much of a block's text a reader at `offset` shall have: all of it, but for the first half of a surrogate pair
 * whose other half may yet come with the next delta (T95).
 */
function readableLength(block: TurnBlock, offset: number): number {
  if (block.state === 'dropped') return offset;
  const { length } = block.text;
  return block.state === 'open' && isHighSurrogate(block.text, length - 1) ? length - 1 : length;
}

/** Where to cut a text at about `end`, so that no surrogate pair is split between two patches (T95). */
function splitPoint(text: GrowingText, offset: number, end: number): number {
  const splitsPair = end > offset && isHighSurrogate(text, end - 1) && isLowSurrogate(text, end);
  return splitsPair ? end + 1 : end;
}

function isHighSurrogate(text: GrowingText, offset: number): boolean {
  const unit = unitAt(text, offset);
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLowSurrogate(text: GrowingText, offset: number): boolean {
  const unit = unitAt(text, offset);
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/** NaN outside the text. */
function unitAt(text: GrowingText, offset: number): number {
  return text.slice(offset, offset + 1).charCodeAt(0);
}

function blockPatch(
  block: TurnBlock,
  isNew: boolean,
  at: number,
  text: string,
  whole: boolean,
): BlockPatch {
  // A block is closed for the reader only once the reader has all of it.
  const state = whole ? block.state : 'open';
  return {
    id: block.id,
    ...(isNew ? { head: block.head } : {}),
    attempt: block.attempt,
    at,
    text,
    state,
    openedMs: block.openedMs,
    ...(state === 'open' || block.closedMs === undefined ? {} : { closedMs: block.closedMs }),
  };
}
