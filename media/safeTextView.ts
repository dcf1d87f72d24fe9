import type { Disposable } from '../src/core/disposable';
import type { TextSink } from './blockModel';
import { PlainTextView } from './plainTextView';

/** A view of growing text, as {@link PlainTextView} and the markdown view are. */
export interface TextView extends TextSink, Disposable {
  readonly element: HTMLElement;
}

export interface SafeTextViewPorts {
  readonly create: () => TextView;
  /** All text so far. */
  readonly text: () => string;
  /** Says that the text is shown raw. */
  readonly brokenText: string;
  readonly onError: (error: unknown) => void;
}

/** Shows text by another view; where that one fails, shows the raw text in its place: never nothing. */
export class SafeTextView implements TextView {
  readonly element = document.createElement('div');
  private view: TextView | undefined;
  private hasFailed = false;

  constructor(private readonly ports: SafeTextViewPorts) {
    this.element.className = 'text-view';
    this.attempt(() => {
      this.view = ports.create();
      this.element.append(this.view.element);
    });
  }

  append(text: string): void {
    if (this.hasFailed) this.view?.append(text);
    else this.attempt(() => this.view?.append(text));
  }

  end(): void {
    if (this.hasFailed) this.view?.end();
    else this.attempt(() => this.view?.end());
  }

  markSeam(): void {
    if (!this.hasFailed) this.attempt(() => this.view?.markSeam?.());
  }

  dispose(): void {
    this.view?.dispose();
  }

  private attempt(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.fail(error);
    }
  }

  private fail(error: unknown): void {
    this.hasFailed = true;
    this.ports.onError(error);
    try {
      this.view?.dispose();
    } catch {
      // It is out of use anyway, and the first error has been told.
    }
    const note = document.createElement('p');
    note.className = 'note';
    note.textContent = this.ports.brokenText;
    const raw = new PlainTextView('plain-text');
    raw.append(this.ports.text());
    this.view = raw;
    this.element.replaceChildren(note, raw.element);
  }
}
