import type { ContainerSink, LeafSink, ListSink, ParagraphSink, TableSink } from './blockSink';
import type { Definition, DefinitionReading } from './definition';
import { OpenMaths } from './openMaths';
import { delimiterRow, rowCells } from './tableRow';
import { isUndecidedLine } from './undecidedLine';

export interface BlockParserPorts {
  /** The document to be built. */
  readonly root: ContainerSink;
  /** Reads a link reference definition at the start of a text; `isWhole` is false while more text may follow. */
  readonly readDefinition: (text: string, isWhole: boolean) => DefinitionReading;
  /** A definition holds from here on. Called in the document's order. */
  readonly define: (definition: Definition) => void;
}

interface ContainerState {
  /** Line on which the last closed child ended; undefined while there is none. */
  lastEnd: number | undefined;
}

type OpenBlock =
  | (ContainerState & { readonly kind: 'document'; readonly sink: ContainerSink })
  | (ContainerState & { readonly kind: 'quote'; readonly sink: ContainerSink })
  | (ContainerState & {
      readonly kind: 'list';
      readonly sink: ListSink;
      readonly marker: string;
      isLoose: boolean;
    })
  | (ContainerState & {
      readonly kind: 'item';
      readonly sink: ContainerSink;
      /** Columns by which the item's content is indented. */
      readonly indent: number;
      readonly firstLine: number;
    })
  | OpenParagraph
  | { readonly kind: 'heading'; readonly sink: LeafSink }
  | OpenFence
  | OpenIndentedCode
  | OpenTable;

interface OpenParagraph {
  readonly kind: 'paragraph';
  sink: ParagraphSink | undefined;
  readonly host: ContainerSink;
  /** Lines behind the definitions that were taken off the beginning. */
  readonly lines: string[];
  /** Only a line of the paragraph's own, not a lazy or indented one, can head a table. */
  canHeadTable: boolean;
  readonly maths: OpenMaths;
  /** While the text may be a link reference definition it is kept from the sink. */
  isHeldBack: boolean;
}

interface OpenFence {
  readonly kind: 'fence';
  readonly sink: LeafSink;
  readonly marker: string;
  readonly length: number;
  /** Columns taken off each line where they are blank. */
  readonly indent: number;
}

interface OpenIndentedCode {
  readonly kind: 'indentedCode';
  readonly sink: LeafSink;
  /** Blank lines that belong to the code only if more of it follows. */
  blankLines: string[];
  lastLine: number;
}

interface OpenTable {
  readonly kind: 'table';
  readonly sink: TableSink;
  readonly columns: number;
  rowText: string;
  missingCells: number;
}

type Continuation = 'matched' | 'unmatched' | 'lineDone';
type Start = 'none' | 'container' | 'leaf' | 'lineDone';

const codeIndent = 4;
/** UTF-16 units of a possible definition that are kept from view; longer ones show until they prove to be one. */
const longestHeldBack = 2_000;
/** A table with more cells missing from its rows ends there: few characters must not make millions of cells. */
const mostMissingCells = 65_536;
/** UTF-16 units of an undecided line at which it is judged anew with every piece; a longer one when it has doubled. */
const shortLine = 256;

const lineBreak = /[\n\r]/g;
const mayStartBlock = /[#`~*+_=>0-9|:-]/;
const headingMarker = /^(#{1,6})(?:[ \t]+|$)/;
const fenceMarker = /^(?:`{3,}(?![^]*`)|~{3,})/;
const underline = /^(?:=+|-+)[ \t]*$/;
const listMarker = /^(?:[*+-]|(\d{1,9})([.)]))(?=[ \t]|$)/;

/**
 * The block structure of growing markdown: CommonMark 0.31 and the tables of GFM, after the parsing strategy of
 * CommonMark's appendix. Each line is read once, when its meaning is sure; the beginning of a line is taken as soon as
 * nothing that may follow on it can change its meaning (`undecidedLine.ts`), so nothing is ever taken back. The cost is
 * that of the text plus, for each line, the number of containers that it continues.
 */
export class BlockParser {
  private readonly spine: OpenBlock[];
  /** Indices into the spine of what is neither a list nor an item, without the document. */
  private readonly others: number[] = [];
  private lineNumber = 0;
  /** What came of a line that is not decided yet. */
  private undecided = '';
  private judgedLength = 0;
  private isInLine = false;
  private endedWithCarriageReturn = false;

