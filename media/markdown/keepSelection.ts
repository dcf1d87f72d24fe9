/** Changes the nodes of an element, but not its text, so that a selection that begins or ends in it stays. */
export function keepSelection(element: HTMLElement, change: () => void): void {
  const selection = document.getSelection();
  const anchor = offsetIn(element, selection?.anchorNode ?? null, selection?.anchorOffset ?? 0);
  const focus = offsetIn(element, selection?.focusNode ?? null, selection?.focusOffset ?? 0);
  const old = selection === null || selection.isCollapsed ? undefined : boundaries(selection);
  change();
  if (selection === null || old === undefined) return;
  if (anchor === undefined && focus === undefined) return;
  const [anchorNode, anchorOffset] = anchor === undefined ? old.anchor : pointAt(element, anchor);
  const [focusNode, focusOffset] = focus === undefined ? old.focus : pointAt(element, focus);
  selection.setBaseAndExtent(anchorNode, anchorOffset, focusNode, focusOffset);
}

type Point = readonly [node: Node, offset: number];

function boundaries(selection: Selection): { anchor: Point; focus: Point } | undefined {
  const { anchorNode, anchorOffset, focusNode, focusOffset } = selection;
  if (anchorNode === null || focusNode === null) return undefined;
  return { anchor: [anchorNode, anchorOffset], focus: [focusNode, focusOffset] };
}

/** UTF-16 units of the element's text before a point; undefined for a point outside. */
function offsetIn(element: HTMLElement, node: Node | null, offset: number): number | undefined {
  if (node === null || !element.contains(node)) return undefined;
  const range = document.createRange();
  range.setStart(element, 0);
  range.setEnd(node, offset);
  return range.toString().length;
}

function pointAt(element: HTMLElement, offset: number): Point {
  const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  let left = offset;
  let last: Point = [element, 0];
  for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
    const { length } = node.nodeValue ?? '';
    if (left <= length) return [node, left];
    left -= length;
    last = [node, length];
  }
  return last;
}
