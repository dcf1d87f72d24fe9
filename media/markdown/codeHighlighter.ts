import type { CodeChunk } from './codeChunk';
import { languageNamed, type LanguageId } from './highlight/languageNames';
import type * as languages from './highlight/languages';
import type { LineTokenizer, Token } from './highlight/lineTokenizer';

type Tokenizers = typeof languages;

/** A block with more lines has colours up to here. */
const mostLines = 5_000;
/** UTF-16 units; longer lines are data rather than code, and stay plain. */
const longestLine = 400;
/** Milliseconds of an idle period that are left to others. */
const reserveMs = 2;

/**
 * Colours code when the page is idle: text is shown at once and plain, and a long block never holds a frame up (T6).
 * Nothing is scheduled once everything has its colours.
 */
export class CodeHighlighter {
  private readonly waiting = new Set<CodeColours>();
  private request: number | undefined;
  private tokenizers: Tokenizers | undefined;
  private isDisposed = false;

  /** The colours of one block; undefined for a language that has none. */
  colours(languageName: string): CodeColours | undefined {
    const language = languageNamed(languageName);
    return language === undefined ? undefined : new CodeColours(language, (each) => this.add(each));
  }

  dispose(): void {
    this.isDisposed = true;
    this.waiting.clear();
    if (this.request !== undefined) cancelIdleCallback(this.request);
    this.request = undefined;
  }

  private add(colours: CodeColours): void {
    if (this.isDisposed) return;
    this.waiting.add(colours);
    this.request ??= requestIdleCallback((deadline) => this.run(deadline));
  }

  private run(deadline: IdleDeadline): void {
    this.request = undefined;
    if (this.tokenizers === undefined) {
      void this.load();
      return;
    }
    for (const colours of this.waiting) {
      for (;;) {
        const hasMore = colours.tryStep(this.tokenizers);
        if (!hasMore) this.waiting.delete(colours);
        if (deadline.timeRemaining() <= reserveMs && this.waiting.size > 0) {
          this.request = requestIdleCallback((next) => this.run(next));
          return;
        }
        if (!hasMore) break;
      }
    }
  }

  /** The languages are needed by the first block of code only. */
  private async load(): Promise<void> {
    // Plain code is what remains where they cannot be had; the next block tries again.
    const tokenizers = await import('./highlight/languages').catch(() => undefined);
    if (tokenizers === undefined || this.isDisposed) return;
    this.tokenizers = tokenizers;
    for (const colours of this.waiting) this.add(colours);
  }
}

/** Colours one block, chunk by chunk from its start, since what a line means depends on the lines before. */
export class CodeColours {
  private readonly chunks: CodeChunk[] = [];
  private tokenizer: LineTokenizer<unknown> | undefined;
  private lines = 0;

  constructor(
    private readonly language: LanguageId,
    private readonly requestRun: (colours: CodeColours) => void,
  ) {}

  add(chunk: CodeChunk): void {
    if (this.lines < mostLines) this.chunks.push(chunk);
  }

  /** There are new lines. */
  wake(): void {
    if (this.chunks.length > 0) this.requestRun(this);
  }

  /** Colours some lines; false when there is nothing to be done for now, or the language's parser fails. */
  tryStep(tokenizers: Tokenizers): boolean {
    try {
      return this.step(tokenizers);
    } catch {
      // The code is on screen all the same.
      this.chunks.length = 0;
      this.lines = mostLines;
      return false;
    }
  }

  private step({ tokenizerFor }: Tokenizers): boolean {
    const [chunk] = this.chunks;
    if (chunk === undefined) return false;
    const text = chunk.plainLines;
    if (text !== '') {
      this.tokenizer ??= tokenizerFor(this.language);
      chunk.colour(text.length, this.coloured(text, this.tokenizer));
    }
    if (this.lines >= mostLines) {
      this.chunks.length = 0;
      return false;
    }
    if (!chunk.isComplete) return false;
    this.chunks.shift();
    return this.chunks.length > 0;
  }

  private coloured(text: string, tokenizer: LineTokenizer<unknown>): DocumentFragment {
    const fragment = document.createDocumentFragment();
    let plain = '';
    const flush = (): void => {
      if (plain !== '') fragment.append(plain);
      plain = '';
    };
    for (const line of text.split(/(?<=\n)/)) {
      this.lines += 1;
      let position = 0;
      for (const token of tokensOf(line, tokenizer)) {
        const part = line.slice(position, position + token.length);
        position += token.length;
        if (token.class === undefined || part.trim() === '') {
          plain += part;
        } else {
          flush();
          const span = document.createElement('span');
          span.className = `md-token-${token.class}`;
          span.textContent = part;
          fragment.append(span);
        }
      }
      plain += line.slice(position);
    }
    flush();
    return fragment;
  }
}

function tokensOf(line: string, tokenizer: LineTokenizer<unknown>): readonly Token[] {
  return line.length > longestLine ? [] : tokenizer.line(line.replace(/\n$/, ''));
}
