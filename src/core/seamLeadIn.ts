import { fenceLanguage, type OpenFence } from './seamContext';
import { readPreamble } from './seamPreambles';

/** What a continuation has before its text: words about continuing, a code fence opened again, an ellipsis. */
export interface LeadIn {
  /** Offsets at which the text itself may begin, if it is a repetition. */
  readonly offsets: readonly number[];
  /** How much is taken off even where nothing is repeated after it. */
  readonly length: number;
  /** Whether more text may change this. */
  readonly isOpen: boolean;
}

/** Longer than any line that opens a fence; UTF-16 units. */
const longestFenceLine = 80;

const ownLineEnd = /^[ \t]*\r?\n(?:[ \t]*\r?\n)?/;

/**
 * @param fence The fence that is open where the text was cut.
 * @param isMidLine Whether a line was cut: what follows there closes no fence.
 */
export function readLeadIn(text: string, fence: OpenFence | undefined, isMidLine: boolean): LeadIn {
  const start = text.length - text.trimStart().length;
  if (start === text.length) return { offsets: [], length: 0, isOpen: true };
  const { preamble, isOpen } = readPreamble(text.slice(start));
  if (isOpen) return { offsets: [], length: 0, isOpen };
  if (preamble === undefined) {
    const dots = readDots(text.slice(start));
    const line = readFenceLine(text.slice(start), fence);
    const opened = start + line.length;
    return {
      offsets: [
        ...(dots.length > 0 ? [start + dots.length] : []),
        ...(line.isFence ? [opened] : []),
      ],
      length: line.isFence && line.hasLanguage ? opened : 0,
      isOpen: line.isOpen || dots.isOpen,
    };
  }

  const end = start + preamble.length;
  const after = text.slice(end);
  const next = text.length - after.trimStart().length;
  if (next === text.length) return { offsets: [], length: 0, isOpen: true };
  // One empty line belongs to the preamble, else one space; more than that is the text's own.
  const lineEnd = ownLineEnd.exec(after)?.[0].length;
  const from = end + (lineEnd ?? (after.startsWith(' ') ? 1 : 0));
  const strip = preamble.standsAlone && lineEnd !== undefined ? from : 0;
  const line = readFenceLine(text.slice(next), fence);
  if (!line.isFence) return { offsets: [from], length: strip, isOpen: line.isOpen };
  const opened = next + line.length;
  const isGluedOn = isMidLine && !text.slice(from, next).includes('\n');
  return {
    offsets: [from, opened],
    length: strip > 0 && (line.hasLanguage || isGluedOn) ? opened : strip,
    isOpen: false,
  };
}

/** An ellipsis, with which some show that they go on. */
function readDots(text: string): { length: number; isOpen: boolean } {
  if (text === '.' || text === '..') return { length: 0, isOpen: true };
  return { length: /^(?:\.{3}|…)/.exec(text)?.[0].length ?? 0, isOpen: false };
}

/**
 * A line that opens the fence again: with its language, or with none, which may as well close it. A line of another
 * language, length or character is taken as the code's own.
 */
function readFenceLine(
  text: string,
  fence: OpenFence | undefined,
): { isFence: boolean; hasLanguage: boolean; length: number; isOpen: boolean } {
  const none = { isFence: false, hasLanguage: false, length: 0, isOpen: false };
  if (fence === undefined) return none;
  const { character, length, info } = fence;
  const opening = character.repeat(length);
  if (opening.startsWith(text)) return { ...none, isOpen: true };
  if (!text.startsWith(opening) || text.charAt(length) === character) return none;
  const lineEnd = text.indexOf('\n');
  if (lineEnd < 0) return { ...none, isOpen: text.length < longestFenceLine };
  const after = text.slice(length, lineEnd).trim();
  const language = fenceLanguage(after);
  if (language !== '' && language !== fenceLanguage(info)) return none;
  if (/\s/.test(after) && after !== info) return none;
  return { isFence: true, hasLanguage: language !== '', length: lineEnd + 1, isOpen: false };
}
