import { BlockParser } from '../../media/markdown/blockParser';
import type { ContainerSink, LeafSink, ListSink } from '../../media/markdown/blockSink';
import type { Definition } from '../../media/markdown/definition';
import { readInfoString, readLinkDefinition } from '../../media/markdown/inlineParser';

/** A block as plain data, in the form to which the reference's blocks are brought too. */
export type BlockRecord = readonly [kind: string, ...rest: unknown[]];

interface Leaf {
  kind: string;
  text: string;
  isClosed: boolean;
}

/** The block structure of a text that came in pieces, and its link reference definitions. */
export function recordBlocks(pieces: readonly string[]): {
  blocks: readonly BlockRecord[];
  definitions: ReadonlyMap<string, Definition>;
} {
  const root = new RecordedContainer();
  const definitions = new Map<string, Definition>();
  const parser = new BlockParser({
    root,
    readDefinition: readLinkDefinition,
    define: (definition) => {
      if (!definitions.has(definition.label)) definitions.set(definition.label, definition);
    },
  });
  for (const piece of pieces) parser.append(piece);
  parser.end();
  if (!root.isClosed) throw new Error('the document was not closed');
  return { blocks: root.records(), definitions };
}

/** How many blocks, lists and items a text has. */
export function countBlocks(pieces: readonly string[]): number {
  const root = new RecordedContainer();
  let containers: RecordedContainer[] = [root];
  const parser = new BlockParser({
    root,
    readDefinition: readLinkDefinition,
    define: () => undefined,
  });
  for (const piece of pieces) parser.append(piece);
  parser.end();
  let count = 0;
  // Level by level: recursion would not reach the end of some of what is counted.
  while (containers.length > 0) {
    count += containers.reduce((sum, { size }) => sum + size, 0);
    containers = containers.flatMap(({ inner }) => inner);
  }
  return count;
}

/** What of a text is in no block yet. */
export function undecidedTextAfter(text: string): string {
  const parser = new BlockParser({
    root: new RecordedContainer(),
    readDefinition: readLinkDefinition,
    define: () => undefined,
  });
  parser.append(text);
  return parser.undecidedText;
}

class RecordedContainer implements ContainerSink {
  isClosed = false;
  readonly inner: RecordedContainer[] = [];
  private readonly children: (() => BlockRecord | undefined)[] = [];

  get size(): number {
    return this.children.length;
  }

  records(): BlockRecord[] {
    if (!this.isClosed) throw new Error('a container was not closed');
    return this.children.map((child) => child()).filter((record) => record !== undefined);
  }

  quote(): ContainerSink {
    const quote = this.container();
    this.children.push(() => ['quote', ...quote.records()]);
    return quote;
  }

  list(start: number | undefined): ListSink {
    const items: RecordedContainer[] = [];
    let isLoose = false;
    this.children.push(() => [
      isLoose ? 'loose' : 'tight',
      start ?? 'bullets',
      ...items.map((item) => ['item', ...item.records()] as const),
    ]);
    return {
      item: () => {
        const item = this.container();
        items.push(item);
        return item;
      },
      loosen: () => (isLoose = true),
      close: () => undefined,
    };
  }

  paragraph(): LeafSink & { replace(text: string): void; toHeading(level: number): void } {
    const [leaf, sink] = this.leaf('p', (text) => text);
    return {
      ...sink,
      replace: (text) => (leaf.text = text),
      toHeading: (level) => (leaf.kind = `h${level}`),
    };
  }

  heading(level: number): LeafSink {
    return this.leaf(`h${level}`, withoutClosingMarks)[1];
  }

  code(info: string | undefined): LeafSink {
    const leaf: Leaf = { kind: 'code', text: '', isClosed: false };
    this.children.push(() => ['code', readInfoString(info ?? ''), leaf.text]);
    return sinkOf(leaf);
  }

  table(
    alignments: readonly unknown[],
    header: readonly string[],
  ): ReturnType<ContainerSink['table']> {
    const rows: (readonly string[])[] = [];
    this.children.push(() => ['table', [...alignments], [...header], rows]);
    return {
      append: () => undefined,
      addRow: (cells) => rows.push(cells),
      close: () => undefined,
    };
  }

  thematicBreak(): void {
    this.children.push(() => ['hr']);
  }

  close(): void {
    if (this.isClosed) throw new Error('a container was closed twice');
    this.isClosed = true;
  }

  private container(): RecordedContainer {
    const container = new RecordedContainer();
    this.inner.push(container);
    return container;
  }

  private leaf(kind: string, visible: (text: string) => string): [Leaf, LeafSink] {
    const leaf: Leaf = { kind, text: '', isClosed: false };
    this.children.push(() => {
      if (!leaf.isClosed) throw new Error('a leaf was not closed');
      const text = comparableText(visible(leaf.text));
      return leaf.kind === 'p' && text === '' ? undefined : [leaf.kind, text];
    });
    return [leaf, sinkOf(leaf)];
  }
}

function sinkOf(leaf: Leaf): LeafSink {
  return {
    append: (text) => {
      if (leaf.isClosed) throw new Error('text came to a closed block');
      leaf.text += text;
    },
    close: () => {
      if (leaf.isClosed) throw new Error('a block was closed twice');
      leaf.isClosed = true;
    },
  };
}

/** Blanks around a line of a paragraph or a heading say nothing. */
export function comparableText(text: string): string {
  return text
    .split('\n')
    .map((line) => line.replace(/^[ \t]+|[ \t]+$/g, ''))
    .join('\n')
    .trim();
}

export function withoutClosingMarks(text: string): string {
  return text.replace(/^[ \t]*#+[ \t]*$/, '').replace(/[ \t]+#+[ \t]*$/, '');
}
