import type { Inline } from './inline';
import { nothingShown, showInlines, type ShownInlines } from './inlineNodes';
import type { InlineParser, ParsedText } from './inlineParser';
import type { LateLinks } from './lateLinks';
import type { MathsTypesetter } from './mathsTypesetter';
import { withOpenMarksClosed } from './openMarks';
import { settledLength } from './settledText';

export interface InlineViewPorts {
  readonly parser: InlineParser;
  readonly lateLinks: LateLinks;
  readonly maths: MathsTypesetter;
}

/** UTF-16 units of text up to which it is read anew whenever it has grown. */
const shortTail = 2_048;
/** Longer text is read anew when it has grown by this part of itself, so that the cost stays linear. */
const growthPart = 8;
/** UTF-16 units that are settled at once: what a late link makes us read again. */
const longestPiece = 8_192;
/** UTF-16 units of one text node that still grows. */
const longestOpenText = 512;
/** UTF-16 units of a paragraph after which a line begins anew: browsers lay out one formatting context in one go. */
const longestPart = 8_192;

interface SettledText {
  readonly text: string;
  readonly parsed: ParsedText;
}

/** One piece of settled text, as a range of the inlines that are being shown. */
interface Piece {
  readonly text: string;
  readonly missed: ReadonlySet<string>;
  readonly start: number;
  readonly end: number;
}

/**
 * Shows the growing text of a paragraph or a heading. The part whose meaning is settled is parsed once and its nodes
 * stay; only the rest is read anew, at every render while it is short.
 */
export class InlineView {
  private parent: Node;
  /** Text behind the settled part. */
  private tail = '';
  /** What shows the tail, at the parent's end. */
  private shown: ShownInlines = nothingShown;
  /** Settled text in the first node of what is shown, because the node's text goes on. */
  private carried = '';
  private readLength = 0;
  /** Shows text that came since the tail was read last. */
  private raw: Text | undefined;
  private unread = '';
  private partLength = 0;

  constructor(
    private element: HTMLElement,
    private readonly ports: InlineViewPorts,
    /** Undefined for text that may be settled in parts; else what is shown of the whole text. */
    private readonly visiblePart?: (text: string) => string,
  ) {
    this.parent = element;
  }

  append(text: string): void {
    this.tail += text;
    this.unread += text;
  }

  /** Other text in place of all so far. */
  replace(text: string): void {
    this.element.replaceChildren();
    this.parent = this.element;
    this.shown = nothingShown;
    this.carried = '';
    this.raw = undefined;
    this.readLength = 0;
    this.partLength = 0;
    this.tail = text;
    this.unread = text;
  }

  /** Moves what is shown into another element. */
  moveTo(element: HTMLElement): void {
    while (this.element.firstChild !== null) element.append(this.element.firstChild);
    if (this.parent === this.element) this.parent = element;
    this.element = element;
  }

  render(): void {
    if (this.unread === '') return;
    const { length } = this.tail;
    if (length > shortTail && length < this.readLength + this.readLength / growthPart) {
      this.showRaw();
      return;
    }
    this.unread = '';
    this.removeRaw();
    const settled = this.visiblePart === undefined ? this.settle() : [];
    const visible = this.visibleTail();
    const shown = visible.length > shortTail ? visible : withOpenMarksClosed(visible);
    this.show(settled, this.ports.parser.parse(shown, false).inlines);
    this.readLength = this.tail.length;
  }

  /** The text is complete. */
  finish(): void {
    this.removeRaw();
    const settled = this.visiblePart === undefined ? this.settle() : [];
    this.tail = trimEnd(this.visibleTail());
    const last = this.ports.parser.parse(this.tail);
    this.show([...settled, { text: this.tail, parsed: last }], []);
    this.tail = '';
    this.unread = '';
    this.shown = nothingShown;
  }

  private visibleTail(): string {
    return this.visiblePart === undefined ? this.tail : this.visiblePart(this.tail);
  }

  /** Takes what is settled off the tail; all but the last piece of it is shown on return. */
  private settle(): readonly SettledText[] {
    let last: readonly SettledText[] = [];
    for (;;) {
      let length = settledLength(this.tail, longestPiece);
      if (length === 0 && this.tail.length > longestPiece) {
        length = settledLength(this.tail, Number.POSITIVE_INFINITY);
      }
      if (length === 0) return last;
      if (last.length > 0) this.show(last, []);
      const text = this.tail.slice(0, length);
      this.tail = this.tail.slice(length);
      last = [{ text, parsed: this.ports.parser.parse(text) }];
    }
  }

  private show(settled: readonly SettledText[], rest: readonly Inline[]): void {
    if (this.partLength > longestPart && settled.length + rest.length > 0) this.startPart();
    const inlines: Inline[] = this.carried === '' ? [] : [{ kind: 'text', text: this.carried }];
    const pieces: Piece[] = [];
    let mayJoin = true;
    for (const { text, parsed } of settled) {
      const { missed } = parsed;
      // Nodes that may be replaced are nobody else's.
      const start = addInlines(inlines, parsed.inlines, mayJoin && missed.size === 0);
      mayJoin = missed.size === 0;
      if (missed.size > 0) pieces.push({ text, missed, start, end: inlines.length });
      this.partLength += text.length;
    }
    let settledCount = inlines.length;
    const last = inlines.at(-1);
    const isFull = this.partLength > longestPart;
    this.carried = '';
    if (mayJoin && !isFull && last?.kind === 'text' && last.text.length < longestOpenText) {
      this.carried = last.text;
      settledCount -= 1;
    }
    addInlines(inlines, rest, this.carried !== '');
    this.shown = showInlines(this.ports.maths, this.parent, this.shown, inlines);
    for (const { text, missed, start, end } of pieces) {
      this.ports.lateLinks.wait(missed, text, slice(this.shown, start, end));
    }
    this.shown = slice(this.shown, settledCount, inlines.length);
  }

  private startPart(): void {
    const part = document.createElement('span');
    part.className = 'md-part';
    for (const node of this.shown.nodes) part.appendChild(node);
    this.element.append(part);
    this.parent = part;
    this.partLength = 0;
  }

  private showRaw(): void {
    if (this.raw === undefined) {
      this.raw = document.createTextNode(this.unread);
      this.parent.appendChild(this.raw);
    } else {
      this.raw.appendData(this.unread);
    }
    this.unread = '';
  }

  private removeRaw(): void {
    this.raw?.remove();
    this.raw = undefined;
  }
}

/** Adds inlines to others, joining text with text; returns where they begin. */
function addInlines(inlines: Inline[], added: readonly Inline[], mayJoin: boolean): number {
  const start = inlines.length;
  const last = inlines.at(-1);
  const [first, ...others] = added;
  if (first === undefined) return start;
  if (mayJoin && last?.kind === 'text' && first.kind === 'text') {
    inlines[start - 1] = { kind: 'text', text: last.text + first.text };
  } else {
    inlines.push(first);
  }
  for (const inline of others) inlines.push(inline);
  return start;
}

function slice(shown: ShownInlines, start: number, end: number): ShownInlines {
  return { inlines: shown.inlines.slice(start, end), nodes: shown.nodes.slice(start, end) };
}

/** Without the blanks that CommonMark takes off a paragraph's end. */
function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && ' \t\n'.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}
