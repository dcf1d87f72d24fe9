/** A formula in a text, with the delimiters around it. */
export interface FoundMaths {
  readonly tex: string;
  readonly isDisplay: boolean;
  /** Where what follows the formula begins. */
  readonly end: number;
}

/** `open`: what follows the text decides whether a formula begins here. */
export type MathsReading = FoundMaths | 'none' | 'open';

type Delimiter = '$' | '$$' | '\\(' | '\\[';

/** UTF-16 units between the delimiters; what is longer is text, so that a stray delimiter costs little. */
const longest: Readonly<Record<Delimiter, number>> = {
  $: 500,
  $$: 10_000,
  '\\(': 2_000,
  '\\[': 10_000,
};
const closers: Readonly<Record<Delimiter, string>> = {
  $: '$',
  $$: '$$',
  '\\(': '\\)',
  '\\[': '\\]',
};
const wordCharacter = /[\p{L}\p{N}]/u;
/** “the $n$th”: what may follow a formula at once, of all that a word is made of. */
const ordinalEnd = /^(?:st|nd|rd|th)(?![\p{L}\p{N}])/u;
/** UTF-16 units behind a closing dollar that decide whether it is one. */
const longestOrdinal = 4;

/**
 * Finds the formulas of one text: `$…$`, `\(…\)`, `$$…$$` and `\[…\]`. A dollar opens a formula only before a character
 * that is not blank, and the next dollar has to close it, behind such a character, on the same line and at a word's end:
 * so prices (`$5 and $6`) and variables (`$HOME/$USER`) stay text. What a position means depends on nothing before the
 * blank in front of it, so a text may be cut at blanks.
 */
export class MathsDelimiters {
  /** For each closing delimiter the first one behind a position: looked for once, however many open. */
  private readonly found = new Map<string, { readonly from: number; readonly at: number }>();

  constructor(
    private readonly text: string,
    /** False while more text may follow. */
    private readonly isWhole: boolean,
  ) {}

  /** @param limit - nothing from here on belongs to the formula. */
  read(position: number, limit = this.text.length): MathsReading {
    const delimiter = this.delimiterAt(position);
    if (delimiter === undefined || delimiter === 'open') return delimiter ?? 'none';
    const start = position + delimiter.length;
    const end = this.closing(closers[delimiter], start);
    if (end === this.text.length) return this.unclosed(delimiter, start);
    if (end - start > longest[delimiter]) return 'none';
    const tex = this.text.slice(start, end);
    if (tex.trim() === '') return 'none';
    if (delimiter === '$' && (tex.includes('\n') || isBlank(tex[0]) || isBlank(tex.at(-1)))) {
      return 'none';
    }
    if (delimiter.startsWith('$')) {
      const verdict = this.dollarsClose(end, delimiter.length);
      if (verdict !== true) return verdict;
    }
    const after = end + delimiter.length;
    if (after > limit) return 'none';
    return { tex, isDisplay: delimiter === '$$' || delimiter === '\\[', end: after };
  }

  private delimiterAt(position: number): Delimiter | 'open' | undefined {
    const { text } = this;
    if (text[position] === '$') {
      if (text[position - 1] === '$' || isWordCharacter(text[position - 1])) return undefined;
      const length = this.dollars(position);
      if (position + length === text.length && !this.isWhole) return 'open';
      if (length === 1) return isBlank(text[position + 1]) ? undefined : '$';
      return length === 2 ? '$$' : undefined;
    }
    if (text.startsWith('\\(', position)) return '\\(';
    // Within a line it is a bracket that means itself (CommonMark: backslash escapes).
    return text.startsWith('\\[', position) && isBlank(text[position - 1]) ? '\\[' : undefined;
  }

  private unclosed(delimiter: Delimiter, start: number): MathsReading {
    // The first half of a closing delimiter may have come.
    const isLong = this.text.length - start > longest[delimiter] + 1;
    if (this.isWhole || isLong) return 'none';
    return delimiter === '$' && this.text.includes('\n', start) ? 'none' : 'open';
  }

  /** Whether the dollars at a position close a formula that as many have opened. */
  private dollarsClose(position: number, length: number): true | 'none' | 'open' {
    const { text } = this;
    const closing = this.dollars(position);
    const end = position + length;
    if (position + closing === text.length && !this.isWhole) return 'open';
    if (closing !== length) return 'none';
    if (length > 1) return true;
    const after = text.slice(end, end + longestOrdinal);
    if (!isWordCharacter(after[0])) return true;
    if (after.length < longestOrdinal && !this.isWhole) return 'open';
    return ordinalEnd.test(after) ? true : 'none';
  }

  /** Where the next one stands that no backslash escapes; the text's length where there is none. */
  private closing(closer: string, from: number): number {
    const known = this.found.get(closer);
    if (known !== undefined && known.from <= from && from <= known.at) return known.at;
    const { text } = this;
    let at = text.indexOf(closer, from);
    while (at !== -1 && this.isEscaped(at)) at = text.indexOf(closer, at + 1);
    if (at === -1) at = text.length;
    this.found.set(closer, { from, at });
    return at;
  }

  private isEscaped(position: number): boolean {
    let start = position;
    while (this.text[start - 1] === '\\') start -= 1;
    return (position - start) % 2 === 1;
  }

  private dollars(position: number): number {
    let end = position + 1;
    while (this.text[end] === '$') end += 1;
    return end - position;
  }
}

function isBlank(character: string | undefined): boolean {
  return character === undefined || character === ' ' || character === '\t' || character === '\n';
}

function isWordCharacter(character: string | undefined): boolean {
  return character !== undefined && wordCharacter.test(character);
}
