import { cursorId, isAtEnd } from './cursorId';
import type { TurnReading } from './readTurn';
import { encodeEvent } from './serverSentEvent';
import type { TurnBlock, TurnDocument } from './turnDocument';
import type { BlockPatch, TurnCursor } from './turnPatch';

/** The end of a stream in the text shape. */
const doneMark = '[DONE]';

/** How a turn is written as server-sent events. Every event's id is the cursor of a client that has had it. */
export interface TurnShape {
  /** What a reading brings, '' for nothing; null where text that the client had is taken away. */
  encode(turn: TurnDocument, reading: TurnReading, before: TurnCursor): string | null;
}

/** Says that what came so far does not hold, and that all of it comes anew. */
export const resetEvent = encodeEvent({ event: 'reset', data: '{"type":"reset"}' });

/** Typed JSON: a `patch` for each reading, with all that is new in the turn; `done` after the last one. */
export const eventsShape: TurnShape = {
  encode(turn, { patch, cursor }) {
    const id = cursorId(cursor);
    const out = encodeEvent({
      event: 'patch',
      id,
      data: JSON.stringify({ type: 'patch', ...patch }),
    });
    if (!isAtEnd(turn, cursor)) return out;
    const data = JSON.stringify({ type: 'done', status: turn.status.kind });
    return out + encodeEvent({ event: 'done', id, data });
  },
};

/**
 * The text of the answer alone, as `TurnDocument.answerText` has it: the data of all events, put together, is that text
 * with `\n` for every line break. A failure comes as an `error` event; `[DONE]` ends the stream, however the turn ended.
 */
export const textShape: TurnShape = {
  encode(turn, { patch, cursor }, before) {
    let out = '';
    const seen = [...before.seen];
    for (const part of patch.blocks) {
      const block = turn.blocks[part.id];
      if (block?.head.kind === 'text') {
        if (part.state === 'dropped' && part.at > 0) return null;
        const text = separator(turn, block, part) + plain(block, part);
        if (text === doneMark) {
          // What a client would take for the end goes out in two halves.
          seen[part.id] = part.at + part.text.length - 1;
          out += encodeEvent({ id: idAt(before, seen), data: doneMark.slice(0, -1) });
        }
        seen[part.id] = part.at + part.text.length;
        const data = text === doneMark ? doneMark.slice(-1) : text;
        if (data !== '') out += encodeEvent({ id: idAt(before, seen), data });
      }
      seen[part.id] = part.at + part.text.length;
    }
    return isAtEnd(turn, cursor) ? out + endOf(turn, cursor) : out;
  },
};

/** The old revision: a client that has this event and not the next one is told the end again. */
function idAt({ revision }: TurnCursor, seen: readonly number[]): string {
  return cursorId({ revision, seen });
}

/** Between two texts with something else in between: a paragraph. */
function separator(turn: TurnDocument, block: TurnBlock, { at, text }: BlockPatch): string {
  if (at > 0 || text === '') return '';
  const before = turn.blocks
    .slice(0, block.id)
    .filter(({ state, head, text: own }) => {
      return state !== 'dropped' && (head.kind !== 'text' || own.length > 0);
    })
    .map(({ head }) => head.kind);
  return before.includes('text') && before.at(-1) !== 'text' ? '\n\n' : '';
}

/** Any line break is one `\n`, also one that two readings share. */
function plain(block: TurnBlock, { at, text }: BlockPatch): string {
  const isShared = text.startsWith('\n') && block.text.slice(at - 1, at) === '\r';
  return (isShared ? text.slice(1) : text).replace(/\r\n?/g, '\n');
}

function endOf({ status }: TurnDocument, cursor: TurnCursor): string {
  const done = encodeEvent({ id: cursorId(cursor), data: doneMark });
  if (status.kind !== 'failed' && status.kind !== 'interrupted') return done;
  const { kind, serverMessage, detail, requestId } = status.cause;
  const error = { type: kind, message: serverMessage ?? detail ?? kind, requestId };
  const data = JSON.stringify({ type: 'error', status: status.kind, error });
  return encodeEvent({ event: 'error', data }) + done;
}
