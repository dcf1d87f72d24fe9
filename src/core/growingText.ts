/** The latest pieces are joined into one when they come to this many UTF-16 units. */
const joinedLength = 16_384;

/**
 * Append-only text. Appending costs what is appended; reading from an offset costs what is read, however long the
 * text already is. (One growing JavaScript string would be flattened, that is copied whole, at every read; and a slice
 * of a flattened string keeps all of that copy in memory.)
 */
export class GrowingText {
  /** First the joined pieces, then the loose ones: as they were appended. */
  private readonly pieces: string[] = [];
  /** Offset at which each piece begins. */
  private readonly starts: number[] = [];
  private joinedPieces = 0;
  private joinedSize = 0;
  private size = 0;

  constructor(initial = '') {
    this.append(initial);
  }

  /** Length in UTF-16 units, the unit of every offset in cursors and patches. */
  get length(): number {
    return this.size;
  }

  append(text: string): void {
    if (text === '') return;
    this.pieces.push(text);
    this.starts.push(this.size);
    this.size += text.length;
    if (this.size - this.joinedSize >= joinedLength) this.join();
  }

  /** The text in `[from, to)`; offsets outside the text are clamped. */
  slice(from = 0, to = this.size): string {
    const begin = Math.max(0, from);
    const end = Math.min(this.size, to);
    if (begin >= end) return '';
    let out = '';
    for (let i = this.pieceAt(begin); i < this.pieces.length; i++) {
      const piece = this.pieces[i];
      const start = this.starts[i];
      if (piece === undefined || start === undefined || start >= end) break;
      out += piece.slice(Math.max(0, begin - start), end - start);
    }
    return out;
  }

  toString(): string {
    return this.pieces.join('');
  }

  private join(): void {
    const loose = this.pieces.splice(this.joinedPieces);
    this.starts.length = this.joinedPieces;
    this.pieces.push(loose.join(''));
    this.starts.push(this.joinedSize);
    this.joinedPieces++;
    this.joinedSize = this.size;
  }

  private pieceAt(offset: number): number {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
