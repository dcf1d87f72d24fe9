import type { Inline } from './inline';
import type * as markup from './mathsMarkup';

type Maths = Extract<Inline, { kind: 'maths' }>;

/** Milliseconds of an idle period that are left to others. */
const reserveMs = 2;

/**
 * Shows formulas: their source at once, and set when the page is idle, one after the other. The source stays beside the
 * formula, out of sight, and is what is copied. A formula with an error remains source.
 */
export class MathsTypesetter {
  private readonly waiting = new Map<HTMLElement, Maths>();
  private request: number | undefined;
  private markup: typeof markup | undefined;
  private isDisposed = false;

  element(maths: Maths): HTMLElement {
    const element = document.createElement('span');
    element.className = maths.isDisplay ? 'md-maths md-maths-display' : 'md-maths';
    element.dir = 'ltr';
    const source = document.createElement('span');
    source.className = 'md-maths-source';
    source.textContent = maths.source;
    element.append(source);
    this.waiting.set(element, maths);
    this.run();
    return element;
  }

  dispose(): void {
    this.isDisposed = true;
    this.waiting.clear();
    if (this.request !== undefined) cancelIdleCallback(this.request);
    this.request = undefined;
  }

  private run(): void {
    if (this.isDisposed || this.waiting.size === 0) return;
    this.request ??= requestIdleCallback((deadline) => {
      this.request = undefined;
      if (this.markup === undefined) void this.load();
      else this.typesetSome(deadline, this.markup);
    });
  }

  /** Needed by the first formula only. */
  private async load(): Promise<void> {
    // The source is what remains where it cannot be had; the next formula tries again.
    this.markup = await import('./mathsMarkup').catch(() => undefined);
    if (this.markup !== undefined) this.run();
  }

  private typesetSome(deadline: IdleDeadline, { mathsMarkup }: typeof markup): void {
    for (const [element, maths] of this.waiting) {
      this.waiting.delete(element);
      // Growing text may have taken it away again.
      if (element.parentNode !== null) typeset(element, maths, mathsMarkup);
      if (deadline.timeRemaining() <= reserveMs) break;
    }
    this.run();
  }
}

function typeset(element: HTMLElement, maths: Maths, make: typeof markup.mathsMarkup): void {
  try {
    element.append(make(maths.tex, maths.isDisplay));
  } catch {
    return;
  }
  element.classList.add('md-maths-set');
}
