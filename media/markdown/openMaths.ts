const displayStart = /^[ \t]*(\$\$|\\\[)/;

/**
 * Whether a paragraph's text ends within a formula that a line has begun with `$$` or `\[`. The next line is TeX then,
 * whatever else it looks like: `- b`, `+ c` and `= d` are no lists and no underline. A blank line ends both.
 */
export class OpenMaths {
  private closer: '$$' | '\\]' | undefined;
  private linesRead = 0;

  /** @param lines - all complete lines of the paragraph; those of the last call are not read again. */
  isOpenAfter(lines: readonly string[]): boolean {
    for (; this.linesRead < lines.length; this.linesRead += 1) {
      this.read(lines[this.linesRead] ?? '');
    }
    return this.closer !== undefined;
  }

  /** The paragraph has other lines now. */
  restart(): void {
    this.closer = undefined;
    this.linesRead = 0;
  }

  private read(line: string): void {
    let from = 0;
    if (this.closer === undefined) {
      const [start = '', opener] = displayStart.exec(line) ?? [];
      if (opener === undefined) return;
      this.closer = opener === '$$' ? '$$' : '\\]';
      from = start.length;
    }
    if (line.includes(this.closer, from)) this.closer = undefined;
  }
}
