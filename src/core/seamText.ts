/** What a UTF-16 unit is to the seam. Halves of surrogate pairs are `symbol`, as emoji are. */
export type UnitClass =
  | 'space'
  /** Of a script that puts spaces between words; marks and `_` too. */
  | 'letter'
  | 'digit'
  /** Of a script without spaces in which a character is about a syllable or a word. */
  | 'ideograph'
  /** Of a script without spaces that is alphabetic: Thai, Lao, Khmer, Burmese. */
  | 'unspaced'
  | 'symbol';

/** Classes already worked out, by UTF-16 unit: the expressions below cost too much to ask for every one. */
const knownClasses: (UnitClass | undefined)[] = [];

const space = /\s/;
const ideograph = /(?=[\p{L}\p{M}])[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}]/u;
const unspaced = /(?=[\p{L}\p{M}])[\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}]/u;
/** ZWNJ stands inside Persian words; emoji's variation selectors and the keycap are marks, but of no letter. */
const letter = /[\p{L}\p{M}_\u200C]/u;
const digit = /\p{N}/u;
const emojiMark = /[\uFE0E\uFE0F\u20E3]/;
const mark = /[\p{M}\u200C\u200D]/u;

/** @param unit One UTF-16 unit; `symbol` for the empty string. */
export function unitClass(unit: string): UnitClass {
  if (unit === '') return 'symbol';
  const code = unit.charCodeAt(0);
  return (knownClasses[code] ??= classify(unit));
}

function classify(unit: string): UnitClass {
  if (space.test(unit)) return 'space';
  if (emojiMark.test(unit)) return 'symbol';
  if (ideograph.test(unit)) return 'ideograph';
  if (unspaced.test(unit)) return 'unspaced';
  if (digit.test(unit)) return 'digit';
  return letter.test(unit) ? 'letter' : 'symbol';
}

/** Whether a space before or after a unit of this class says where a word ends. */
export function isSpaced(unitClassOf: UnitClass): boolean {
  return unitClassOf === 'letter' || unitClassOf === 'digit';
}

export function isHighSurrogate(unit: string): boolean {
  const code = unit.charCodeAt(0);
  return code >= 0xd800 && code <= 0xdbff;
}

export function isLowSurrogate(unit: string): boolean {
  const code = unit.charCodeAt(0);
  return code >= 0xdc00 && code <= 0xdfff;
}

/** Whether the unit only ever stands within a character that began before it. */
export function continuesCharacter(unit: string): boolean {
  // The first marks begin at U+0300.
  return unit >= '\u0300' && (isLowSurrogate(unit) || mark.test(unit) || emojiMark.test(unit));
}

const straightQuotes = new Map([
  ['‘', "'"],
  ['’', "'"],
  ['“', '"'],
  ['”', '"'],
]);

/**
 * Brings text, unit by unit, into the form in which two writings of it are compared: white space is one space between
 * two words and nothing elsewhere; typographic quotes are straight.
 */
export class Squeezer {
  private last: UnitClass = 'symbol';
  private spaceBefore = false;

  /** The units to add: none for white space, which shows only with what follows it. */
  push(unit: string): string {
    const unitClassOf = unitClass(unit);
    if (unitClassOf === 'space') {
      this.spaceBefore = true;
      return '';
    }
    const separate = this.spaceBefore && isSpaced(this.last) && isSpaced(unitClassOf);
    this.spaceBefore = false;
    this.last = unitClassOf;
    const folded = unit < '\u2018' ? unit : (straightQuotes.get(unit) ?? unit);
    return separate ? ` ${folded}` : folded;
  }
}

/** How much a piece of text says: what a repetition of it proves. */
export interface TextMeasure {
  /** Words; a character each in scripts without spaces. */
  readonly words: number;
  readonly differentWords: number;
  /** Letters, those of scripts in which one says more counted twice. */
  readonly letters: number;
  readonly digits: number;
  /** UTF-16 units that are not white space. */
  readonly solid: number;
}

export function measure(text: string): TextMeasure {
  const seen = new Set<string>();
  let words = 0;
  let letters = 0;
  let digits = 0;
  let solid = 0;
  let word = '';
  const endWord = (): void => {
    if (word === '') return;
    words++;
    seen.add(word.toLowerCase());
    word = '';
  };
  for (let i = 0; i < text.length; i++) {
    const unit = text.charAt(i);
    const unitClassOf = unitClass(unit);
    if (unitClassOf !== 'space') solid++;
    switch (unitClassOf) {
      case 'letter':
      case 'digit':
        if (unitClassOf === 'digit') digits++;
        else letters += unit >= '\uAC00' && unit <= '\uD7A3' ? 2 : 1;
        word += unit;
        break;
      case 'ideograph':
      case 'unspaced':
        endWord();
        letters += unitClassOf === 'ideograph' ? 2 : 1;
        word = unit;
        endWord();
        break;
      case 'space':
      case 'symbol':
        endWord();
        break;
    }
  }
  endWord();
  return { words, differentWords: seen.size, letters, digits, solid };
}
