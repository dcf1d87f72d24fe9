import type { StateInline } from 'markdown-it';

/** Of the text that is read now: from each position on, how many closing brackets there are. */
let closers: { readonly src: string; readonly from: Uint32Array } | undefined;

/**
 * Where the bracket is that closes the one at `start` (CommonMark: link text, link label); undefined where none does.
 * What is code, an autolink or a link by itself is stepped over whole. In place of the library's helper, which reads to
 * the end of the text for each of thousands of brackets that are never closed.
 *
 * @param isLink a link has no other in it.
 */
export function labelEndOf(state: StateInline, start: number, isLink: boolean): number | undefined {
  const { src, posMax } = state;
  const before = state.pos;
  const left = closersFrom(src);
  let level = 1;
  let end: number | undefined;
  state.pos = start + 1;
  while (state.pos < posMax) {
    const at = state.pos;
    const bracket = src[at];
    if (bracket === ']' && --level === 0) {
      end = at;
      break;
    }
    // Some of those left may be code; there are never more.
    if (level > (left[at] ?? 0)) break;
    state.md.inline.skipToken(state);
    if (bracket !== '[') continue;
    if (state.pos === at + 1) level += 1;
    else if (isLink) break;
  }
  state.pos = before;
  return end;
}

function closersFrom(src: string): Uint32Array {
  if (closers?.src === src) return closers.from;
  const from = new Uint32Array(src.length + 1);
  for (let at = src.length - 1; at >= 0; at--) {
    from[at] = (from[at + 1] ?? 0) + (src[at] === ']' ? 1 : 0);
  }
  closers = { src, from };
  return from;
}
