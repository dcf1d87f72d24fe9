import type { SeamContext } from './seamContext';
import { isLineStart, isSentenceStart, type Overlap } from './seamOverlap';
import { isHighSurrogate, isLowSurrogate, isSpaced, measure, unitClass } from './seamText';

const blockMarker = /^(?:[-*+]|\d{1,9}[.)]|#{1,6}|>)[ \t]/;
const quotes = '"\'`“«*_$#@';
const brackets = '([{<';
const deepIndent = /^(?: {2,}|[ ]*\t)[ \t]*/;
/** What stands between equals: after it, the same words again are likely meant. */
const enumerating = /[,;|/&+·،、]\s*$/;

/**
 * Whether an overlap is a repetition to take off, and not text that happens to say the same again.
 *
 * Three different words are enough nearly anywhere, and so are two long ones. Fewer are taken as meant ("very very",
 * "again and again", `}` after `}`), unless the text would not read well with them: within a word ("quick" and "quicker"
 * as "quickquicker"), within a character, or where a line begins anew in its own middle.
 *
 * @param continuation What has come of the continuation.
 * @param from Offset in it at which the overlap begins, white space before it included.
 */
export function isRepetition(
  overlap: Overlap,
  context: SeamContext,
  continuation: string,
  from: number,
): boolean {
  const text = context.kept.slice(overlap.keptStart);
  // A restart may write its first letter large. A small one for a large one is a new clause: "The river runs, the river
  // runs".
  if (overlap.caseChanged && (context.fence !== undefined || /^\p{Lu}/u.test(text))) return false;
  if (isEqualLine(overlap, context, continuation, from)) return false;
  return (
    isTelling(text, overlap, context) ||
    isStartAgain(overlap, context) ||
    isWithinCharacter(overlap, context, continuation, from) ||
    isWithinWord(overlap, context, continuation, from) ||
    isLineAgain(overlap, context, continuation, from) ||
    isOpeningAgain(overlap, context, continuation, from)
  );
}

/** Whether so much is said that it is no coincidence wherever it stands. */
function isTelling(
  text: string,
  { keptStart }: Overlap,
  { kept, isTableRow }: SeamContext,
): boolean {
  const { differentWords, letters, digits, solid } = measure(text);
  if (differentWords >= 3) return letters + digits >= 8 || solid >= 12;
  // Cells, items and short lines come twice more often than sentences do.
  const isLines = isLineStart(kept, keptStart) && kept.endsWith('\n');
  return differentWords === 2 && (letters >= 10 || solid >= 20) && !isTableRow && !isLines;
}

