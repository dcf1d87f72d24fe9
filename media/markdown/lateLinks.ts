import { showInlines, type ShownInlines } from './inlineNodes';
import type { InlineParser } from './inlineParser';
import type { MathsTypesetter } from './mathsTypesetter';
import type { References } from './references';

/** A piece of text with links whose definitions may still come. */
interface WaitingText {
  readonly text: string;
  shown: ShownInlines;
}

/** UTF-16 units. Longer pieces are shown anew once, at the end, and not with every definition that comes. */
const longestPiece = 32_768;

/** Shows links whose definition came after them. Only the pieces of text that asked for it are read again. */
export class LateLinks {
  private readonly waiting = new Map<string, Set<WaitingText>>();
  private readonly due = new Set<WaitingText>();

  constructor(
    private readonly references: References,
    private readonly parser: InlineParser,
    private readonly maths: MathsTypesetter,
  ) {}

  /** `shown` is what nobody else will touch any more. */
  wait(missed: ReadonlySet<string>, text: string, shown: ShownInlines): void {
    if (missed.size > 0) this.add(missed, { text, shown });
  }

  define(label: string, href: string, title: string): void {
    if (!this.references.define(label, { href, title })) return;
    const texts = this.waiting.get(label);
    if (texts === undefined) return;
    this.waiting.delete(label);
    for (const text of texts) this.due.add(text);
  }

  /** Shows what can be shown now; at the end everything. */
  flush(isEnd: boolean): void {
    for (const text of this.due) {
      if (!isEnd && text.text.length > longestPiece) continue;
      this.due.delete(text);
      this.show(text);
    }
    if (isEnd) this.waiting.clear();
  }

  private show(text: WaitingText): void {
    const last = text.shown.nodes.at(-1);
    const parent = last?.parentNode;
    if (last === undefined || !parent) return;
    const { inlines, missed } = this.parser.parse(text.text);
    text.shown = showInlines(this.maths, parent, text.shown, inlines, false, last.nextSibling);
    this.add(missed, text);
  }

  private add(labels: ReadonlySet<string>, text: WaitingText): void {
    for (const label of labels) {
      const texts = this.waiting.get(label);
      if (texts === undefined) this.waiting.set(label, new Set([text]));
      else texts.add(text);
    }
  }
}