  private line = '';
  private offset = 0;
  private column = 0;
  private nextNonspace = 0;
  private nextNonspaceColumn = 0;
  private indent = 0;
  private isBlank = false;
  private isTabCut = false;
  /** The line has something else than this marker and blanks at `ruleEnd`. */
  private ruleMarker = '';
  private ruleEnd = 0;
  /** Index into the spine of the last block that the line continues. */
  private matched = 0;

  constructor(private readonly ports: BlockParserPorts) {
    this.spine = [{ kind: 'document', sink: ports.root, lastEnd: undefined }];
  }

  append(text: string): void {
    if (text === '') return;
    let source = text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text;
    if (this.endedWithCarriageReturn && source.startsWith('\n')) source = source.slice(1);
    this.endedWithCarriageReturn = source === '' ? false : source.endsWith('\r');
    let start = 0;
    lineBreak.lastIndex = 0;
    for (let match = lineBreak.exec(source); match !== null; match = lineBreak.exec(source)) {
      this.takePiece(source.slice(start, match.index), true);
      start = match.index + 1;
      if (match[0] === '\r' && source[start] === '\n') start += 1;
      lineBreak.lastIndex = start;
    }
    if (start < source.length) this.takePiece(source.slice(start), false);
  }

  /** The text ends here. */
  end(): void {
    if (this.isInLine || this.undecided !== '') this.takePiece('', true);
    this.closeFrom(0, this.lineNumber);
  }

  /** Text that came and is in no block yet, because what follows on its line decides what it is. */
  get undecidedText(): string {
    return this.undecided;
  }

  private takePiece(piece: string, endsLine: boolean): void {
    if (this.isInLine) {
      if (piece !== '') this.extendLine(piece);
      if (!endsLine) return;
    } else {
      this.undecided += piece;
      if (!endsLine && !this.isDecided()) return;
      const line = this.undecided;
      this.undecided = '';
      this.judgedLength = 0;
      this.takeLine(line);
      this.isInLine = true;
      if (!endsLine) return;
    }
    this.isInLine = false;
    this.finishLine();
  }

  private isDecided(): boolean {
    const { length } = this.undecided;
    if (length > shortLine && length < 2 * this.judgedLength) return false;
    this.judgedLength = length;
    return length > 0 && !isUndecidedLine(this.undecided);
  }

  /** More of a line whose beginning is in a block. */
  private extendLine(piece: string): void {
    const tip = this.tip();
    switch (tip.kind) {
      case 'paragraph':
        tip.lines.push((tip.lines.pop() ?? '') + piece);
        this.showParagraph(tip, piece);
        return;
      case 'heading':
      case 'fence':
      case 'indentedCode':
        tip.sink.append(piece);
        return;
      case 'table':
        tip.rowText += piece;
        tip.sink.append(piece);
        return;
      default:
        throw new Error(`a line went on in a ${tip.kind}`);
    }
  }

  private finishLine(): void {
    const tip = this.tip();
    if (tip.kind === 'fence' || tip.kind === 'indentedCode') {
      if (this.acceptedLine) tip.sink.append('\n');
    } else if (tip.kind === 'table' && this.acceptedLine) {
      const cells = rowCells(tip.rowText);
      tip.rowText = '';
      tip.missingCells += Math.max(0, tip.columns - cells.length);
      cells.length = Math.min(cells.length, tip.columns);
      while (cells.length < tip.columns) cells.push('');
      tip.sink.addRow(cells);
    }
    this.acceptedLine = false;
  }

  /** Whether the line under way is text of the innermost block. */
  private acceptedLine = false;

  private takeLine(line: string): void {
    this.lineNumber += 1;
    this.line = line;
    this.offset = 0;
    this.column = 0;
    this.isTabCut = false;
    this.ruleMarker = '';
    this.acceptedLine = false;

    this.matched = 0;
    let passed = 0;
    while (this.matched + 1 < this.spine.length) {
      this.findNextNonspace();
      const firstOther = this.others[passed] ?? this.spine.length;
      if (this.isBlank && this.matched + 1 < firstOther) {
        // All lists and items in a row continue: a blank line may stand in for thousands of them.
        this.advanceToNonspace();
        this.matched = firstOther - 1;
        if (this.matched === this.spine.length - 1 && this.isEmptyItem(this.tip())) {
          this.matched -= 1;
          break;
        }
        continue;
      }
      const continuation = this.continueBlock(this.blockAt(this.matched + 1), this.matched + 1);
      if (continuation === 'lineDone') return;
      if (continuation === 'unmatched') break;
      this.matched += 1;
      if (this.matched === firstOther) passed += 1;
    }

    for (;;) {
      const container = this.blockAt(this.matched);
      if (container.kind === 'fence' || container.kind === 'indentedCode') break;
      if (container.kind === 'paragraph' && container.maths.isOpenAfter(container.lines)) break;
      this.findNextNonspace();
      const character = this.line.charAt(this.nextNonspace);
      if (this.indent < codeIndent && !mayStartBlock.test(character)) break;
      const start = this.startBlock(container);
      if (start === 'lineDone') return;
      if (start === 'none') break;
      if (start === 'leaf') return this.addText();
    }
    this.addText();
  }

