/** Where an autolink that needs no brackets ends, and what it links to (GFM: autolinks (extended)). */
export interface Autolink {
  readonly end: number;
  readonly href: string;
}

const scheme = /(?:^|[^a-z])((?:https?|ftp):)$/i;
const longestScheme = 6;
const host = /[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)*/uy;
const restOfUrl = /[^\s<]*/y;
const trailingPunctuation = /[?!.,:*_~'"]$/;
const trailingEntity = /&[a-z\d]+;$/i;
/** Characters after which `www.` may begin a link. */
const beforeLink = /[\s*_~(]/;

/** A link whose scheme ends at `colon`; `start` is where the scheme begins. */
export function urlAutolink(
  text: string,
  colon: number,
  max: number,
): (Autolink & { readonly start: number }) | undefined {
  if (!text.startsWith('//', colon + 1)) return undefined;
  const before = text.slice(Math.max(0, colon - longestScheme), colon + 1);
  const name = scheme.exec(before)?.[1];
  if (name === undefined) return undefined;
  const end = autolinkEnd(text, colon + 3, max, false);
  if (end === undefined) return undefined;
  const start = colon + 1 - name.length;
  return { start, end, href: text.slice(start, end) };
}

/** A link that begins with `www.` at `start`. */
export function wwwAutolink(text: string, start: number, max: number): Autolink | undefined {
  if (start > 0 && !beforeLink.test(text.charAt(start - 1))) return undefined;
  const end = autolinkEnd(text, start, max, true);
  return end === undefined ? undefined : { end, href: `http://${text.slice(start, end)}` };
}

function autolinkEnd(
  text: string,
  hostStart: number,
  max: number,
  needsDot: boolean,
): number | undefined {
  host.lastIndex = hostStart;
  const name = host.exec(text)?.[0];
  if (name === undefined || hostStart + name.length > max) return undefined;
  const labels = name.split('.');
  if (needsDot && labels.length < 2) return undefined;
  if (labels.slice(-2).some((label) => label.includes('_'))) return undefined;
  restOfUrl.lastIndex = hostStart + name.length;
  const rest = restOfUrl.exec(text)?.[0] ?? '';
  const url = text.slice(hostStart, Math.min(max, hostStart + name.length + rest.length));
  return hostStart + lengthWithoutTrail(url);
}

/**
 * Without the punctuation, the entity or the closing brackets at the end, which belong to the sentence around. That a
 * square bracket ends what it does not belong to is not in GFM: `[see https://a.b]` would lead to `https://a.b]`.
 */
function lengthWithoutTrail(url: string): number {
  let opened = 0;
  let closed = 0;
  let squares = 0;
  let length = 0;
  for (const character of url) {
    if (character === '(') opened += 1;
    else if (character === ')') closed += 1;
    else if (character === '[') squares += 1;
    else if (character === ']') squares -= 1;
    if (squares < 0) break;
    length += character.length;
  }
  for (;;) {
    const last = url.charAt(length - 1);
    if (last === ')') {
      if (closed <= opened) return length;
      closed -= 1;
      length -= 1;
    } else if (last === ';') {
      const entity = trailingEntity.exec(url.slice(Math.max(0, length - 40), length))?.[0];
      if (entity === undefined) return length;
      length -= entity.length;
    } else if (trailingPunctuation.test(last)) {
      length -= 1;
    } else {
      return length;
    }
  }
}

const emailAddress =
  /(?<![\p{L}\p{N}.+_-])[\w.+-]+@[a-z\d_-]+(?:\.[a-z\d_-]+)*\.[a-z\d_-]*[a-z\d](?![a-z\d_-])/giu;

/** Text cut at the email addresses in it. */
export function splitAtEmails(text: string): { readonly text: string; readonly href?: string }[] {
  if (!text.includes('@')) return [{ text }];
  const parts: { text: string; href?: string }[] = [];
  let end = 0;
  for (const match of text.matchAll(emailAddress)) {
    if (match.index > end) parts.push({ text: text.slice(end, match.index) });
    parts.push({ text: match[0], href: `mailto:${match[0]}` });
    end = match.index + match[0].length;
  }
  if (end < text.length) parts.push({ text: text.slice(end) });
  return parts;
}