/** The answer begins again: hardly any begins with the same word twice ("Ha ha"), none with the same fence. */
function isStartAgain({ keptStart, caseChanged }: Overlap, { kept }: SeamContext): boolean {
  if (caseChanged || kept.slice(0, keptStart).trim() !== '') return false;
  const { words, differentWords, letters, digits } = measure(kept);
  if (/^\s*(?:```|~~~)/.test(kept)) return true;
  return words === differentWords && letters >= 2 && letters + digits >= 4;
}

/** The next line is to be the same as the last one: both are whole, and the line's end between them comes with it. */
function isEqualLine(
  { keptStart, end }: Overlap,
  { kept }: SeamContext,
  continuation: string,
  from: number,
): boolean {
  if (/\s$/.test(kept) || !isLineStart(kept, keptStart)) return false;
  const before = `\n${kept.slice(0, keptStart)}`;
  const space = before.slice(before.trimEnd().length);
  const came = continuation.slice(from);
  return (
    space === came.slice(0, came.length - came.trimStart().length) &&
    /^[ \t\r]*(?:\n|$)/.test(continuation.slice(end))
  );
}

/** Members of a family, of which several stand in one emoji. */
const family = /^[👨👩👧👦🧑👶❤💋]/u;

/** The cut went through a character, and the continuation does not go on with its other half. */
function isWithinCharacter(
  { keptStart, end }: Overlap,
  { kept }: SeamContext,
  continuation: string,
  from: number,
): boolean {
  const last = kept.charAt(kept.length - 1);
  if (isHighSurrogate(last)) {
    const first = continuation.slice(from).trimStart().charAt(0);
    return !isLowSurrogate(first) && !isHighSurrogate(first);
  }
  if (last !== '\u200D') return false;
  // One joined part may well come twice (two mothers and a child); several in the same order do not.
  return kept.slice(keptStart).split('\u200D').length > 2 || !family.test(continuation.slice(end));
}

/** Letters follow letters: read as meant, the two would be one word, which begins with the same letters twice. */
function isWithinWord(
  { keptStart, end, caseChanged }: Overlap,
  { kept, fence }: SeamContext,
  continuation: string,
  from: number,
): boolean {
  const last = unitClass(kept.charAt(kept.length - 1));
  const first = unitClass(continuation.charAt(from));
  if (!isSpaced(last) || !isSpaced(first)) return false;
  const text = kept.slice(keptStart);
  const { words, letters } = measure(text);
  if (words > 1) return letters >= 3;
  if (last !== 'letter' || first !== 'letter' || /\p{N}/u.test(text)) return false;
  if (text.length >= 3) return true;
  if (fence !== undefined || caseChanged) return false;
  // Two letters twice make few words where vowels are written ("vivid"), but many elsewhere ("سلسلة"), and one letter
  // twice is a number or a colour ("ffff"). One letter makes many: "llegar", "ssh".
  if (text.length === 2) return /^[\p{Lu}\p{Ll}]\p{Ll}$/u.test(text) && !/^(.)\1/iu.test(text);
  return /^\p{Lu}$/u.test(text) && /\p{Ll}/u.test(continuation.charAt(end));
}

/** A line begins again in its own middle: where its marker or its indentation cannot stand. */
function isLineAgain(
  { keptStart, caseChanged, continuesWord }: Overlap,
  { kept, fence, isTableRow, line, lineStart, lineTextStart }: SeamContext,
  continuation: string,
  from: number,
): boolean {
  // The next cell of a row may well say the same; so may the next item of an enumeration.
  if (isTableRow || enumerating.test(line)) return false;
  const isLine = keptStart === lineTextStart && lineTextStart < kept.length;
  const text = kept.slice(keptStart);
  const { differentWords, letters } = measure(text);
  if (isLine && fence === undefined) {
    const marker = blockMarker.exec(text)?.[0];
    if (marker !== undefined) {
      const { letters: own } = measure(text.slice(marker.length));
      return own >= 2 || (own === 1 && continuesWord);
    }
  }
  const isSaid = differentWords >= 2 && letters >= 4 && /\S\s+\S/.test(text) && !caseChanged;
  if (isLine && fence !== undefined) {
    const indent = deepIndent.exec(line)?.[0];
    const again = indent !== undefined && deepIndent.exec(continuation.slice(from))?.[0] === indent;
    return isSaid || (again && (differentWords >= 2 || letters >= 3));
  }
  const begins = isLine || (keptStart > lineStart && isSentenceStart(kept, keptStart));
  // A small letter begins no sentence: "round and round and round".
  return fence === undefined && begins && isSaid && !/^\p{Ll}/u.test(text);
}

/** A quotation mark, a bracket or a mark of emphasis opens the same word again before it has ended. */
function isOpeningAgain(
  { keptStart, continuesWord }: Overlap,
  { kept, fence }: SeamContext,
  continuation: string,
  from: number,
): boolean {
  const openers = fence === undefined ? quotes + brackets : quotes;
  const first = continuation.charAt(from);
  return (
    continuesWord &&
    first !== '' &&
    openers.includes(first) &&
    unitClass(kept.charAt(kept.length - 1)) === 'letter' &&
    measure(/[\p{L}\p{M}]*$/u.exec(kept.slice(keptStart))?.[0] ?? '').letters >= 2
  );
}
