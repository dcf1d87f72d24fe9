/** What may still become a thematic break, a bullet, an underline, a heading, a list number, a delimiter row or a fence. */
const undecidedRest =
  /^(?:[-*_][-*_ \t]*|=+[ \t]*|\+|#{1,6}|\d{1,9}[.)]?|[|:-][|:\- \t]*|`{1,2}|~{1,2}|`{3,}[^`]*|~{3,}.*)?$/s;
const thematicBreakStart = /^[-*_ \t]*$/;

/**
 * Whether what comes later on the same line can still change which blocks the line's beginning stands for. Once false,
 * every continuation of the line is only more text of the block that it has begun or continued.
 */
export function isUndecidedLine(line: string): boolean {
  let position = 0;
  /** Behind the last marker that no thematic break can contain. */
  let ruleStart = 0;
  for (;;) {
    while (line[position] === ' ' || line[position] === '\t') position += 1;
    const character = line[position];
    if (character === '>') {
      position += 1;
      ruleStart = position;
      continue;
    }
    const marker = /^(?:[-*+]|\d{1,9}[.)])(?=[ \t])/.exec(line.slice(position, position + 12));
    if (marker === null) break;
    position += marker[0].length;
    if (character !== '-' && character !== '*') ruleStart = position;
  }
  return undecidedRest.test(line.slice(position)) || thematicBreakStart.test(line.slice(ruleStart));
}
