import type { Conversation } from './conversation';
import { DisposableStore, type Disposable } from './disposable';
import { encodeJournalRecord, type JournalBlock, type JournalPatch } from './journalRecord';
import { readTurn } from './readTurn';
import type { TurnBlock, TurnDocument } from './turnDocument';
import { startOfTurn, type TurnCursor, type TurnPatch } from './turnPatch';

/** How far the journal has come; given back when a write fails, so that the next one says it again. */
export interface JournalCursor {
  readonly started: boolean;
  readonly title: string;
  readonly turns: ReadonlyMap<string, TurnCursor>;
}

export const startOfJournal: JournalCursor = { started: false, title: '', turns: new Map() };

export interface JournalReading {
  /** Lines to append. */
  readonly lines: string;
  readonly cursor: JournalCursor;
}

/** Reads what is new in a conversation as journal lines. Holds no text: only which turns changed. */
export class JournalReader implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly dirty = new Set<TurnDocument>();

  constructor(
    private readonly conversation: Conversation,
    private cursor: JournalCursor = startOfJournal,
  ) {
    for (const turn of conversation.turns) this.dirty.add(turn);
    this.disposables.add(
      conversation.onDidChange((change) => {
        if (change.kind === 'turn') this.dirty.add(change.turn);
        else if (change.kind === 'order') this.markNewTurns();
      }),
    );
  }

  /** What is new since the last reading that was kept; empty when nothing is. */
  read(): JournalReading {
    const { conversation } = this;
    // A chat that was opened and never used leaves no trace.
    if (!this.cursor.started && conversation.turns.length === 0)
      return { lines: '', cursor: this.cursor };
    const turns = new Map(this.cursor.turns);
    const lines: string[] = [];
    if (!this.cursor.started) {
      const { id, createdAt } = conversation;
      lines.push(encodeJournalRecord({ kind: 'conversation', id, createdAt }));
    }
    if (conversation.title !== this.cursor.title) {
      lines.push(encodeJournalRecord({ kind: 'title', title: conversation.title }));
    }
    const current = conversation.turns;
    const removed = [...turns.keys()].filter((id) => conversation.turn(id) === undefined);
    if (removed.length > 0) {
      for (const id of removed) turns.delete(id);
      lines.push(encodeJournalRecord({ kind: 'order', turns: current.map((turn) => turn.id) }));
    }
    for (const turn of this.dirty) {
      if (conversation.turn(turn.id) === undefined) continue;
      const reading = readTurn(turn, turns.get(turn.id) ?? startOfTurn);
      if (reading === undefined) continue;
      lines.push(encodeJournalRecord({ kind: 'patch', patch: withDetail(reading.patch, turn) }));
      turns.set(turn.id, reading.cursor);
    }
    return { lines: lines.join(''), cursor: { started: true, title: conversation.title, turns } };
  }

  /** The lines of the reading with this cursor are safe: the next one begins after them. */
  keep(cursor: JournalCursor): void {
    this.cursor = cursor;
    for (const turn of this.dirty) {
      const kept = cursor.turns.get(turn.id);
      const gone = this.conversation.turn(turn.id) === undefined;
      if (gone || (kept !== undefined && kept.revision >= turn.revision)) this.dirty.delete(turn);
    }
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private markNewTurns(): void {
    for (const turn of this.conversation.turns) {
      if (!this.cursor.turns.has(turn.id)) this.dirty.add(turn);
    }
  }
}

function withDetail(patch: TurnPatch, turn: TurnDocument): JournalPatch {
  return {
    ...patch,
    blocks: patch.blocks.map((blockPatch): JournalBlock => {
      const block = turn.blocks[blockPatch.id];
      return block === undefined
        ? blockPatch
        : { ...blockPatch, ...detail(block, blockPatch.head !== undefined) };
    }),
  };
}

type BlockDetail = Pick<JournalBlock, 'raw' | 'signature' | 'citations' | 'unknownDeltas'>;

/** What came beside the text is written once the block has ended: it is of no use before. */
function detail(block: TurnBlock, isNew: boolean): BlockDetail {
  const ended = block.state !== 'open';
  return {
    ...(isNew && block.raw !== undefined ? { raw: block.raw } : {}),
    ...(ended && block.signature !== undefined ? { signature: block.signature } : {}),
    ...(ended && block.citations.length > 0 ? { citations: block.citations } : {}),
    ...(ended && block.unknownDeltas.length > 0 ? { unknownDeltas: block.unknownDeltas } : {}),
  };
}
