import MarkdownIt, { type Token } from 'markdown-it';
import { linkTarget } from './linkTarget';
import './markdown.css';

export interface MarkdownViewStrings {
  readonly copyCode: string;
  readonly copied: string;
  /** Names the box of a code block that has no language. */
  readonly codeBlock: string;
}

export interface MarkdownViewOptions {
  readonly strings: MarkdownViewStrings;
  /** `http`, `https` and `mailto` URLs, and paths without a scheme. */
  readonly onOpenLink: (href: string) => void;
  readonly onCopy: (text: string) => void;
  /** Disposes the view. */
  readonly signal?: AbortSignal;
}

const parser = new MarkdownIt({ html: false, linkify: true, maxNesting: 1_000 });

/** Shows growing markdown. Builds every node itself: no HTML string exists at any point. */
export class MarkdownView {
  readonly element = document.createElement('div');
  private text = '';

  constructor(private readonly options: MarkdownViewOptions) {
    this.element.className = 'markdown';
    options.signal?.addEventListener('abort', () => this.dispose(), { once: true });
  }

  /** Call it at most once a frame. */
  append(text: string): void {
    this.text += text;
    const root = document.createDocumentFragment();
    this.build(parser.parse(this.text, {}), root);
    this.element.replaceChildren(root);
  }

  /** No more text will come. */
  end(): void {
    // Everything is shown already.
  }

  dispose(): void {
    this.element.remove();
  }

  private build(tokens: readonly Token[], root: ParentNode): void {
    const stack: ParentNode[] = [root];
    for (const token of tokens) {
      const parent = stack.at(-1) ?? root;
      switch (token.type) {
        case 'inline':
          this.build(token.children ?? [], parent);
          break;
        case 'text':
        case 'text_special':
          parent.append(token.content);
          break;
        case 'softbreak':
          parent.append('\n');
          break;
        case 'fence':
        case 'code_block':
          parent.append(this.codeBlock(token));
          break;
        case 'code_inline': {
          const code = document.createElement('code');
          code.textContent = token.content;
          parent.append(code);
          break;
        }
        case 'image': {
          const image = this.link(String(token.attrGet('src') ?? ''));
          image.textContent = token.content;
          parent.append(image);
          break;
        }
        default: {
          if (token.hidden) break;
          if (token.nesting === -1) {
            stack.pop();
            break;
          }
          const element =
            token.type === 'link_open'
              ? this.link(String(token.attrGet('href') ?? ''))
              : document.createElement(token.tag);
          const start = token.attrGet('start');
          if (start !== null) element.setAttribute('start', String(start));
          parent.append(element);
          if (token.nesting === 1) stack.push(element);
        }
      }
    }
  }

  private link(href: string): HTMLElement {
    const target = linkTarget(href);
    if (target === undefined) return document.createElement('span');
    const link = document.createElement('a');
    link.href = target;
    link.addEventListener('click', (event) => {
      event.preventDefault();
      this.options.onOpenLink(target);
    });
    return link;
  }

  private codeBlock(token: Token): HTMLElement {
    const { strings } = this.options;
    const language = token.info.trim().split(/\s/, 1)[0] ?? '';
    const block = document.createElement('div');
    block.className = 'code-block';
    const header = document.createElement('div');
    header.className = 'code-header';
    const label = document.createElement('span');
    label.textContent = language === '' ? strings.codeBlock : language;
    const copy = document.createElement('button');
    copy.type = 'button';
    copy.className = 'code-copy codicon codicon-copy';
    copy.title = strings.copyCode;
    copy.ariaLabel = strings.copyCode;
    copy.addEventListener('click', () => this.options.onCopy(token.content));
    header.append(label, copy);
    const pre = document.createElement('pre');
    const code = document.createElement('code');
    code.textContent = token.content;
    pre.append(code);
    block.append(header, pre);
    return block;
  }
}
