/** Text is kept in pieces of about this many UTF-16 units, so that reading its end never touches its beginning. */
const pieceLength = 16_384;

/**
 * Append-only text. Appending costs what is appended; reading from an offset costs what is read, however long the
 * text already is (one growing JavaScript string would be flattened, that is copied whole, at every read).
 */
export class GrowingText {
  private readonly pieces: string[] = [];
  /** Offset at which each piece begins. */
  private readonly starts: number[] = [];
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
    const last = this.pieces.length - 1;
    const open = this.pieces[last];
    if (open !== undefined && open.length < pieceLength) {
      this.pieces[last] = open + text;
    } else {
      this.pieces.push(text);
      this.starts.push(this.size);
    }
    this.size += text.length;
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
