import { MathsDelimiters } from './mathsDelimiters';

/** UTF-16 units after which a mark that is still open is more likely a character than a mark. */
const farthestMark = 400;
const wordCharacter = /[\p{L}\p{N}]/u;

/**
 * Growing text as it will most likely look: emphasis and code that are open at its end are closed there, and what has
 * come of a link's address is left out. For showing alone: the next piece of text is read without it.
 */
export function withOpenMarksClosed(text: string): string {
  const shown = withoutOpenAddress(text);
  const open: string[] = [];
  const maths = new MathsDelimiters(shown, false);
  let end = shown.length;
  /** Where a formula begins that is still open; what is in it is no markup. */
  let mathsStart: number | undefined;
  let position = 0;
  while (position < end) {
    const character = shown.charAt(position);
    if (character === '\\' || character === '$') {
      const reading = maths.read(position);
      const isDollar = character === '$' && shown[position + 1] !== '$';
      if (reading === 'open' && !isDollar) {
        mathsStart = position;
        break;
      }
      if (typeof reading === 'object') position = reading.end;
      else position += character === '$' ? 1 : 2;
      continue;
    }
    if (!'`*_~'.includes(character)) {
      position += 1;
      continue;
    }
    const runEnd = endOfRun(shown, position);
    const run = shown.slice(position, runEnd);
    const isLast = runEnd === end;
    if (character === '`') {
      const closing = endOfCode(shown, runEnd, run.length);
      if (closing !== undefined) {
        position = closing;
        continue;
      }
      if (isLast) end = position;
      else if (shown.length - position < farthestMark) open.push(run);
      break;
    }
    const isAfterBlank = isBlank(shown[position - 1]);
    if (open.at(-1) === run && !isAfterBlank) {
      open.pop();
    } else if (isLast) {
      // Either the first half of a closing mark, or an opening one of which nothing is to be seen yet.
      if (isAfterBlank || open.at(-1)?.startsWith(run) === true) end = position;
    } else if (
      isAfterBlank &&
      opens(shown, runEnd, run) &&
      shown.length - position < farthestMark
    ) {
      open.push(run);
    }
    position = runEnd;
  }
  if (open.length === 0) return shown.slice(0, end);
  const visible = shown.slice(0, end);
  const content = visible.slice(0, mathsStart).trimEnd();
  return content + open.reverse().join('') + visible.slice(content.length);
}

/** Leaves out `](…` at the end, and the bracket that it belongs to. */
function withoutOpenAddress(text: string): string {
  const labelEnd = text.lastIndexOf('](');
  if (labelEnd === -1 || /[)\s]/.test(text.slice(labelEnd))) return text;
  const bracket = text.lastIndexOf('[', labelEnd);
  if (bracket === -1) return text;
  const start = text[bracket - 1] === '!' ? bracket - 1 : bracket;
  return text.slice(0, start) + text.slice(bracket + 1, labelEnd);
}

function opens(text: string, runEnd: number, run: string): boolean {
  if (isBlank(text[runEnd])) return false;
  if (run.startsWith('~')) return run.length === 2;
  // Behind a single star or underscore a name may follow: `*args`, `_private`.
  return run.length <= 3 && (run.length > 1 || wordCharacter.test(text.charAt(runEnd)));
}

function endOfRun(text: string, position: number): number {
  let end = position + 1;
  while (text[end] === text[position]) end += 1;
  return end;
}

function endOfCode(text: string, from: number, length: number): number | undefined {
  for (let at = text.indexOf('`', from); at !== -1;) {
    const end = endOfRun(text, at);
    if (end - at === length) return end;
    at = text.indexOf('`', end);
  }
  return undefined;
}

function isBlank(character: string | undefined): boolean {
  return character === undefined || /\s/.test(character);
}
