import type { LeafSink } from './blockSink';
import { CodeChunk } from './codeChunk';
import type { CodeColours } from './codeHighlighter';
import { CodeToolbar } from './codeToolbar';
import { readInfoString } from './inlineParser';
import type { Renderable, ViewContext } from './viewContext';

/** Chunks in one group: two levels keep what the browser walks through in each frame short. */
const chunksPerGroup = 16;
/** A block with more lines than this can be folded. Folded it is about half as long (markdown.css). */
const linesInSight = 24;

/**
 * A code block. Its text goes into chunks of some lines each, so that adding a line lays out few, whatever the block's
 * length; groups of chunks that are out of sight are neither laid out nor painted.
 */
export class CodeBlockView implements LeafSink, Renderable {
  readonly element = document.createElement('div');
  private readonly code = document.createElement('code');
  private group = document.createElement('span');
  private chunk = new CodeChunk();
  private chunksInGroup = 0;
  private groups = 0;
  private pending = '';
  private lines = 0;
  private readonly language: string;
  private readonly toolbar: CodeToolbar;
  private readonly colours: CodeColours | undefined;

  constructor(
    info: string | undefined,
    private readonly context: ViewContext,
  ) {
    const infoText = readInfoString(info ?? '');
    this.language = infoText.split(/\s/, 1)[0] ?? '';
    const { strings } = context;
    this.element.className = 'md-code';
    this.element.dir = 'ltr';
    const box = document.createElement('pre');
    // What scrolls has to be reached by the keyboard.
    box.tabIndex = 0;
    box.setAttribute('role', 'region');
    box.ariaLabel =
      this.language === '' ? strings.codeBlock : `${strings.codeBlock}, ${this.language}`;
    box.append(this.code);
    this.toolbar = new CodeToolbar({
      ...context,
      block: this.element,
      source: () => this.source(),
      language: this.language,
      info: infoText,
    });
    this.element.append(this.header(), box);
    this.colours = context.highlighter.colours(this.language);
    this.addChunk();
  }

  append(text: string): void {
    this.pending += text;
    this.countLines(text);
    this.context.renderLater(this);
  }

  render(): void {
    let text = this.pending;
    this.pending = '';
    while (text !== '') {
      if (this.chunk.isFull) this.addChunk();
      text = this.chunk.append(text);
    }
    this.colours?.wake();
  }

  close(): void {
    this.context.cancelRender(this);
    this.render();
    this.chunk.close();
    this.colours?.wake();
  }

  private countLines(text: string): void {
    for (let at = 0; this.lines <= linesInSight; at += 1) {
      at = text.indexOf('\n', at);
      if (at === -1) return;
      this.lines += 1;
      if (this.lines > linesInSight) this.toolbar.offerFolding();
    }
  }

  private addChunk(): void {
    this.chunk.close();
    if (this.groups === 0 || this.chunksInGroup === chunksPerGroup) this.addGroup();
    this.chunksInGroup += 1;
    this.chunk = new CodeChunk();
    this.group.append(this.chunk.element);
    this.colours?.add(this.chunk);
  }

  private addGroup(): void {
    this.group.classList.add('md-skippable');
    this.group = document.createElement('span');
    this.group.className = 'md-code-group';
    this.groups += 1;
    this.chunksInGroup = 0;
    this.code.append(this.group);
  }

  private header(): HTMLElement {
    const header = document.createElement('div');
    header.className = 'md-code-header';
    const label = document.createElement('span');
    label.className = 'md-code-language';
    label.textContent = this.language;
    header.append(label, this.toolbar.element);
    return header;
  }

  /** The code as it was written, but for the last line's end, which a terminal would take for Enter. */
  private source(): string {
    this.render();
    return this.code.textContent.replace(/\n$/, '');
  }
}