  /** What remains of the line is text, or nothing. */
  private addText(): void {
    this.findNextNonspace();
    const tip = this.tip();
    const isLazy = this.matched < this.spine.length - 1;
    if (isLazy && !this.isBlank && tip.kind === 'paragraph') {
      this.addParagraphLine(tip, this.line.slice(this.nextNonspace), false);
      return;
    }
    this.closeUnmatched();
    const container = this.tip();
    switch (container.kind) {
      case 'paragraph':
        // A blank line would not have matched it.
        this.addParagraphLine(
          container,
          this.line.slice(this.nextNonspace),
          this.indent < codeIndent,
        );
        return;
      case 'heading':
        this.acceptedLine = true;
        container.sink.append(this.rest());
        return;
      case 'fence':
        this.acceptedLine = true;
        container.sink.append(this.rest());
        return;
      case 'indentedCode':
        this.addIndentedCode(container);
        return;
      case 'table':
        this.acceptedLine = true;
        container.rowText = this.line.slice(this.nextNonspace);
        container.sink.append(container.rowText);
        return;
      case 'document':
      case 'quote':
      case 'item':
      case 'list':
        if (this.isBlank) return;
        this.openParagraph();
        return;
    }
  }

  private addIndentedCode(code: OpenIndentedCode): void {
    const text = this.rest();
    if (this.isBlank) {
      code.blankLines.push(text);
      return;
    }
    if (code.blankLines.length > 0) {
      code.sink.append(code.blankLines.map((each) => `${each}\n`).join(''));
      code.blankLines = [];
    }
    code.lastLine = this.lineNumber;
    this.acceptedLine = true;
    code.sink.append(text);
  }

  private openParagraph(): void {
    const host = this.containerFor();
    const text = this.line.slice(this.nextNonspace);
    const paragraph: OpenParagraph = {
      kind: 'paragraph',
      sink: undefined,
      host: host.sink,
      lines: [text],
      canHeadTable: true,
      maths: new OpenMaths(),
      isHeldBack: text.startsWith('['),
    };
    this.push(paragraph);
    this.showParagraph(paragraph, text);
  }

  private addParagraphLine(paragraph: OpenParagraph, text: string, canHeadTable: boolean): void {
    const separator = paragraph.lines.length === 0 ? '' : '\n';
    paragraph.lines.push(text);
    paragraph.canHeadTable = canHeadTable;
    this.showParagraph(paragraph, separator + text);
  }

  /** Passes on what was added, unless it may be a definition. */
  private showParagraph(paragraph: OpenParagraph, added: string): void {
    if (!paragraph.isHeldBack) {
      paragraph.sink ??= paragraph.host.paragraph();
      paragraph.sink.append(added);
      return;
    }
    let text = paragraph.lines.join('\n');
    while (text.startsWith('[')) {
      const reading = this.ports.readDefinition(text, false);
      if (reading.kind === 'incomplete' && text.length <= longestHeldBack) return;
      if (reading.kind !== 'definition') break;
      this.ports.define(reading.definition);
      text = this.dropDefinition(paragraph, reading.end);
    }
    paragraph.isHeldBack = false;
    if (text === '') return;
    paragraph.sink = paragraph.host.paragraph();
    paragraph.sink.append(text);
  }

  /** The paragraph's text without a definition at its start, which ends at a line's end. */
  private dropDefinition(paragraph: OpenParagraph, end: number): string {
    const rest = paragraph.lines
      .join('\n')
      .slice(end)
      .replace(/^[ \t]+/, '');
    paragraph.lines.splice(0, paragraph.lines.length, ...(rest === '' ? [] : rest.split('\n')));
    paragraph.maths.restart();
    return rest;
  }

