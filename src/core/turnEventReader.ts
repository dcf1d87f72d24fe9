import type { Disposable } from './disposable';
import { isAtEnd, type ResumePoint } from './cursorId';
import { readTurn } from './readTurn';
import type { TurnDocument } from './turnDocument';
import { startOfTurn, type TurnCursor } from './turnPatch';
import { resetEvent, type TurnShape } from './turnShape';

/** UTF-16 units of text in one event: what a client that does not read can make us hold. */
const eventSize = 16_384;

/** Where events go: a client's socket. */
export interface EventSink {
  /** Takes the text; false where it wants no more until `drained` is called. */
  write(text: string): boolean;
  end(): void;
}

/**
 * Reads one turn for one client, as fast as its socket drains. While that stands still so does this, with nothing kept
 * but the cursor; then it reads on, and what came meanwhile is one slice (T107).
 */
export class TurnEventReader implements Disposable {
  private cursor: TurnCursor;
  private isReset: boolean;
  private isOpen = true;
  private isReady = true;
  private readonly listening: Disposable;

  constructor(
    private readonly turn: TurnDocument,
    from: ResumePoint,
    private readonly shape: TurnShape,
    private readonly sink: EventSink,
  ) {
    this.cursor = from.cursor;
    this.isReset = from.reset;
    this.listening = turn.onDidChange(() => this.pump());
    this.pump();
  }

  /** The sink wants more. */
  drained(): void {
    this.isReady = true;
    this.pump();
  }

  dispose(): void {
    this.isOpen = false;
    this.listening.dispose();
  }

  private pump(): void {
    while (this.isOpen && this.isReady) {
      if (this.isReset) {
        this.isReset = false;
        this.isReady = this.sink.write(resetEvent);
        continue;
      }
      const reading = readTurn(this.turn, this.cursor, eventSize);
      if (reading === undefined) break;
      const out = this.shape.encode(this.turn, reading, this.cursor);
      if (out === null) {
        this.cursor = startOfTurn;
        this.isReset = true;
        continue;
      }
      this.cursor = reading.cursor;
      if (out !== '') this.isReady = this.sink.write(out);
    }
    if (this.isOpen && isAtEnd(this.turn, this.cursor)) {
      this.dispose();
      this.sink.end();
    }
  }
}
