import { MathsDelimiters } from './mathsDelimiters';

/**
 * Finds how much of a text that is still growing has its final inline structure, so that it is parsed once.
 *
 * The scan knows only simple, complete constructs: code spans, formulas, emphasis that can but open and but close, links
 * with a plain destination, autolinks. At anything else it stops, and what follows waits for the end of the block. It errs on
 * the side of stopping: parsing a settled beginning and the rest apart always gives what parsing both together gives.
 */
export function settledLength(text: string, limit: number): number {
  const scan = new Scan(text);
  let settled = 0;
  let position = 0;
  while (position < text.length && position <= limit) {
    plainRun.lastIndex = position;
    if (plainRun.test(text)) position = plainRun.lastIndex;
    if (position >= text.length) break;
    if (isBlank(text[position])) {
      position += 1;
      // A word begins: nothing before it can reach into it.
      if (position < text.length && position <= limit && !isBlank(text[position])) {
        settled = position;
      }
      continue;
    }
    const next = scan.skip(position, 0);
    if (next === undefined) break;
    position = next;
  }
  return settled;
}

const deepest = 6;
/** Text that means itself: a `w` unless it begins, or may begin, `www.`. */
const plainRun = /(?:[^\\`*_~[\]!<:w@$ \t\n]|w(?!w{0,2}$|ww\.))+/y;
const special = /[\\`*_~[\]!<:w@$]/;
const alphanumeric = /[\p{L}\p{N}]/u;
const punctuation = /[\p{P}\p{S}]/u;
/** A destination whose characters mean nothing elsewhere; `http` ones are links whatever they contain. */
const plainDestination = /\(([^\s()<>\\*_~`[\]!&$]*)(?: "[^"\\*_~`[\]<&$]*")?\)/y;
const webDestination = /\(https?:\/\/[^\s()<>\\`[\]]*(?: "[^"\\*_~`[\]<&]*")?\)/y;
/** A label that, where it is none, is text that means itself. */
const plainLabel = /\[(?:[^\\`*_~[\]!<:@&$w\n]|w(?!ww))*\]/y;
const bracketedAutolink = /<(?:https?|mailto):[^\s<>\\`*_~[\]]*>/y;
const word = /[^ \t\n]*/y;
/** What may mean something inside a word that has a web or mail address in it. */
const specialInAddress = /[\\`*~[\]!<$]|_(?![\p{L}\p{N}])|(?<![\p{L}\p{N}])_/u;

class Scan {
  private readonly maths: MathsDelimiters;

  constructor(private readonly text: string) {
    this.maths = new MathsDelimiters(text, false);
  }

  /** Where the construct or the plain character at `position` ends; undefined where the scan has to stop. */
  skip(position: number, depth: number): number | undefined {
    const { text } = this;
    const character = text.charAt(position);
    if (!special.test(character)) return position + 1;
    switch (character) {
      case '\\':
        if (position + 1 >= text.length) return undefined;
        return this.skipMaths(position, position + 2);
      case '$':
        return this.skipMaths(position, position + 1);
      case '`':
        return this.skipCode(position);
      case '*':
      case '_':
      case '~':
        return this.skipEmphasis(position, depth);
      case '[':
        return depth < deepest ? this.skipLink(position, depth) : undefined;
      case '!':
        if (position + 1 >= text.length) return undefined;
        if (text[position + 1] !== '[') return position + 1;
        return depth < deepest ? this.skipLink(position + 1, depth) : undefined;
      case '<':
        return this.skipAngle(position);
      case ':':
        return text.startsWith('://', position) || position + 3 > text.length
          ? this.skipAddress(position)
          : position + 1;
      case 'w':
        return text.startsWith('www.', position) || position + 4 > text.length
          ? this.skipAddress(position)
          : position + 1;
      case '@':
        return this.skipAddress(position);
      default:
        // A closing bracket without an opening one.
        return position + 1;
    }
  }

  /** @param otherwise - where what stands here ends if it is no formula. */
  private skipMaths(position: number, otherwise: number): number | undefined {
    const reading = this.maths.read(position);
    if (reading === 'open') return undefined;
    return reading === 'none' ? otherwise : reading.end;
  }

  private skipCode(position: number): number | undefined {
    const length = this.runLength(position);
    let at = position + length;
    for (;;) {
      at = this.text.indexOf('`', at);
      if (at === -1) return undefined;
      const closing = this.runLength(at);
      at += closing;
      // At the end of the text the run may grow.
      if (closing === length) return at < this.text.length ? at : undefined;
    }
  }

  private skipEmphasis(position: number, depth: number): number | undefined {
    const marker = this.text.charAt(position);
    const length = this.runLength(position);
    const next = this.text[position + length];
    if (next === undefined) return undefined;
    const previous = this.text[position - 1];
    if (isBlank(previous) && isBlank(next)) return position + length;
    if (marker === '_' && isWordCharacter(previous) && isWordCharacter(next)) {
      return position + length;
    }
    if (marker === '~' && length !== 2) return position + length;
    // It could only close, and everything before it that could open is closed.
    if (depth === 0 && !isBlank(previous) && isBlank(next)) return position + length;
    const opensOnly =
      (isBlank(previous) && !isBlank(next)) || (isPunctuation(previous) && isWordCharacter(next));
    if (!opensOnly || depth >= deepest || length > 3) return undefined;
    let at = position + length;
    while (at < this.text.length) {
      if (this.text[at] === marker) {
        const closing = this.runLength(at);
        if (closing === length && this.closesOnly(at, closing)) return at + closing;
      }
      const end = this.skip(at, depth + 1);
      if (end === undefined) return undefined;
      at = end;
    }
    return undefined;
  }

  /** Whether a run of markers can close emphasis and not open it. */
  private closesOnly(position: number, length: number): boolean {
    const previous = this.text[position - 1];
    const next = this.text[position + length];
    if (previous === undefined || next === undefined || isBlank(previous)) return false;
    if (isBlank(next)) return true;
    return isPunctuation(next) && isWordCharacter(previous);
  }

  private skipLink(position: number, depth: number): number | undefined {
    const { text } = this;
    let at = position + 1;
    while (text[at] !== ']') {
      if (at >= text.length || text[at] === '[' || text[at] === '<') return undefined;
      // Addresses are links of their own where the brackets turn out to be none.
      const end = isAddressMark(text, at) ? undefined : this.skip(at, depth + 1);
      if (end === undefined) return undefined;
      at = end;
    }
    at += 1;
    while (text[at] === '[') {
      const end = this.match(plainLabel, at);
      if (end === undefined) return undefined;
      at = end;
    }
    const next = text[at];
    if (next === undefined) return undefined;
    if (next !== '(') return at;
    return this.match(plainDestination, at) ?? this.match(webDestination, at);
  }

  private skipAngle(position: number): number | undefined {
    const next = this.text[position + 1];
    if (next === undefined) return undefined;
    const end = this.match(bracketedAutolink, position);
    if (end !== undefined) return end;
    const inside = /^([^\s<>]*)([\s<>])/.exec(this.text.slice(position + 1, position + 1_000));
    // Without a blank or a bracket behind it, or with an address inside, it may be an autolink.
    if (inside === null || (inside[2] === '>' && /[:@]/.test(inside[1] ?? ''))) return undefined;
    return position + 1;
  }

  /** The rest of a word with an address in it, which may be a link or plain text. */
  private skipAddress(position: number): number | undefined {
    const end = this.match(word, position) ?? position;
    if (end >= this.text.length) return undefined;
    return specialInAddress.test(this.text.slice(position, end)) ? undefined : end;
  }

  private match(pattern: RegExp, position: number): number | undefined {
    pattern.lastIndex = position;
    return pattern.test(this.text) ? pattern.lastIndex : undefined;
  }

  private runLength(position: number): number {
    const marker = this.text[position];
    let end = position + 1;
    while (this.text[end] === marker) end += 1;
    return end - position;
  }
}

function isAddressMark(text: string, position: number): boolean {
  const character = text[position];
  return (
    character === '@' ||
    (character === ':' && text[position + 1] === '/') ||
    (character === 'w' && text.startsWith('ww', position + 1))
  );
}

function isBlank(character: string | undefined): boolean {
  return character === undefined || character === ' ' || character === '\t' || character === '\n';
}

function isWordCharacter(character: string | undefined): boolean {
  return character !== undefined && alphanumeric.test(character);
}

function isPunctuation(character: string | undefined): boolean {
  return character !== undefined && punctuation.test(character);
}
