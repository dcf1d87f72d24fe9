import { BlockParser } from './blockParser';
import { CodeHighlighter } from './codeHighlighter';
import { ContainerView } from './containerView';
import { InlineParser, readLinkDefinition } from './inlineParser';
import { LateLinks } from './lateLinks';
import { MathsTypesetter } from './mathsTypesetter';
import { References } from './references';
import type { CodeActions, MarkdownViewStrings, Renderable, ViewContext } from './viewContext';
import './markdown.css';

export interface MarkdownViewOptions extends CodeActions {
  readonly strings: MarkdownViewStrings;
  /** `http`, `https` and `mailto` URLs, and paths without a scheme. */
  readonly onOpenLink: (href: string) => void;
  /** Disposes the view. */
  readonly signal?: AbortSignal;
}

/** Blocks in one group. Groups that are out of sight are neither laid out nor painted. */
const blocksPerGroup = 24;

let lastId = 0;

/**
 * Shows growing markdown at a cost that is that of appending text, however long it is: what is complete is read once
 * and its nodes are never touched again. Builds every node itself; no string of HTML exists at any point.
 */
export class MarkdownView {
  readonly element = document.createElement('div');
  private readonly parser: BlockParser;
  private readonly inlineParser: InlineParser;
  private readonly lateLinks: LateLinks;
  private readonly highlighter = new CodeHighlighter();
  private readonly maths = new MathsTypesetter();
  private readonly toRender = new Set<Renderable>();
  private readonly listeners = new AbortController();
  private group: HTMLElement | undefined;
  private blocksInGroup = 0;
  /** Shows what is too short to be told apart from markup, where nothing else is shown. */
  private preview: HTMLElement | undefined;

  constructor(private readonly options: MarkdownViewOptions) {
    this.element.className = 'markdown';
    const references = new References();
    this.inlineParser = new InlineParser(references);
    this.lateLinks = new LateLinks(references, this.inlineParser, this.maths);
    const context: ViewContext = {
      parser: this.inlineParser,
      lateLinks: this.lateLinks,
      maths: this.maths,
      strings: options.strings,
      highlighter: this.highlighter,
      onCopy: options.onCopy,
      onInsertCode: options.onInsertCode,
      onApplyCode: options.onApplyCode,
      onPreviewDiagram: options.onPreviewDiagram,
      onNewFile: options.onNewFile,
      renderLater: (view) => this.toRender.add(view),
      cancelRender: (view) => this.toRender.delete(view),
      newId: () => `md-${(lastId += 1)}`,
    };
    this.parser = new BlockParser({
      root: new ContainerView(context, (block) => this.place(block)),
      readDefinition: readLinkDefinition,
      define: ({ label, href, title }) => this.lateLinks.define(label, href, title),
    });
    const { signal } = this.listeners;
    this.element.addEventListener('click', (event) => this.onClick(event), { signal });
    this.element.addEventListener('auxclick', (event) => this.onClick(event), { signal });
    this.element.addEventListener('copy', copyExactCode, { signal });
    this.element.addEventListener('copy', (event) => this.copyFormulas(event), { signal });
    options.signal?.addEventListener('abort', () => this.dispose(), { once: true, signal });
  }

  /** UTF-16 units read so far as text with inline structure, those read again counted again. */
  get parsedLength(): number {
    return this.inlineParser.parsedLength;
  }

  /** Call it at most once a frame. */
  append(text: string): void {
    this.parser.append(text);
    this.render(false);
    this.showPreview(this.parser.undecidedText);
  }

  /** No more text will come. */
  end(): void {
    this.parser.end();
    this.render(true);
    this.showPreview('');
  }

  /** The answer was cut here and goes on: a small mark beside the block that is the last one now. */
  markSeam(): void {
    const last = this.group?.lastElementChild;
    if (!(last instanceof HTMLElement)) return;
    // Of a list or a quotation, the item or paragraph at its end.
    const block =
      [...last.querySelectorAll<HTMLElement>(':scope :is(li, p, tr, pre)')].at(-1) ?? last;
    block.classList.add('md-seam');
    block.title = this.options.strings.seam;
  }

  dispose(): void {
    this.listeners.abort();
    this.highlighter.dispose();
    this.maths.dispose();
    this.toRender.clear();
    this.element.remove();
  }

  private render(isEnd: boolean): void {
    for (const view of this.toRender) view.render();
    this.toRender.clear();
    this.lateLinks.flush(isEnd);
  }

  private place(block: HTMLElement): void {
    if (this.group === undefined || this.blocksInGroup === blocksPerGroup) {
      this.group?.classList.add('md-skippable');
      this.group = document.createElement('div');
      this.group.className = 'md-group';
      this.blocksInGroup = 0;
      this.element.append(this.group);
    }
    this.blocksInGroup += 1;
    if (block.dir === '') block.dir = 'auto';
    this.group.append(block);
  }

  /** An answer may be a number and nothing else, which for the parser may still become a list. */
  private showPreview(text: string): void {
    const isWanted = this.group === undefined && /\d/.test(text);
    if (!isWanted) {
      this.preview?.remove();
      this.preview = undefined;
      return;
    }
    if (this.preview === undefined) {
      this.preview = document.createElement('p');
      this.element.append(this.preview);
    }
    this.preview.textContent = text;
  }

  /** What is selected with the source of its formulas, and not with what they show. */
  private copyFormulas(event: ClipboardEvent): void {
    const selection = document.getSelection();
    if (event.defaultPrevented || selection === null || event.clipboardData === null) return;
    const formulas = this.element.querySelectorAll('.md-maths-set');
    if (![...formulas].some((formula) => selection.containsNode(formula, true))) return;
    // Nothing of this is painted: it is taken back at once.
    this.element.classList.add('md-copying');
    event.clipboardData.setData('text/plain', selection.toString());
    this.element.classList.remove('md-copying');
    event.preventDefault();
  }

  private onClick(event: MouseEvent): void {
    const { target } = event;
    const link = target instanceof Element ? target.closest('a[href]') : null;
    const href = link?.getAttribute('href') ?? null;
    if (href === null) return;
    event.preventDefault();
    // A webview opens links by a listener of its own on the document, past the host's check.
    event.stopPropagation();
    if (event.button <= 1) this.options.onOpenLink(href);
  }
}

/** Copies what is selected within one block of code character by character, as it was written (T96). */
function copyExactCode(event: ClipboardEvent): void {
  const selection = document.getSelection();
  if (selection === null || selection.isCollapsed || selection.rangeCount === 0) return;
  const range = selection.getRangeAt(0);
  const { commonAncestorContainer: around } = range;
  const element = around instanceof Element ? around : around.parentElement;
  if (!element?.closest('.md-code code') || event.clipboardData === null) return;
  event.clipboardData.setData('text/plain', range.toString());
  event.preventDefault();
}
