import type MarkdownIt from 'markdown-it';

export interface Definition {
  /** Normalised, as links look it up. */
  readonly label: string;
  readonly href: string;
  readonly title: string;
}

/** What the beginning of a paragraph is, as a link reference definition. */
export type DefinitionReading =
  | { readonly kind: 'none' }
  /** Depends on what follows. */
  | { readonly kind: 'incomplete' }
  /** `end` is where the rest of the paragraph begins. */
  | { readonly kind: 'definition'; readonly end: number; readonly definition: Definition };

const none: DefinitionReading = { kind: 'none' };
const incomplete: DefinitionReading = { kind: 'incomplete' };
/** Characters (CommonMark: link label). */
const longestLabel = 999;
const blanks = /[ \t\n]*/y;
const restOfLine = /[ \t]*(?:\n|$)/y;
const titleMark = /["'(]/;

type Parser = InstanceType<typeof MarkdownIt>;

/**
 * Reads one link reference definition at the start of a paragraph's text (CommonMark: link reference definitions).
 *
 * @param isWhole - false while more text may follow: then a definition is told only once nothing can change it.
 */
export function readDefinition(text: string, isWhole: boolean, parser: Parser): DefinitionReading {
  const unsure = isWhole ? none : incomplete;
  const labelEnd = endOfLabel(text);
  if (labelEnd === undefined) return none;
  if (labelEnd >= text.length) return unsure;
  const rawLabel = text.slice(1, labelEnd);
  if (rawLabel.trim() === '' || codePoints(rawLabel) > longestLabel) return none;
  if (labelEnd + 1 === text.length) return unsure;
  if (text[labelEnd + 1] !== ':') return none;

  const destinationStart = endOf(blanks, text, labelEnd + 2) ?? labelEnd + 2;
  if (destinationStart === text.length) return unsure;
  const nextBreak = text.indexOf('\n', destinationStart);
  const lineLength = nextBreak === -1 ? text.length : nextBreak;
  const destination = parser.helpers.parseLinkDestination(text, destinationStart, lineLength);
  if (!destination.ok) return nextBreak === -1 ? unsure : none;
  const destinationEnd = destination.pos;
  if (destinationEnd === text.length && !isWhole) return incomplete;
  const href = parser.normalizeLink(destination.str);
  if (!parser.validateLink(href)) return none;
  const label = parser.utils.normalizeReference(rawLabel);
  const found = (end: number, title: string): DefinitionReading => ({
    kind: 'definition',
    end,
    definition: { label, href, title },
  });

  const lineEnd = endOf(restOfLine, text, destinationEnd);
  const untitled = lineEnd === undefined ? none : found(lineEnd, '');
  const titleStart = endOf(blanks, text, destinationEnd) ?? destinationEnd;
  if (titleStart === text.length) return isWhole ? untitled : incomplete;
  if (titleStart === destinationEnd || !titleMark.test(text.charAt(titleStart))) return untitled;
  const title = parser.helpers.parseLinkTitle(text, titleStart, text.length);
  if (!title.ok) return title.can_continue && !isWhole ? incomplete : untitled;
  const end = endOf(restOfLine, text, title.pos);
  if (end === undefined) return untitled;
  return end === text.length && !isWhole ? incomplete : found(end, title.str);
}

/** Position of the closing bracket; the text's length while there is none; undefined where there cannot be one. */
function endOfLabel(text: string): number | undefined {
  if (!text.startsWith('[')) return undefined;
  for (let at = 1; at < text.length; at += 1) {
    if (at > 2 * longestLabel + 2) return undefined;
    const character = text[at];
    if (character === ']') return at;
    if (character === '[') return undefined;
    if (character === '\\') at += 1;
  }
  return text.length;
}

/** Where a match that begins at `from` ends. */
function endOf(pattern: RegExp, text: string, from: number): number | undefined {
  pattern.lastIndex = from;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

function codePoints(text: string): number {
  return text.length - (text.match(/[\ud800-\udbff][\udc00-\udfff]/g)?.length ?? 0);
}