  /** Takes all definitions off the start of a paragraph to which nothing will be added, and shows the rest. */
  private settleParagraph(paragraph: OpenParagraph): void {
    if (paragraph.lines[0]?.startsWith('[') !== true) return;
    let text = paragraph.lines.join('\n');
    let hasDefinition = false;
    while (text.startsWith('[')) {
      const reading = this.ports.readDefinition(text, true);
      if (reading.kind !== 'definition') break;
      this.ports.define(reading.definition);
      hasDefinition = true;
      text = this.dropDefinition(paragraph, reading.end);
    }
    if (paragraph.sink === undefined) {
      if (text !== '') {
        paragraph.sink = paragraph.host.paragraph();
        paragraph.sink.append(text);
      }
    } else if (hasDefinition) {
      paragraph.sink.replace(text);
    }
    paragraph.isHeldBack = false;
  }

  private continueBlock(block: OpenBlock, index: number): Continuation {
    switch (block.kind) {
      case 'document':
      case 'list':
        return 'matched';
      case 'quote':
        if (this.indent >= codeIndent || this.line[this.nextNonspace] !== '>') return 'unmatched';
        this.passQuoteMarker();
        return 'matched';
      case 'item':
        if (this.indent < block.indent) return 'unmatched';
        this.advance(block.indent, true);
        return 'matched';
      case 'paragraph':
        return this.isBlank ? 'unmatched' : 'matched';
      case 'heading':
        return 'unmatched';
      case 'fence':
        return this.continueFence(block, index);
      case 'indentedCode':
        if (this.indent >= codeIndent) this.advance(codeIndent, true);
        else if (this.isBlank) this.advanceToNonspace();
        else return 'unmatched';
        return 'matched';
      case 'table':
        return this.isBlank || block.missingCells > mostMissingCells ? 'unmatched' : 'matched';
    }
  }

  /** An item that began with a blank line ends with the next one. */
  private isEmptyItem(block: OpenBlock): boolean {
    return block.kind === 'item' && block.lastEnd === undefined;
  }

  private continueFence(fence: OpenFence, index: number): Continuation {
    if (this.indent < codeIndent && this.line[this.nextNonspace] === fence.marker) {
      let end = this.nextNonspace;
      while (this.line[end] === fence.marker) end += 1;
      const isLongEnough = end - this.nextNonspace >= fence.length;
      if (isLongEnough && /^[ \t]*$/.test(this.line.slice(end))) {
        this.closeFrom(index, this.lineNumber);
        return 'lineDone';
      }
    }
    for (let left = fence.indent; left > 0 && isBlankAt(this.line, this.offset); left -= 1) {
      this.advance(1, true);
    }
    return 'matched';
  }

  /** The next block that begins at the current position, in the order in which CommonMark tries them. */
  private startBlock(container: OpenBlock): Start {
    if (this.indent >= codeIndent) return this.startIndentedCode();
    const rest = this.line.slice(this.nextNonspace);
    const first = rest.charAt(0);
    if (first === '>') {
      this.passQuoteMarker();
      this.closeUnmatched();
      const host = this.containerFor();
      this.push({ kind: 'quote', sink: host.sink.quote(), lastEnd: undefined });
      return 'container';
    }
    if (first === '#') {
      const marker = headingMarker.exec(rest);
      if (marker === null) return 'none';
      this.advanceToNonspace();
      this.advance(marker[0].length, false);
      this.closeUnmatched();
      const sink = this.containerFor().sink.heading(marker[1]?.length ?? 1);
      this.push({ kind: 'heading', sink });
      return 'leaf';
    }
    if (first === '`' || first === '~') return this.startFence(rest);
    if (container.kind === 'paragraph') {
      const start = this.underlineParagraph(container, rest) ?? this.headTable(container, rest);
      if (start !== undefined) return start;
    }
    if (this.isThematicBreak(first)) {
      this.closeUnmatched();
      const host = this.containerFor();
      host.sink.thematicBreak();
      host.lastEnd = this.lineNumber;
      return 'lineDone';
    }
    return this.startItem(container, rest);
  }

  private isThematicBreak(marker: string): boolean {
    if (marker !== '*' && marker !== '-' && marker !== '_') return false;
    // A line of many list markers is looked through once, and not again behind each of them.
    if (this.ruleMarker === marker && this.nextNonspace <= this.ruleEnd) return false;
    let count = 0;
    for (let at = this.nextNonspace; at < this.line.length; at += 1) {
      if (this.line[at] === marker) {
        count += 1;
      } else if (!isBlankAt(this.line, at)) {
        this.ruleMarker = marker;
        this.ruleEnd = at;
        return false;
      }
    }
    return count >= 3;
  }

