/** About a token: a word with the space before it, cut where it is long. */
const word = /\s*\S{1,12}|\s+$/gu;

/**
 * The text in pieces of so many UTF-16 units, or of about a word each. Without `splitSurrogates` a piece is longer by
 * one rather than end inside a surrogate pair.
 */
export function textPieces(text: string, size: number | 'word', splitSurrogates = false): string[] {
  if (size === 'word') return text.match(word) ?? [];
  const pieces: string[] = [];
  for (let start = 0; start < text.length;) {
    let end = Math.min(start + Math.max(1, size), text.length);
    if (!splitSurrogates && isInsidePair(text, end)) end++;
    pieces.push(text.slice(start, end));
    start = end;
  }
  return pieces;
}

function isInsidePair(text: string, at: number): boolean {
  return (text.codePointAt(at - 1) ?? 0) > 0xffff;
}
