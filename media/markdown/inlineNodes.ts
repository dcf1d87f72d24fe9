import { isSameInline, type Inline } from './inline';
import { linkTarget } from './linkTarget';
import type { MathsTypesetter } from './mathsTypesetter';

/** A list of inlines and the nodes that show them, one each. */
export interface ShownInlines {
  readonly inlines: readonly Inline[];
  readonly nodes: readonly Node[];
}

export const nothingShown: ShownInlines = { inlines: [], nodes: [] };

/**
 * Makes the nodes of `parent` that show `shown` show `wanted` instead. What stays the same keeps its node, and text that
 * only grew is added to its node, so that a selection in it stays.
 *
 * @param before - where nodes that are new go, behind the ones shown; null for the parent's end.
 */
export function showInlines(
  maths: MathsTypesetter,
  parent: Node,
  shown: ShownInlines,
  wanted: readonly Inline[],
  isInLink = false,
  before: Node | null = null,
): ShownInlines {
  const nodes = wanted.map((inline, index) => {
    const node = shown.nodes[index];
    const old = shown.inlines[index];
    if (node === undefined || old === undefined) {
      return parent.insertBefore(createNode(maths, inline, isInLink), before);
    }
    if (isSameInline(old, inline)) return node;
    if (old.kind === 'text' && inline.kind === 'text' && node instanceof Text) {
      updateText(node, old.text, inline.text);
      return node;
    }
    if (old.kind === 'emphasis' && inline.kind === 'emphasis' && old.tag === inline.tag) {
      const children = { inlines: old.children, nodes: [...node.childNodes] };
      showInlines(maths, node, children, inline.children, isInLink);
      return node;
    }
    const created = createNode(maths, inline, isInLink);
    parent.replaceChild(created, node);
    return created;
  });
  for (const node of shown.nodes.slice(wanted.length)) parent.removeChild(node);
  return { inlines: wanted, nodes };
}

function updateText(node: Text, old: string, text: string): void {
  if (text.startsWith(old)) node.appendData(text.slice(old.length));
  else if (old.startsWith(text)) node.deleteData(text.length, old.length - text.length);
  else node.data = text;
}

function createNode(maths: MathsTypesetter, inline: Inline, isInLink: boolean): Node {
  switch (inline.kind) {
    case 'text':
      return document.createTextNode(inline.text);
    case 'break':
      return document.createElement('br');
    case 'maths':
      return maths.element(inline);
    case 'code': {
      const code = document.createElement('code');
      code.textContent = inline.text;
      return code;
    }
    case 'emphasis': {
      const element = document.createElement(inline.tag);
      for (const child of inline.children) element.append(createNode(maths, child, isInLink));
      return element;
    }
    case 'link': {
      const link = createLink(inline.href, inline.title, isInLink);
      for (const child of inline.children) link.append(createNode(maths, child, true));
      return link;
    }
    case 'image': {
      // Loading it would tell its server that the answer was read, and what the address says (design: the view).
      const link = createLink(inline.href, inline.title, isInLink);
      link.classList.add('md-image');
      link.textContent = inline.text === '' ? inline.href : inline.text;
      return link;
    }
  }
}

function createLink(href: string, title: string, isInLink: boolean): HTMLElement {
  const target = isInLink ? undefined : linkTarget(href);
  if (target === undefined) {
    const span = document.createElement('span');
    if (title !== '') span.title = title;
    return span;
  }
  const link = document.createElement('a');
  link.setAttribute('href', target);
  link.title = title === '' ? target : `${title}\n${target}`;
  return link;
}