  private startFence(rest: string): Start {
    const marker = fenceMarker.exec(rest)?.[0];
    if (marker === undefined) return 'none';
    const { indent } = this;
    this.closeUnmatched();
    const sink = this.containerFor().sink.code(rest.slice(marker.length));
    this.push({ kind: 'fence', sink, marker: marker.charAt(0), length: marker.length, indent });
    return 'lineDone';
  }

  private startIndentedCode(): Start {
    // In a paragraph, lazy or not, an indented line is more text.
    if (this.isBlank || this.tip().kind === 'paragraph') return 'none';
    this.advance(codeIndent, true);
    this.closeUnmatched();
    const sink = this.containerFor().sink.code(undefined);
    this.push({ kind: 'indentedCode', sink, blankLines: [], lastLine: this.lineNumber });
    return 'leaf';
  }

  private underlineParagraph(paragraph: OpenParagraph, rest: string): Start | undefined {
    if (!underline.test(rest)) return undefined;
    this.settleParagraph(paragraph);
    if (paragraph.lines.length === 0 || paragraph.sink === undefined) return undefined;
    paragraph.sink.toHeading(rest.startsWith('=') ? 1 : 2);
    paragraph.sink.close();
    this.pop();
    this.matched = this.spine.length - 1;
    this.setLastEnd(this.lineNumber);
    return 'lineDone';
  }

  private headTable(paragraph: OpenParagraph, rest: string): Start | undefined {
    if (!paragraph.canHeadTable) return undefined;
    const alignments = delimiterRow(rest);
    const headerLine = paragraph.lines.at(-1);
    if (alignments === undefined || headerLine === undefined) return undefined;
    const header = rowCells(headerLine);
    if (header.length !== alignments.length) return undefined;
    paragraph.lines.pop();
    paragraph.sink?.replace(paragraph.lines.join('\n'));
    this.closeFrom(this.spine.length - 1, this.lineNumber - 2);
    this.matched = this.spine.length - 1;
    const host = this.containerFor(this.lineNumber - 1);
    this.push({
      kind: 'table',
      sink: host.sink.table(alignments, header),
      columns: alignments.length,
      rowText: '',
      missingCells: 0,
    });
    return 'lineDone';
  }

  private startItem(container: OpenBlock, rest: string): Start {
    const marker = listMarker.exec(rest);
    if (marker === null) return 'none';
    const [text, digits, delimiter] = marker;
    if (container.kind === 'paragraph') {
      // An empty item, or one whose number is not 1, does not interrupt a paragraph.
      const isEmpty = /^[ \t]*$/.test(rest.slice(text.length));
      if (isEmpty || (digits !== undefined && Number(digits) !== 1)) return 'none';
    }
    const markerIndent = this.indent;
    this.advanceToNonspace();
    this.advance(text.length, true);
    const padding = this.passItemPadding(text.length);
    this.closeUnmatched();
    const kind = delimiter ?? text;
    let list = this.tip();
    if (list.kind !== 'list' || list.marker !== kind) {
      const sink = this.containerFor().sink.list(digits === undefined ? undefined : Number(digits));
      list = { kind: 'list', sink, marker: kind, lastEnd: undefined, isLoose: false };
      this.push(list);
    } else if (list.lastEnd !== undefined && list.lastEnd !== this.lineNumber - 1) {
      this.loosen(list);
    }
    this.push({
      kind: 'item',
      sink: list.sink.item(),
      indent: markerIndent + padding,
      firstLine: this.lineNumber,
      lastEnd: undefined,
    });
    return 'container';
  }

  /** Passes the blanks behind a list marker; returns the columns from the marker's start to the item's content. */
  private passItemPadding(markerLength: number): number {
    const { column, offset, isTabCut } = this;
    do {
      this.advance(1, true);
    } while (this.column - column < 5 && isBlankAt(this.line, this.offset));
    const width = this.column - column;
    if (width >= 1 && width < 5 && this.offset < this.line.length) return markerLength + width;
    this.column = column;
    this.offset = offset;
    this.isTabCut = isTabCut;
    if (isBlankAt(this.line, this.offset)) this.advance(1, true);
    return markerLength + 1;
  }

  private passQuoteMarker(): void {
    this.advanceToNonspace();
    this.advance(1, false);
    if (isBlankAt(this.line, this.offset)) this.advance(1, true);
  }

