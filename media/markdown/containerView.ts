import type {
  ColumnAlignment,
  ContainerSink,
  LeafSink,
  ListSink,
  ParagraphSink,
  TableSink,
} from './blockSink';
import { CodeBlockView } from './codeBlockView';
import { TableView } from './tableView';
import { HeadingView, ParagraphView } from './textBlockView';
import type { ViewContext } from './viewContext';

const deepestHeading = 6;
/** Quotes and list items in one another. The blocks in deeper ones are shown in this one: browsers lay trees out by
 * recursion, and one of some thousand elements in one another ends the process of the page. */
const deepestContainer = 100;

/** The document, a block quote or a list item: makes the elements of the blocks in it. */
export class ContainerView implements ContainerSink {
  private hasBlocks = false;

  constructor(
    private readonly context: ViewContext,
    /** Puts an element at the container's end. */
    private readonly place: (element: HTMLElement) => void,
    private readonly item?: HTMLElement,
    private readonly depth = 0,
  ) {}

  quote(): ContainerSink {
    if (this.depth >= deepestContainer) return this.inPlace();
    const quote = document.createElement('blockquote');
    this.add(quote);
    return this.inside(quote);
  }

  list(start: number | undefined): ListSink {
    if (this.depth >= deepestContainer) {
      return { item: () => this.inPlace(), loosen: () => undefined, close: () => undefined };
    }
    const list = document.createElement(start === undefined ? 'ul' : 'ol');
    list.className = 'md-tight';
    if (start !== undefined && start !== 1) list.setAttribute('start', String(start));
    this.add(list);
    return {
      item: () => {
        const item = document.createElement('li');
        list.append(item);
        return this.inside(item, item);
      },
      loosen: () => list.classList.remove('md-tight'),
      close: () => undefined,
    };
  }

  paragraph(): ParagraphSink {
    const isFirst = !this.hasBlocks;
    const paragraph = document.createElement('p');
    this.add(paragraph);
    return new ParagraphView(paragraph, this.context, isFirst ? this.item : undefined);
  }

  heading(level: number): LeafSink {
    const heading = document.createElement(`h${Math.min(level, deepestHeading)}`);
    this.add(heading);
    return new HeadingView(heading, this.context);
  }

  code(info: string | undefined): LeafSink {
    const code = new CodeBlockView(info, this.context);
    this.add(code.element);
    return code;
  }

  table(alignments: readonly ColumnAlignment[], header: readonly string[]): TableSink {
    const table = new TableView(alignments, header, this.context);
    this.add(table.element);
    return table;
  }

  thematicBreak(): void {
    this.add(document.createElement('hr'));
  }

  close(): void {
    // Its blocks are complete, and it has nothing of its own.
  }

  private inside(parent: HTMLElement, item?: HTMLElement): ContainerView {
    const place = (element: HTMLElement): void => parent.append(element);
    return new ContainerView(this.context, place, item, this.depth + 1);
  }

  private inPlace(): ContainerView {
    return new ContainerView(this.context, this.place, undefined, this.depth);
  }

  private add(element: HTMLElement): void {
    this.hasBlocks = true;
    this.place(element);
  }
}
