import type { LeafSink, ParagraphSink } from './blockSink';
import { InlineView } from './inlineView';
import type { Renderable, ViewContext } from './viewContext';

/** A heading of one line. */
export class HeadingView implements LeafSink, Renderable {
  private readonly text: InlineView;

  constructor(
    readonly element: HTMLElement,
    private readonly context: ViewContext,
  ) {
    this.text = new InlineView(element, context, withoutClosingMarks);
  }

  append(text: string): void {
    this.text.append(text);
    this.context.renderLater(this);
  }

  render(): void {
    this.text.render();
  }

  close(): void {
    this.context.cancelRender(this);
    this.text.finish();
  }
}

/** The text of a heading without the marks that may close it (CommonMark: ATX headings). */
function withoutClosingMarks(text: string): string {
  return text.replace(/^[ \t]*#+[ \t]*$/, '').replace(/[ \t]+#+[ \t]*$/, '');
}

/** What a list item with a box to be ticked begins with (GFM: task list items), once it is sure. */
const taskMark = /^\[([ \txX])\][ \t\n]+(?=[^ \t\n])/;
/** Text that may still become one. */
const possibleTaskMark = /^\[(?:[ \txX](?:\](?:[ \t\n]+)?)?)?$/;

export class ParagraphView implements ParagraphSink, Renderable {
  private text: InlineView;
  /** The beginning, while it may be the mark of a task. */
  private held: string | undefined;
  private box: HTMLInputElement | undefined;

  constructor(
    private element: HTMLElement,
    private readonly context: ViewContext,
    /** The item whose first block this is. */
    private readonly item: HTMLElement | undefined,
  ) {
    this.text = new InlineView(element, context);
    this.held = item === undefined ? undefined : '';
  }

  append(text: string): void {
    if (this.held === undefined) this.text.append(text);
    else this.hold(this.held + text);
    this.context.renderLater(this);
  }

  replace(text: string): void {
    this.removeBox();
    if (this.item !== undefined) this.held = '';
    this.text.replace('');
    if (this.held === undefined) this.text.append(text);
    else this.hold(text);
    this.context.renderLater(this);
    if (text === '') this.element.remove();
  }

  toHeading(level: 1 | 2): void {
    const heading = document.createElement(`h${level}`);
    heading.dir = 'auto';
    this.element.replaceWith(heading);
    this.text.moveTo(heading);
    this.element = heading;
    // Only a paragraph can be a task.
    if (this.box !== undefined) heading.prepend(this.box.checked ? '[x] ' : '[ ] ');
    this.removeBox();
  }

  render(): void {
    this.text.render();
  }

  close(): void {
    this.context.cancelRender(this);
    if (this.held !== undefined) this.text.append(this.held);
    this.held = undefined;
    this.text.finish();
  }

  private hold(text: string): void {
    this.held = text;
    if (possibleTaskMark.test(text)) return;
    const mark = taskMark.exec(text);
    this.held = undefined;
    if (mark !== null && this.item !== undefined) this.addBox(this.item, mark[1] ?? ' ');
    this.text.append(text.slice(mark?.[0].length ?? 0));
  }

  private addBox(item: HTMLElement, mark: string): void {
    const box = document.createElement('input');
    box.type = 'checkbox';
    box.disabled = true;
    box.checked = mark.toLowerCase() === 'x';
    this.element.id = this.context.newId();
    box.setAttribute('aria-labelledby', this.element.id);
    item.classList.add('md-task');
    item.prepend(box);
    this.box = box;
  }

  private removeBox(): void {
    this.box?.remove();
    this.box = undefined;
    this.item?.classList.remove('md-task');
  }
}
