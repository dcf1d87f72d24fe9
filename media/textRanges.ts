/** What separates texts: a match does not go from one of these into the next. */
const blocks =
  'p, li, h1, h2, h3, h4, h5, h6, td, th, pre, blockquote, .plain-text, [data-testid=answer]';
/** More than these nobody steps through, and each costs at every paint. */
const mostRanges = 500;

/** Where in what is on screen inside an element a text stands, whatever the capitals and the white space, in order. */
export function findTextRanges(root: Element, query: string): Range[] {
  const words = query.trim();
  if (words === '') return [];
  const escaped = words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s+/g, '\\s+');
  const pattern = new RegExp(escaped, 'giu');
  const { text, nodes } = textOf(root);
  const ranges: Range[] = [];
  for (const match of text.matchAll(pattern)) {
    const range = document.createRange();
    range.setStart(...pointAt(nodes, match.index));
    range.setEnd(...pointAt(nodes, match.index + match[0].length, true));
    ranges.push(range);
    if (ranges.length === mostRanges) break;
  }
  return ranges;
}

interface PlacedNode {
  readonly node: Text;
  readonly start: number;
}

function textOf(root: Element): { readonly text: string; readonly nodes: readonly PlacedNode[] } {
  const nodes: PlacedNode[] = [];
  let text = '';
  let blockBefore: Element | null = null;
  for (const part of root.querySelectorAll('.plain-text, [data-testid=answer]')) {
    const walker = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const parent = node.parentElement;
      // The names on buttons are not what was written.
      if (!(node instanceof Text) || parent === null || parent.closest('button') !== null) continue;
      const block = parent.closest(blocks);
      // A character that no query has.
      if (block !== blockBefore) text += '\uFFFC';
      blockBefore = block;
      nodes.push({ node, start: text.length });
      text += node.data;
    }
  }
  return { text, nodes };
}

/** @param isEnd Whether the point belongs to what is before it. */
function pointAt(nodes: readonly PlacedNode[], at: number, isEnd = false): [Text, number] {
  let low = 0;
  let high = nodes.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const start = nodes[middle]?.start ?? 0;
    if (isEnd ? start < at : start <= at) low = middle;
    else high = middle - 1;
  }
  const found = nodes[low];
  if (found === undefined) throw new RangeError('there is no text');
  return [found.node, Math.min(found.node.length, at - found.start)];
}
