import type { SeamContext } from './seamContext';
import { isSpaced, unitClass } from './seamText';

/** Words of an unfinished sentence without which a likeness proves nothing. */
const fewestWords = 8;
const mostWords = 80;
/** UTF-16 units in which a sentence's first word must end, quotation marks before it included. */
const longestFirstWord = 40;
/** Words right before the cut that must come again exactly. */
const exactWords = 3;

/**
 * Recognises a continuation that says the unfinished sentence (or line) again from its beginning, in slightly other
 * words, and then goes on. Only in prose, only where the first word and the last three are the same, at most every
 * sixth word differs, and none that differs has a digit: equal-looking rows of a log or a list differ in those.
 */
export class RewordedRestart {
  /** Known once the first word has come: most continuations begin with another one. */
  private sentence: readonly string[] = [];
  private allowed = 0;
  /** Edit distance between the words that came and each beginning of the sentence. */
  private row: number[] = [];
  private readonly words: string[] = [];
  private word = '';
  private wordStart = 0;
  private found: number | undefined;
  /** What stands between the last word and the cut, as far as it has not come again. */
  private trailing = '';
  private readonly firstWord: string;
  private isOver: boolean;

  constructor(
    /** The sentence or the line, as far as it got. */
    private readonly text: string,
    /** Whether its last word may be cut, and go on in the continuation. */
    private readonly endsInWord: boolean,
  ) {
    this.firstWord = wordsOf(text.slice(0, longestFirstWord))[0] ?? '';
    this.isOver = this.firstWord === '';
  }

  get isSettled(): boolean {
    return this.isOver;
  }

  /** Offset in the continuation at which the new text begins; undefined where this is no restart. */
  get end(): number | undefined {
    return this.found;
  }

  push(unit: string, index: number): void {
    if (this.isOver) return;
    if (this.found !== undefined) this.pushTrailing(unit, index);
    else if (isSpaced(unitClass(unit))) {
      if (this.word === '') this.wordStart = index;
      this.word += unit;
      if (this.words.length === 0 && !this.firstWord.startsWith(this.word.toLowerCase())) {
        this.isOver = true;
      }
    } else if (this.word !== '') {
      this.endWord();
      this.pushTrailing(unit, index);
    }
  }

  finish(): void {
    if (!this.isOver && this.word !== '') this.endWord();
    this.isOver = true;
  }

  private endWord(): void {
    const word = this.word.toLowerCase();
    this.word = '';
    this.words.push(word);
    if (this.words.length === 1 && !this.begins(word)) {
      this.isOver = true;
      return;
    }
    this.advance(word);
    const { length } = this.sentence;
    const distance = this.row[length] ?? Infinity;
    if (distance <= this.allowed && this.endsAlike()) {
      this.found = this.wordStart + (this.sentence[length - 1] ?? '').length;
    } else if (Math.min(...this.row) > this.allowed) {
      this.isOver = true;
    }
  }

  /** Prepares the comparison, if the sentence begins with this word and is long enough. */
  private begins(word: string): boolean {
    if (word !== this.firstWord) return false;
    const { text } = this;
    this.sentence = wordsOf(text);
    const { length } = this.sentence;
    this.allowed = Math.min(4, Math.max(1, Math.floor(length / 6)));
    this.row = Array.from({ length: length + 1 }, (_, i) => i);
    let end = text.length;
    while (end > 0 && !isSpaced(unitClass(text.charAt(end - 1)))) end--;
    this.trailing = text.slice(end).replace(/\s/g, '');
    return length >= fewestWords && length <= mostWords;
  }

  private pushTrailing(unit: string, index: number): void {
    if (this.found === undefined || this.isOver) return;
    if (this.trailing !== '' && unitClass(unit) === 'space') return;
    if (this.trailing === '' || unit !== this.trailing.charAt(0)) {
      this.isOver = true;
      return;
    }
    this.trailing = this.trailing.slice(1);
    this.found = index + 1;
  }

  private advance(word: string): void {
    const { row, sentence, allowed } = this;
    const cost = (other: string): number => (/\p{N}/u.test(other) ? allowed + 1 : 1);
    const next = [this.words.length];
    for (const [i, there] of sentence.entries()) {
      const same = this.isSame(there, word, i);
      next.push(
        Math.min(
          (row[i] ?? 0) + (same ? 0 : Math.max(cost(word), cost(there))),
          (row[i + 1] ?? 0) + cost(word),
          (next[i] ?? 0) + cost(there),
        ),
      );
    }
    this.row = next;
  }

  private endsAlike(): boolean {
    const { sentence, words } = this;
    for (let back = 1; back <= exactWords; back++) {
      const at = sentence.length - back;
      const there = sentence[at];
      const word = words[words.length - back];
      if (there === undefined || word === undefined || !this.isSame(there, word, at)) return false;
    }
    return true;
  }

  private isSame(there: string, word: string, at: number): boolean {
    return this.endsInWord && at === this.sentence.length - 1
      ? word.startsWith(there)
      : word === there;
  }
}

/** Offsets at which the unfinished sentence and the unfinished line begin; none where a restart means nothing. */
export function rewordableStarts({
  kept,
  fence,
  isTableRow,
  line,
  lineTextStart,
}: SeamContext): number[] {
  if (fence !== undefined || isTableRow) return [];
  if (line.trim() === '' || /[.!?…。！？]["'”’»)\]*_`]*\s*$/.test(line)) return [];
  const paragraph = kept.slice(kept.lastIndexOf('\n\n') + 1);
  const end = [...paragraph.matchAll(/[.!?…]["'”’»)\]*_]*\s+/g)].at(-1);
  const sentenceStart =
    kept.length - paragraph.length + (end === undefined ? 0 : end.index + end[0].length);
  const marker = /^(?:(?:[-*+]|\d{1,9}[.)]|#{1,6}|>)[ \t]+)*/.exec(kept.slice(lineTextStart))?.[0];
  return [...new Set([sentenceStart, lineTextStart + (marker ?? '').length])];
}

function wordsOf(text: string): string[] {
  const words: string[] = [];
  let word = '';
  for (let i = 0; i <= text.length; i++) {
    const unit = text.charAt(i);
    if (isSpaced(unitClass(unit))) word += unit;
    else if (word !== '') {
      words.push(word.toLowerCase());
      word = '';
    }
  }
  return words;
}
