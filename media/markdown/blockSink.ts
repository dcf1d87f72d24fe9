/**
 * What the block parser tells whoever builds the document. Everything is said once, in order, about the end of the
 * document alone: nothing that was closed is ever spoken of again.
 */
export interface LeafSink {
  /** More of the block's text; lines are separated by `\n`. */
  append(text: string): void;
  /** The block's text is complete. */
  close(): void;
}

export interface ParagraphSink extends LeafSink {
  /** Something other was meant by the text so far: this is the text instead. Empty: there is no such paragraph. */
  replace(text: string): void;
  /** An underline came: the paragraph is a heading. Followed by `close`. */
  toHeading(level: 1 | 2): void;
}

export type ColumnAlignment = 'left' | 'right' | 'center' | undefined;

export interface TableSink {
  /** More of the raw text of the row under way. */
  append(text: string): void;
  /** The row is complete; cells as many as columns. */
  addRow(cells: readonly string[]): void;
  close(): void;
}

export interface ListSink {
  item(): ContainerSink;
  /** There is a blank line between the list's items or in one of them: their paragraphs stand apart. */
  loosen(): void;
  close(): void;
}

/** A document, a block quote or a list item. */
export interface ContainerSink {
  quote(): ContainerSink;
  /** `start` is undefined for a bullet list. */
  list(start: number | undefined): ListSink;
  paragraph(): ParagraphSink;
  heading(level: number): LeafSink;
  /** `info` is what stands behind the opening fence, undefined for an indented block. Each line ends with `\n`. */
  code(info: string | undefined): LeafSink;
  table(alignments: readonly ColumnAlignment[], header: readonly string[]): TableSink;
  thematicBreak(): void;
  close(): void;
}
