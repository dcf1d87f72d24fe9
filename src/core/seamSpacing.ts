import type { OpenFence, SeamContext } from './seamContext';

/**
 * White space of the continuation that the kept text does not have yet, where both end and begin with some at the same
 * place and may write it differently.
 *
 * @param kept White space at the end of the kept text.
 * @param came White space at the same place in the continuation.
 */
export function spaceBeyond(kept: string, came: string): string {
  if (came.startsWith(kept)) return came.slice(kept.length);
  const keptLines = kept.split('\n');
  const cameLines = came.split('\n');
  if (cameLines.length > keptLines.length) {
    return `\n${cameLines.slice(keptLines.length).join('\n')}`;
  }
  const keptIndent = keptLines.at(-1) ?? '';
  const cameIndent = cameLines.at(-1) ?? '';
  return cameLines.length === keptLines.length && keptLines.length > 1
    ? cameIndent.startsWith(keptIndent)
      ? cameIndent.slice(keptIndent.length)
      : ''
    : '';
}

const phraseEnd = /[.!?:;…]["'”’»)\]*_`]*$|[)`*”"]$/;
const sentenceEnd = /(?:^|\s)\p{Ll}{2,}[.!?…]["'”’»)*_]*$/u;
/** As far as a sentence's first word may go before it shows what it is; UTF-16 units. */
const firstWordLength = 40;

/**
 * White space that must stand between a kept text and a continuation that came without, or undefined while more of the
 * continuation is needed to know.
 *
 * Models often leave out the white space that an answer of its own would not begin with. Only what cannot be anything
 * else is put in: a space between two sentences, a line's end before the next list item, table row, heading or fence.
 * Never within a word, a number, a line of code, or scripts without spaces: "the" and "quick" may be one word there.
 */
export function missingSpace(
  context: SeamContext,
  rest: string,
  isWhole: boolean,
): string | undefined {
  const { kept, fence, line } = context;
  if (/^\s|^$/.test(rest) || /(?:^|\s)$/.test(kept)) return '';
  const pending = isWhole ? '' : undefined;
  if (fence !== undefined) return beforeFenceEnd(fence, rest, isWhole);
  if (isHalfOpen(line)) return '';
  if (context.isTableRow) {
    return rest.startsWith('|') && isWholeRow(context) ? '\n' : '';
  }
  if (phraseEnd.test(line)) {
    const item = nextItem(line, rest);
    if (item !== undefined) return item;
    if (/^#{2,6} \S/.test(rest) || /^(?:`{3,}|~{3,})[^\s`]{0,30}\n/.test(rest)) return '\n\n';
    if (/^(?:[-*+]|\d{1,4}[.)]?|#{1,6}) ?$/.test(rest)) return pending;
    if (/^(?:`{1,2}|~{1,2}|(?:`{3,}|~{3,})[^\s`]{0,30})$/.test(rest)) return pending;
  }
  if (sentenceEnd.test(line)) {
    if (/^["'“«(*_]*\p{Lu}[\p{Ll}’']*(?:[\s,;:!?]|\.\s)/u.test(rest)) return ' ';
    if (/^["'“«(*_]*(?:\p{Lu}[\p{Ll}’']*\.?)?$/u.test(rest) && rest.length < firstWordLength) {
      return pending;
    }
  }
  return '';
}

/** The fence that closes a code block stands on a line of its own. */
function beforeFenceEnd(
  { character, length }: OpenFence,
  rest: string,
  isWhole: boolean,
): string | undefined {
  const closing = character.repeat(length);
  if (closing.startsWith(rest) || /^\s*$/.test(rest.slice(length))) {
    if (!isWhole && closing.startsWith(rest.slice(0, length)) && !rest.includes('\n'))
      return undefined;
  }
  return rest.startsWith(closing) && /^[ \t\r]*(?:\n|$)/.test(rest.slice(length)) ? '\n' : '';
}

/** Within inline code nothing is put in. */
function isHalfOpen(line: string): boolean {
  return line.split('`').length % 2 === 0;
}

/** A row with as many bars as the one before it, the last of them at its end. */
function isWholeRow({ kept, line, lineStart }: SeamContext): boolean {
  const previousStart = kept.lastIndexOf('\n', lineStart - 2) + 1;
  const previous = lineStart === 0 ? '' : kept.slice(previousStart, lineStart);
  return line.endsWith('|') && line.split('|').length === previous.split('|').length;
}

/** The end of the line between two items of one list. */
function nextItem(line: string, rest: string): string | undefined {
  const [, indent = '', bullet, number, point] =
    /^([ \t]*)(?:([-*+])|(\d{1,4})([.)])) \S/.exec(line) ?? [];
  if (bullet !== undefined) {
    return rest.startsWith(`${bullet} `) && /^. \S/.test(rest) ? `\n${indent}` : undefined;
  }
  if (number === undefined || point === undefined) return undefined;
  const next = `${Number(number) + 1}${point} `;
  return rest.startsWith(next) && rest.length > next.length ? `\n${indent}` : undefined;
}
