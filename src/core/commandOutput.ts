/** Characters at the beginning and at the end of an output that a model reads. */
const headChars = 8000;
const tailChars = 22_000;

/** What a command wrote, as much of it as a model reads: its beginning and its end, whatever came in between. */
export class CommandOutput {
  private head = '';
  private tail = '';
  private left = 0;
  private readUpTo = 0;
  private total = 0;

  push(text: string): void {
    this.total += text.length;
    const room = headChars - this.head.length;
    this.head += text.slice(0, room);
    this.tail += text.slice(room < 0 ? 0 : room);
    if (this.tail.length > 2 * tailChars) this.dropTo(tailChars);
  }

  /** All of it, the middle left out where it is long. */
  get text(): string {
    if (this.tail.length > tailChars) this.dropTo(tailChars);
    if (this.left === 0) return this.head + this.tail;
    return `${this.head}\n[… ${this.left} characters left out …]\n${this.tail}`;
  }

  /** What came since this was last called. */
  takeNew(): string {
    const start = this.readUpTo;
    this.readUpTo = this.total;
    if (start === 0) return this.text;
    const tailStart = this.head.length + this.left;
    const skipped = Math.max(0, tailStart - Math.max(start, this.head.length));
    const head = this.head.slice(start);
    const tail = this.tail.slice(Math.max(0, start - tailStart));
    return skipped === 0 ? head + tail : `${head}[… ${skipped} characters left out …]\n${tail}`;
  }

  private dropTo(size: number): void {
    const drop = this.tail.length - size;
    this.left += drop;
    this.tail = this.tail.slice(drop);
  }
}
