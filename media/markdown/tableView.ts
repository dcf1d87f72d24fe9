import type { ColumnAlignment, TableSink } from './blockSink';
import { nothingShown, showInlines, type ShownInlines } from './inlineNodes';
import { withOpenMarksClosed } from './openMarks';
import { rowCells } from './tableRow';
import type { Renderable, ViewContext } from './viewContext';

/** Rows after which a table goes on in parts: for each new row, browsers lay out all rows of its table. */
const rowsOfFirstPart = 192;
const rowsPerPart = 64;
/** UTF-16 units of a row under way up to which it is read anew whenever it has grown. */
const shortRow = 1_024;
/** A longer one is read anew when it has grown by this part of itself. */
const growthPart = 8;

interface Cell {
  readonly element: HTMLElement;
  shown: ShownInlines;
}

/** A table that grows row by row. */
export class TableView implements TableSink, Renderable {
  readonly element = document.createElement('div');
  private readonly first = document.createElement('table');
  private readonly head = document.createElement('thead');
  private body: HTMLElement | undefined;
  private rows = 0;
  /** Pixels; known once the table goes on in parts. */
  private widths: readonly number[] | undefined;
  private rowText = '';
  private readLength = 0;
  private row: readonly Cell[] | undefined;

  constructor(
    private readonly alignments: readonly ColumnAlignment[],
    header: readonly string[],
    private readonly context: ViewContext,
  ) {
    this.element.className = 'md-table';
    // What scrolls has to be reached by the keyboard.
    this.element.tabIndex = 0;
    this.first.dir = 'auto';
    this.first.append(this.head);
    this.element.append(this.first);
    this.finishRow(this.createRow(this.head, 'th'), header);
  }

  append(text: string): void {
    this.rowText += text;
    this.context.renderLater(this);
  }

  /** Shows the row under way. */
  render(): void {
    const { length } = this.rowText;
    if (length === 0) return;
    if (length > shortRow && length < this.readLength + this.readLength / growthPart) return;
    this.readLength = length;
    this.row ??= this.addBodyRow();
    const texts = rowCells(this.rowText);
    for (const [index, cell] of this.row.entries()) {
      const text = texts[index] ?? '';
      const shown = length > shortRow ? text : withOpenMarksClosed(text);
      const { inlines } = this.context.parser.parse(shown, false);
      cell.shown = showInlines(this.context.maths, cell.element, cell.shown, inlines);
    }
  }

  addRow(cells: readonly string[]): void {
    this.context.cancelRender(this);
    this.finishRow(this.row ?? this.addBodyRow(), cells);
    this.row = undefined;
    this.rowText = '';
    this.readLength = 0;
  }

  close(): void {
    this.context.cancelRender(this);
  }

  private finishRow(cells: readonly Cell[], texts: readonly string[]): void {
    for (const [index, cell] of cells.entries()) {
      const text = texts[index] ?? '';
      const { inlines, missed } = this.context.parser.parse(text);
      cell.shown = showInlines(this.context.maths, cell.element, cell.shown, inlines);
      this.context.lateLinks.wait(missed, text, cell.shown);
    }
  }

  private addBodyRow(): readonly Cell[] {
    const { rows } = this;
    if (rows === 0) this.body = this.addBody(this.first);
    if (rows >= rowsOfFirstPart && (rows - rowsOfFirstPart) % rowsPerPart === 0) {
      this.widths ??= this.divide();
      this.body = this.addPart(this.widths);
    }
    this.rows += 1;
    return this.createRow(this.body ?? this.first, 'td');
  }

  private createRow(parent: HTMLElement, tag: 'th' | 'td'): readonly Cell[] {
    const row = document.createElement('tr');
    const cells = this.alignments.map((alignment) => {
      const element = document.createElement(tag);
      if (alignment !== undefined) element.style.textAlign = alignment;
      row.append(element);
      return { element, shown: nothingShown };
    });
    if (this.widths !== undefined) nameRow(row);
    parent.append(row);
    return cells;
  }

  private addBody(table: HTMLElement): HTMLElement {
    const body = document.createElement('tbody');
    table.append(body);
    return body;
  }

  /** Fixes the columns' widths, so that tables below each other look and read like one. */
  private divide(): readonly number[] {
    const widths = [...this.head.querySelectorAll('th')].map(
      (cell) => cell.getBoundingClientRect().width,
    );
    this.element.setAttribute('role', 'table');
    this.setColumns(this.first, widths);
    for (const row of this.first.querySelectorAll('tr')) nameRow(row);
    return widths;
  }

  private addPart(widths: readonly number[]): HTMLElement {
    const part = document.createElement('div');
    part.className = 'md-table-part';
    part.setAttribute('role', 'presentation');
    const table = document.createElement('table');
    table.dir = 'auto';
    part.append(table);
    this.element.append(part);
    this.setColumns(table, widths);
    const body = this.addBody(table);
    body.setAttribute('role', 'rowgroup');
    return body;
  }

  private setColumns(table: HTMLTableElement, widths: readonly number[]): void {
    table.setAttribute('role', 'presentation');
    const columns = document.createElement('colgroup');
    for (const width of widths) {
      const column = document.createElement('col');
      // Unknown while the table is not laid out: then the columns share what there is.
      if (width > 0) column.style.width = `${width}px`;
      columns.append(column);
    }
    const sum = widths.reduce((total, width) => total + width, 0);
    table.classList.add('md-table-fixed');
    if (sum > 0) table.style.width = `${sum}px`;
    table.prepend(columns);
  }
}

/** Says what the row of a table in parts is: the tables' own roles are gone. */
function nameRow(row: HTMLElement): void {
  row.setAttribute('role', 'row');
  for (const cell of row.children) {
    cell.setAttribute('role', cell.localName === 'th' ? 'columnheader' : 'cell');
  }
}
