import type { FileHandle } from 'node:fs/promises';
import { TextDecoder } from 'node:util';
import type { TextEncoding } from './textEncoding';

/** Bytes that are in memory at a time. */
const sliceSize = 256 * 1024;

/** What limits a reading. Lines are counted from 1. */
export interface LineRange {
  readonly first: number;
  readonly count: number;
  /** Characters of all lines together. */
  readonly maxChars: number;
  /** Characters of one line; what is beyond is not kept. */
  readonly maxLineChars: number;
}

export interface ReadLines {
  readonly lines: readonly string[];
  /** Whether the file goes on after them. */
  readonly hasMore: boolean;
  /** Whether some of them were cut. */
  readonly isCut: boolean;
  /** Whether bytes were met that are not of the encoding; they read as U+FFFD. */
  readonly hasInvalidBytes: boolean;
  /** Lines that were met, up to where reading ended. */
  readonly lineCount: number;
}

/** Gathers a range of lines from a text that comes in pieces; never holds more than the range. */
export class LineGatherer {
  private readonly lines: string[] = [];
  private line = '';
  private chars = 0;
  private isCut = false;
  private sawText = false;
  /** The range is full, and the text goes on. */
  isFull = false;

  /** @param lineNumber of the first line that comes. */
  constructor(
    private readonly range: LineRange,
    private lineNumber = 1,
  ) {}

  push(piece: string): void {
    let start = 0;
    while (start < piece.length && !this.isFull) {
      if (this.isPast()) {
        this.isFull = true;
        return;
      }
      const end = piece.indexOf('\n', start);
      this.take(piece, start, end === -1 ? piece.length : end);
      this.sawText = true;
      if (end === -1) return;
      this.endLine();
      start = end + 1;
    }
  }

  end(hasInvalidBytes: boolean): ReadLines {
    const isOpen = this.line !== '' || (this.sawText && this.lineNumber === 1);
    if (!this.isFull && isOpen) this.endLine();
    return {
      lines: this.lines,
      hasMore: this.isFull,
      isCut: this.isCut,
      hasInvalidBytes,
      lineCount: this.lineNumber - 1,
    };
  }

  private isPast(): boolean {
    return this.lines.length >= this.range.count || this.chars >= this.range.maxChars;
  }

  private take(piece: string, start: number, end: number): void {
    if (this.lineNumber < this.range.first) return;
    const room = this.range.maxLineChars - this.line.length;
    if (end - start > room) this.isCut = true;
    this.line += piece.slice(start, Math.min(end, start + Math.max(0, room)));
  }

  private endLine(): void {
    if (this.lineNumber >= this.range.first) {
      const line = this.line.endsWith('\r') ? this.line.slice(0, -1) : this.line;
      this.lines.push(line);
      this.chars += line.length + 1;
    }
    this.line = '';
    this.lineNumber++;
  }
}

/** Reads a range of lines of a file of any size, slice by slice. @throws the signal's reason once it is aborted. */
export async function readLines(
  file: FileHandle,
  encoding: TextEncoding,
  range: LineRange,
  signal: AbortSignal,
): Promise<ReadLines> {
  const slice = new Uint8Array(sliceSize);
  // What comes before the range need not be text: in UTF-8, a line's end is a byte of its own.
  const start =
    encoding.name === 'utf-8'
      ? await skipLines(file, range.first - 1, slice, signal)
      : { position: 0, lines: 0 };
  const gatherer = new LineGatherer(range, start.lines + 1);
  const decoder = new TextDecoder(encoding.name);
  let strict: TextDecoder | undefined = new TextDecoder(encoding.name, { fatal: true });
  let { position } = start;
  while (!gatherer.isFull) {
    signal.throwIfAborted();
    const { bytesRead } = await file.read(slice, 0, sliceSize, position);
    if (bytesRead === 0) break;
    position += bytesRead;
    const bytes = slice.subarray(0, bytesRead);
    strict = stillValid(strict, bytes);
    gatherer.push(decoder.decode(bytes, { stream: true }));
  }
  if (!gatherer.isFull) {
    strict = stillValid(strict, undefined);
    gatherer.push(decoder.decode());
  }
  return gatherer.end(strict === undefined);
}

/** Where a line begins, in bytes; the end of the file where it has fewer. */
async function skipLines(
  file: FileHandle,
  count: number,
  slice: Uint8Array,
  signal: AbortSignal,
): Promise<{ position: number; lines: number }> {
  let lines = 0;
  let position = 0;
  let isOpen = false;
  while (lines < count) {
    signal.throwIfAborted();
    const { bytesRead } = await file.read(slice, 0, slice.length, position);
    if (bytesRead === 0) return { position, lines: isOpen ? lines + 1 : lines };
    const bytes = slice.subarray(0, bytesRead);
    isOpen = bytes.at(-1) !== 10;
    let next = 0;
    while (lines < count) {
      const end = bytes.indexOf(10, next);
      if (end === -1) {
        next = bytesRead;
        break;
      }
      next = end + 1;
      lines++;
    }
    position += next;
  }
  return { position, lines };
}

/** The decoder, or undefined once it met bytes that are not of its encoding. */
function stillValid(
  decoder: TextDecoder | undefined,
  bytes: Uint8Array | undefined,
): TextDecoder | undefined {
  try {
    if (bytes === undefined) decoder?.decode();
    else decoder?.decode(bytes, { stream: true });
    return decoder;
  } catch {
    // The other decoder goes on with U+FFFD; here it is only noticed.
    return undefined;
  }
}
