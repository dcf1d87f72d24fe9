import type { ColumnAlignment } from './blockSink';

const delimiterCell = /^:?-+:?$/;

/** The alignments that a delimiter row (`| :-- | --: |`) gives its columns, undefined for any other line. */
export function delimiterRow(line: string): ColumnAlignment[] | undefined {
  // A lone `-` or `:` underlines a heading or says nothing; `- ` begins a list.
  if (!/^[|:-][|:\- \t]/.test(line) || /^-[ \t]/.test(line) || /[^|:\- \t]/.test(line)) {
    return undefined;
  }
  const cells = line.split('|').map((cell) => cell.trim());
  if (cells[0] === '') cells.shift();
  if (cells.at(-1) === '') cells.pop();
  const alignments: ColumnAlignment[] = [];
  for (const cell of cells) {
    if (!delimiterCell.test(cell)) return undefined;
    const isLeft = cell.startsWith(':');
    const isRight = cell.endsWith(':');
    alignments.push(isLeft && isRight ? 'center' : isRight ? 'right' : isLeft ? 'left' : undefined);
  }
  return alignments.length === 0 ? undefined : alignments;
}

/** The cells of a row, trimmed; `\|` is a pipe inside a cell (GFM: tables). */
export function rowCells(line: string): string[] {
  const text = line.trim();
  const cells: string[] = [];
  let cell = '';
  let start = 0;
  for (let at = text.indexOf('|'); at !== -1; at = text.indexOf('|', at + 1)) {
    if (text[at - 1] === '\\') {
      cell += text.slice(start, at - 1);
      start = at;
    } else {
      cells.push(cell + text.slice(start, at));
      cell = '';
      start = at + 1;
    }
  }
  cells.push(cell + text.slice(start));
  if (cells[0] === '') cells.shift();
  if (cells.at(-1) === '') cells.pop();
  return cells.map((each) => each.trim());
}
