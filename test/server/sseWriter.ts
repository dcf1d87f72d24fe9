import type { ServerResponse } from 'node:http';
import type { RawEvent, Scenario } from './scenario';
import { nextTurn, settled } from './sleep';

/** Pieces between turns of the event loop where nothing is to be seen of where they end. */
const piecesPerTurn = 16;

/** Where the body breaks off, in bytes, and how. */
export interface BodyLimit {
  readonly bytes: number;
  readonly onReached: () => void | Promise<void>;
}

/** Writes events to a socket as the scenario wants them spelt, and waits where the client does not read. */
export class SseWriter {
  private bytesWritten = 0;
  private pieceCount = 0;
  private sizeCount = 0;
  private last: Promise<void> = Promise.resolve();
  private handedOver: Promise<void> = Promise.resolve();

  constructor(
    private readonly response: ServerResponse,
    private readonly scenario: Pick<Scenario, 'lineEnd' | 'dataOnly' | 'splitBytes'>,
    private readonly limit?: BodyLimit,
  ) {}

  get isOpen(): boolean {
    return !this.response.destroyed && !this.response.writableEnded;
  }

  /** In bytes, of the body alone. */
  get size(): number {
    return this.bytesWritten;
  }

  /** Events go out whole, one after another: a ping never lands inside another event. */
  event(event: RawEvent): Promise<void> {
    this.last = this.last.then(() => this.bytes(Buffer.from(this.spell(event), 'utf8')));
    return this.last;
  }

  /** Resolves when the system has taken everything written so far: a reset after that loses nothing. */
  async flushed(): Promise<void> {
    await this.last;
    await settled(this.handedOver, this.response);
  }

  private spell(event: RawEvent): string {
    if ('raw' in event) return event.raw;
    const { lineEnd = '\n', dataOnly = false } = this.scenario;
    const lines = event.event === null || dataOnly ? [] : [`event: ${event.event}`];
    lines.push(...event.data.split('\n').map((line) => `data: ${line}`), '', '');
    return lines.join(lineEnd);
  }

  private async bytes(bytes: Buffer): Promise<void> {
    const { splitBytes } = this.scenario;
    const limit = this.limit?.bytes ?? Number.POSITIVE_INFINITY;
    const out = bytes.subarray(0, Math.max(0, limit - this.bytesWritten));
    for (let start = 0; start < out.length && this.isOpen;) {
      const end = start + (this.pieceSize() ?? out.length);
      await this.piece(out.subarray(start, end));
      start = end;
      if (splitBytes === undefined) continue;
      // In a packet of its own, so that the client's parser really meets the split.
      if (isTelling(out, end) || this.pieceCount++ % piecesPerTurn === 0) await nextTurn();
    }
    this.bytesWritten += out.length;
    if (this.bytesWritten < limit || !this.isOpen) return;
    await settled(this.handedOver, this.response);
    await this.limit?.onReached();
  }

  private pieceSize(): number | undefined {
    const { splitBytes } = this.scenario;
    if (splitBytes === undefined || typeof splitBytes === 'number') return splitBytes;
    return splitBytes[this.sizeCount++ % splitBytes.length];
  }

  private async piece(bytes: Buffer): Promise<void> {
    if (this.write(bytes)) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.response.off('drain', done);
        this.response.off('close', done);
        resolve();
      };
      this.response.on('drain', done);
      this.response.on('close', done);
    });
  }

  /** Whether there is room for more. */
  private write(bytes: Uint8Array): boolean {
    let taken = (): void => undefined;
    this.handedOver = new Promise((resolve) => (taken = resolve));
    return this.response.write(bytes, () => taken());
  }
}

/** Whether a split here is one that parsers get wrong: inside a character, or around the end of a line. */
function isTelling(bytes: Uint8Array, at: number): boolean {
  const before = bytes[at - 1];
  const isInsideCharacter = ((bytes[at] ?? 0) & 0xc0) === 0x80;
  return isInsideCharacter || before === 0x0a || before === 0x0d;
}
