import type { TurnDocument } from './turnDocument';
import { startOfTurn, type TurnCursor } from './turnPatch';

/** Numbers in an id at most: nobody's turn has as many blocks. */
const mostNumbers = 10_000;

/** A cursor as the `id:` of a server-sent event: its revision, then what was seen of each block (`17.120.0.8`). */
export function cursorId({ revision, seen }: TurnCursor): string {
  return [revision, ...seen].join('.');
}

/** The cursor of a `Last-Event-ID`; undefined where the text is none. */
export function parseCursorId(text: string): TurnCursor | undefined {
  const parts = text.split('.', mostNumbers + 1);
  if (parts.length > mostNumbers || !parts.every(isNumber)) return undefined;
  const [revision, ...seen] = parts.map(Number);
  return revision === undefined || seen.some((length) => length < 0)
    ? undefined
    : { revision, seen };
}

/** -1 is the revision before the first. */
function isNumber(part: string): boolean {
  return part === '-1' || /^\d{1,15}$/.test(part);
}

/** Where a client goes on that says it has come to `cursor`. */
export interface ResumePoint {
  readonly cursor: TurnCursor;
  /** The client knows text that is not there (a crash took it): it has to begin again. */
  readonly reset: boolean;
}

/**
 * Finds a cursor's place in the document. One from an earlier life of the turn has a revision that this one has not:
 * what was seen of each block still holds, and everything else is told again.
 */
export function resumePoint(turn: TurnDocument, cursor: TurnCursor): ResumePoint {
  const known = cursor.seen.every((length, id) => length <= (turn.blocks[id]?.text.length ?? -1));
  if (!known) return { cursor: startOfTurn, reset: true };
  const revision = cursor.revision > turn.revision ? startOfTurn.revision : cursor.revision;
  return { cursor: { revision, seen: cursor.seen }, reset: false };
}

/** Whether a reader at this cursor has had all there will be. */
export function isAtEnd(turn: TurnDocument, { revision }: TurnCursor): boolean {
  return turn.isTerminal && revision >= turn.revision;
}
