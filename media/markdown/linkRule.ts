import type { StateInline } from 'markdown-it';
import { labelEndOf } from './linkLabel';

interface Target {
  readonly href: string;
  readonly title: string;
  /** Where what follows the link begins. */
  readonly end: number;
}

const blanks = /[ \t\n]*/y;

/**
 * Links and pictures (CommonMark: links, images), in place of the library's rules: those lose text where what stands
 * behind the brackets is no target after all (`[a](b c[d]`), and read the description of a picture within a picture
 * once for each picture around it.
 */
export function takeLink(state: StateInline, silent: boolean): boolean {
  return state.src[state.pos] === '[' && take(state, silent, state.pos, 'link');
}

/** A picture: its description stands between the tokens `image_open` and `image_close`. */
export function takeImage(state: StateInline, silent: boolean): boolean {
  return state.src.startsWith('![', state.pos) && take(state, silent, state.pos + 1, 'image');
}

function take(
  state: StateInline,
  silent: boolean,
  bracket: number,
  kind: 'link' | 'image',
): boolean {
  const labelEnd = labelEndOf(state, bracket, kind === 'link');
  if (labelEnd === undefined) return false;
  const target = inlineTarget(state, labelEnd + 1) ?? reference(state, bracket + 1, labelEnd);
  if (target === undefined) return false;
  if (!silent) {
    const { posMax } = state;
    state.pos = bracket + 1;
    state.posMax = labelEnd;
    state.push(`${kind}_open`, '', 1).attrs = [
      ['href', target.href],
      ['title', target.title],
    ];
    state.linkLevel += 1;
    state.md.inline.tokenize(state);
    state.linkLevel -= 1;
    state.push(`${kind}_close`, '', -1);
    state.posMax = posMax;
  }
  state.pos = target.end;
  return true;
}

/** `(destination "title")` at a position. */
function inlineTarget(state: StateInline, position: number): Target | undefined {
  const { src, posMax, md } = state;
  if (position >= posMax || src[position] !== '(') return undefined;
  const start = skipBlanks(state, position + 1);
  const destination = md.helpers.parseLinkDestination(src, start, posMax);
  const href = destination.ok ? md.normalizeLink(destination.str) : '';
  if (!md.validateLink(href)) return undefined;
  const destinationEnd = destination.ok ? destination.pos : start;
  let end = skipBlanks(state, destinationEnd);
  let title = '';
  if (end > destinationEnd && end < posMax) {
    const parsed = md.helpers.parseLinkTitle(src, end, posMax);
    if (parsed.ok) {
      title = parsed.str;
      end = skipBlanks(state, parsed.pos);
    }
  }
  return end < posMax && src[end] === ')' ? { href, title, end: end + 1 } : undefined;
}

/** What the label behind the text's brackets was defined as, or else the text, taken for a label. */
function reference(state: StateInline, textStart: number, textEnd: number): Target | undefined {
  const { src, posMax, md } = state;
  let label = src.slice(textStart, textEnd);
  let end = textEnd + 1;
  if (end < posMax && src[end] === '[') {
    const labelEnd = labelEndOf(state, end, false);
    const written = labelEnd === undefined ? '' : src.slice(end + 1, labelEnd);
    if (written.trim() !== '') label = written;
    // Brackets around nothing but blanks are no label, and no part of the link.
    if (labelEnd === end + 1 || (labelEnd !== undefined && written.trim() !== '')) {
      end = labelEnd + 1;
    }
  }
  const { references } = state.env as { references: Readonly<Record<string, Omit<Target, 'end'>>> };
  const found = references[md.utils.normalizeReference(label)];
  return found === undefined ? undefined : { href: found.href, title: found.title, end };
}

function skipBlanks({ src, posMax }: StateInline, from: number): number {
  blanks.lastIndex = from;
  blanks.test(src);
  return Math.min(blanks.lastIndex, posMax);
}
