import type { TextSink } from './blockModel';

/** UTF-16 units in one text node: adding to a longer one costs more than a new one. */
const nodeLength = 4_096;

/** Text as it is, without any reading of it. */
export class PlainTextView implements TextSink {
  readonly element = document.createElement('div');
  private last: Text | undefined;

  constructor(className: string) {
    this.element.className = className;
    this.element.dir = 'auto';
  }

  append(text: string): void {
    if (this.last !== undefined && this.last.length < nodeLength) {
      this.last.appendData(text);
    } else {
      this.last = document.createTextNode(text);
      this.element.append(this.last);
    }
  }

  end(): void {
    this.last = undefined;
  }

  dispose(): void {
    this.element.remove();
  }
}