  private tip(): OpenBlock {
    return this.blockAt(this.spine.length - 1);
  }

  private blockAt(index: number): OpenBlock {
    const block = this.spine[index];
    if (block === undefined) throw new Error('no such open block');
    return block;
  }

  private push(block: OpenBlock): void {
    if (block.kind !== 'list' && block.kind !== 'item') this.others.push(this.spine.length);
    this.spine.push(block);
    this.matched = this.spine.length - 1;
  }

  private pop(): void {
    this.spine.pop();
    if (this.others.at(-1) === this.spine.length) this.others.pop();
  }

  /**
   * The container that a new block goes to, once what cannot hold it is closed. Told of the block's first line, so that
   * a blank line before it makes the list around it loose.
   */
  private containerFor(
    firstLine = this.lineNumber,
  ): Extract<OpenBlock, { kind: 'document' | 'quote' | 'item' }> {
    for (;;) {
      const block = this.tip();
      if (block.kind === 'document' || block.kind === 'quote') return block;
      if (block.kind === 'item') {
        if (block.lastEnd !== undefined && block.lastEnd !== firstLine - 1) {
          const list = this.blockAt(this.spine.length - 2);
          if (list.kind === 'list') this.loosen(list);
        }
        return block;
      }
      this.closeFrom(this.spine.length - 1, this.lineNumber - 1);
    }
  }

  private loosen(list: Extract<OpenBlock, { kind: 'list' }>): void {
    if (list.isLoose) return;
    list.isLoose = true;
    list.sink.loosen();
  }

  private closeUnmatched(): void {
    this.closeFrom(this.matched + 1, this.lineNumber - 1);
  }

  /** Closes the open blocks from an index of the spine on, innermost first. `lastLine` is where they end. */
  private closeFrom(index: number, lastLine: number): void {
    while (this.spine.length > index) {
      const block = this.tip();
      let end = lastLine;
      switch (block.kind) {
        case 'paragraph':
          this.settleParagraph(block);
          block.sink?.close();
          break;
        case 'indentedCode':
          end = block.lastLine;
          block.sink.close();
          break;
        case 'list':
          end = block.lastEnd ?? lastLine;
          block.sink.close();
          break;
        case 'item':
          end = block.lastEnd ?? block.firstLine;
          block.sink.close();
          break;
        case 'document':
        case 'quote':
        case 'heading':
        case 'fence':
        case 'table':
          block.sink.close();
      }
      this.pop();
      if (this.spine.length > 0) this.setLastEnd(end);
    }
  }

  private setLastEnd(line: number): void {
    const tip = this.tip();
    if ('lastEnd' in tip) tip.lastEnd = line;
  }

  private rest(): string {
    const text = this.line.slice(this.offset);
    if (!this.isTabCut) return text;
    // The part of a tab that was not part of the indentation.
    return ' '.repeat(4 - (this.column % 4)) + text.slice(1);
  }

  private advanceToNonspace(): void {
    this.offset = this.nextNonspace;
    this.column = this.nextNonspaceColumn;
    this.isTabCut = false;
  }

  /** Moves on by characters, or by columns, where a tab reaches to the next multiple of four. */
  private advance(count: number, byColumns: boolean): void {
    let left = count;
    while (left > 0 && this.offset < this.line.length) {
      if (this.line[this.offset] !== '\t') {
        this.isTabCut = false;
        this.offset += 1;
        this.column += 1;
        left -= 1;
        continue;
      }
      const toStop = 4 - (this.column % 4);
      if (!byColumns) {
        this.isTabCut = false;
        this.column += toStop;
        this.offset += 1;
        left -= 1;
        continue;
      }
      this.isTabCut = toStop > left;
      const columns = Math.min(toStop, left);
      this.column += columns;
      if (!this.isTabCut) this.offset += 1;
      left -= columns;
    }
  }

  private findNextNonspace(): void {
    let position = this.offset;
    let { column } = this;
    for (;;) {
      const character = this.line[position];
      if (character === ' ') column += 1;
      else if (character === '\t') column += 4 - (column % 4);
      else break;
      position += 1;
    }
    this.isBlank = position >= this.line.length;
    this.nextNonspace = position;
    this.nextNonspaceColumn = column;
    this.indent = column - this.column;
  }
}

function isBlankAt(line: string, offset: number): boolean {
  const character = line[offset];
  return character === ' ' || character === '\t';
}
