import { keepSelection } from './keepSelection';

/** A chunk ends with the line that makes it this long, in lines or UTF-16 units. */
const linesPerChunk = 64;
const longestChunk = 8_192;
/** UTF-16 units after which a line is broken by the chunk's end: browsers lay out a line in one go. */
const longestLine = 8_192;

/** Some lines of code: those that have their colours, then plain text. */
export class CodeChunk {
  readonly element = document.createElement('span');
  private plain: Text | undefined;
  private lines = 0;
  private length = 0;
  private lineLength = 0;
  private isClosed = false;

  constructor() {
    this.element.className = 'md-code-chunk';
  }

  get isFull(): boolean {
    if (this.lineLength >= longestLine) return true;
    return this.lineLength === 0 && (this.lines >= linesPerChunk || this.length >= longestChunk);
  }

  /** Nothing will be added. */
  get isComplete(): boolean {
    return this.isClosed;
  }

  /** Takes text until it is full; returns what is left. */
  append(text: string): string {
    let end = 0;
    while (end < text.length && !this.isFull) {
      const lineBreak = text.indexOf('\n', end);
      const lineEnd = lineBreak === -1 ? text.length : lineBreak + 1;
      const next = Math.min(lineEnd, end + longestLine - this.lineLength);
      const endsLine = next === lineEnd && lineBreak !== -1;
      this.length += next - end;
      this.lineLength = endsLine ? 0 : this.lineLength + next - end;
      if (endsLine) this.lines += 1;
      end = next;
    }
    const taken = text.slice(0, end);
    if (this.plain === undefined) {
      this.plain = document.createTextNode(taken);
      this.element.append(this.plain);
    } else {
      this.plain.appendData(taken);
    }
    return text.slice(end);
  }

  close(): void {
    this.isClosed = true;
  }

  /** The lines that have no colours yet and whose end is known. */
  get plainLines(): string {
    const text = this.plain?.data ?? '';
    return this.isClosed ? text : text.slice(0, text.lastIndexOf('\n') + 1);
  }

  /** Shows the first `length` units of the plain text by these nodes, which say the same. */
  colour(length: number, nodes: DocumentFragment): void {
    const { plain } = this;
    if (plain === undefined) return;
    keepSelection(this.element, () => {
      plain.before(nodes);
      plain.deleteData(0, length);
      if (plain.length === 0) {
        plain.remove();
        this.plain = undefined;
      }
    });
  }
}
