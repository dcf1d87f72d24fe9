import { linkTarget } from '../../media/markdown/linkTarget';

/**
 * The meaning of rendered markdown as one string: elements with a meaning, their text, where links lead. The view's own
 * wrappers, and differences of blank space that no reader sees, are left out; so the view's DOM and the HTML that a
 * reference implementation writes can be compared.
 */
export function canonicalBlocks(container: Element, isTight = false): string {
  const parts: string[] = [];
  let run = '';
  const endRun = (): void => {
    parts.push(paragraph(run, isTight));
    run = '';
  };
  for (const node of container.childNodes) {
    if (node instanceof Element && isBlock(node)) {
      endRun();
      parts.push(canonicalBlock(node, isTight));
    } else {
      run += canonicalInline(node);
    }
  }
  endRun();
  return parts.filter((part) => part !== '').join('');
}

/** The box of a task may stand inside the paragraph or before it. */
function paragraph(text: string, isTight: boolean): string {
  const [, box = '', rest = ''] =
    /^[ \t\n]*([☑☐]?)[ \t\n]*([^]*?)[ \t\n]*$/.exec(text.replaceAll('<br>\n', '<br>')) ?? [];
  return box + (isTight || rest === '' ? rest : `¶${rest}¶`);
}

const blockTags = new Set(
  'div p h1 h2 h3 h4 h5 h6 ul ol li blockquote pre hr table thead tbody tr'.split(' '),
);

function isBlock(element: Element): boolean {
  return blockTags.has(element.localName);
}

function canonicalBlock(element: Element, isTight: boolean): string {
  const tag = element.localName;
  switch (tag) {
    case 'p':
      return paragraph(inlines(element), isTight);
    case 'hr':
      return '<hr>';
    case 'ul':
    case 'ol': {
      const isTightList = element.classList.contains('md-tight');
      const start = element.getAttribute('start') ?? '1';
      const items = [...element.children].map((item) => {
        const content = canonicalBlocks(item, isTightList || isTightReference(item));
        return `<li>${content}</li>`;
      });
      return `<${tag}${tag === 'ol' ? ` ${start}` : ''}>${items.join('')}</${tag}>`;
    }
    case 'pre':
      return codeBlock(languageOf(element.querySelector('code')), element.textContent);
    case 'div':
      if (element.classList.contains('md-code')) {
        const language = element.querySelector('.md-code-language')?.textContent ?? '';
        return codeBlock(language, element.querySelector('code')?.textContent ?? '');
      }
      if (element.classList.contains('md-table')) return table([...element.querySelectorAll('tr')]);
      return canonicalBlocks(element, isTight);
    case 'table':
      return table([...element.querySelectorAll('tr')]);
    default:
      return `<${tag}>${isHeading(tag) ? paragraph(inlines(element), true) : canonicalBlocks(element)}</${tag}>`;
  }
}

function isHeading(tag: string): boolean {
  return /^h\d$/.test(tag);
}

/** In HTML the items of a tight list have their text without a paragraph around it. */
function isTightReference(item: Element): boolean {
  return item.closest('.markdown') === null && item.querySelector(':scope > p') === null;
}

function languageOf(code: Element | null): string {
  return /(?:^|\s)language-(\S*)/.exec(code?.className ?? '')?.[1] ?? '';
}

function codeBlock(language: string, text: string): string {
  return `<pre ${language}>${JSON.stringify(text)}</pre>`;
}

function table(rows: Element[]): string {
  const lines = rows.map((row) =>
    [...row.children]
      .map((cell) => {
        const style = cell instanceof HTMLElement ? cell.style.textAlign : '';
        const alignment = cell.getAttribute('align') ?? style;
        return `${cell.localName} ${alignment}:${inlines(cell).trim()}`;
      })
      .join('|'),
  );
  return `<table>${lines.join('\n')}</table>`;
}

function inlines(element: Element): string {
  return [...element.childNodes].map(canonicalInline).join('');
}

function canonicalInline(node: Node): string {
  if (!(node instanceof Element)) return escaped(node.nodeValue ?? '');
  switch (node.localName) {
    case 'br':
      return '<br>';
    case 'code':
      return `<code>${escaped(node.textContent)}</code>`;
    case 'em':
    case 'strong':
      return `<${node.localName}>${inlines(node)}</${node.localName}>`;
    case 'span': {
      if (!node.classList.contains('md-maths')) return inlines(node);
      const source = node.querySelector('.md-maths-source')?.textContent ?? '';
      return `<maths>${escaped(source)}</maths>`;
    }
    case 's':
    case 'del':
      return `<s>${inlines(node)}</s>`;
    case 'input':
      return node.hasAttribute('checked') || (node as HTMLInputElement).checked ? '☑' : '☐';
    case 'img': {
      const href = node.getAttribute('src') ?? '';
      return link(href, node.getAttribute('title') ?? '', node.getAttribute('alt') || href, node);
    }
    case 'a': {
      const href = node.getAttribute('href') ?? '';
      const title = node.getAttribute('title') ?? '';
      if (node.closest('.markdown') === null) return link(href, title, inlines(node), node);
      const own = title === href ? '' : title.slice(0, -href.length - 1);
      return `<a ${href} ${own}>${inlines(node)}</a>`;
    }
    default:
      return inlines(node);
  }
}

/** A link of a reference: where it leads nowhere in the view, its text alone. */
function link(href: string, title: string, content: string, node: Element): string {
  const isNested = Boolean(node.parentElement?.closest('a'));
  const target = isNested ? undefined : linkTarget(href);
  const text = node.localName === 'img' ? escaped(content) : content;
  return target === undefined ? text : `<a ${target} ${title}>${text}</a>`;
}

function escaped(text: string): string {
  return text.replace(/[<>&¶]/g, (character) => `&${character.charCodeAt(0)};`);
}
