import type { Clock } from './clock';
import { Conversation } from './conversation';
import type { Failure } from './failure';
import type { JsonObject } from './json';
import type { JournalCursor } from './journalReader';
import {
  decodeJournalRecord,
  isOfNewerVersion,
  type JournalBlock,
  type JournalPatch,
} from './journalRecord';
import { TurnDocument, type RestoredTurn } from './turnDocument';
import { TurnMirror, type MirrorBlock } from './turnMirror';
import { isTerminal, type TurnStatus } from './turnStatus';

/** A conversation read back, and what had to be left out of it. */
export interface Restoration {
  readonly conversation: Conversation;
  /** Where a journal writer goes on. */
  readonly cursor: JournalCursor;
  /** Lines that were torn, corrupt, or did not fit. */
  readonly badLines: number;
  /** UTF-16 units of text in all turns: what the journal is about, whatever its own size. */
  readonly textSize: number;
}

interface BlockDetail {
  readonly raw: JsonObject | undefined;
  readonly signature: string | undefined;
  readonly citations: readonly JsonObject[];
  readonly unknownDeltas: readonly JsonObject[];
}

interface RestoringTurn {
  readonly mirror: TurnMirror;
  readonly details: Map<number, BlockDetail>;
}

const hostEnded: Failure = { kind: 'host-ended', retryable: true, action: 'try-again' };

/**
 * Replays a journal. A bad line costs itself alone: later patches of the same turn that need it are refused by the
 * mirror and counted too; every other turn is whole.
 *
 * @returns `damaged` where not even the conversation's own line is there, `newer` where a line is of a newer version:
 * what that one knows must not be lost by writing on without it.
 */
export function restoreConversation(
  journal: string,
  clock: Clock,
): Restoration | 'damaged' | 'newer' {
  let identity: { id: string; createdAt: number } | undefined;
  let title = '';
  let order: string[] = [];
  let badLines = 0;
  const turns = new Map<string, RestoringTurn>();
  for (const line of journal.split('\n')) {
    if (line === '') continue;
    const record = decodeJournalRecord(line);
    switch (record?.kind) {
      case 'conversation':
        identity ??= record;
        break;
      case 'title':
        title = record.title;
        break;
      case 'order':
        order = record.turns.filter((id) => turns.has(id));
        break;
      case 'patch':
        if (!replay(turns, order, record.patch)) badLines++;
        break;
      case undefined:
        if (isOfNewerVersion(line)) return 'newer';
        badLines++;
        break;
    }
  }
  if (identity === undefined) return 'damaged';
  const documents = order.flatMap((id) => {
    const turn = turns.get(id);
    return turn === undefined ? [] : [restoreTurn(turn, clock)];
  });
  const conversation = Conversation.restore(identity, clock, { title, turns: documents });
  return {
    conversation,
    cursor: cursorAtEnd(conversation),
    badLines,
    textSize: textSizeOf(documents),
  };
}

function textSizeOf(turns: readonly TurnDocument[]): number {
  let size = 0;
  for (const turn of turns) for (const block of turn.blocks) size += block.text.length;
  return size;
}

function replay(turns: Map<string, RestoringTurn>, order: string[], patch: JournalPatch): boolean {
  let turn = turns.get(patch.turn);
  if (turn === undefined) {
    turn = {
      mirror: new TurnMirror(patch.turn, patch.role, patch.createdAt),
      details: new Map(),
    };
    turns.set(patch.turn, turn);
    order.push(patch.turn);
  }
  if (turn.mirror.apply(patch) === 'gap') return false;
  for (const block of patch.blocks) {
    turn.details.set(block.id, mergeDetail(turn.details.get(block.id), block));
  }
  return true;
}

function mergeDetail(before: BlockDetail | undefined, block: JournalBlock): BlockDetail {
  return {
    raw: block.raw ?? before?.raw,
    signature: block.signature ?? before?.signature,
    citations: block.citations ?? before?.citations ?? [],
    unknownDeltas: block.unknownDeltas ?? before?.unknownDeltas ?? [],
  };
}

function restoreTurn({ mirror, details }: RestoringTurn, clock: Clock): TurnDocument {
  const ended = isTerminal(mirror.status);
  const content: RestoredTurn = {
    blocks: mirror.blocks.map((block) => restoreBlock(block, details.get(block.id), ended)),
    status: ended ? mirror.status : endedByHost(mirror),
    meta: mirror.meta,
  };
  return TurnDocument.restore(mirror, clock, content);
}

function restoreBlock(
  block: MirrorBlock,
  detail: BlockDetail | undefined,
  turnEnded: boolean,
): RestoredTurn['blocks'][number] {
  return {
    attempt: block.attempt,
    head: block.head,
    text: block.text,
    state: block.state === 'open' && !turnEnded ? 'cut' : block.state,
    openedMs: block.openedMs,
    closedMs: block.closedMs,
    raw: detail?.raw,
    signature: detail?.signature,
    citations: detail?.citations ?? [],
    unknownDeltas: detail?.unknownDeltas ?? [],
  };
}

/** What a turn that was under way became when its host ended. */
function endedByHost(mirror: TurnMirror): TurnStatus {
  const hasOutput = mirror.blocks.some(
    (block) => block.state !== 'dropped' && block.text.length > 0,
  );
  return hasOutput
    ? { kind: 'interrupted', cause: hostEnded, resumable: true }
    : { kind: 'failed', cause: hostEnded };
}

/** Everything is in the file already, what became of unfinished turns apart: that is told anew by their revision. */
function cursorAtEnd(conversation: Conversation): JournalCursor {
  return {
    started: true,
    title: conversation.title,
    turns: new Map(
      conversation.turns.map((turn) => [
        turn.id,
        { revision: turn.revision, seen: turn.blocks.map((block) => block.text.length) },
      ]),
    ),
  };
}
