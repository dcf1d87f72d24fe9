import { ToolInputScanner } from '../src/core/toolInputScanner';
import type { TextSink } from './blockModel';
import { PlainTextView } from './plainTextView';

/** Members that say in a word what a call is about, and those that are long texts: the old one and the new one. */
const subjectName = /^(path|file|command|pattern|query|url|regex|glob|symbol|name|question)/i;
const oldName = /^old|_old|search$|find$/i;
const newName = /^new|_new|^content|^text|^insert|replace/i;

type Role = 'subject' | 'old' | 'new' | 'other';

/**
 * A call's input while it is written: what it is about on a line of its own, an edit's old and new text as a diff, and
 * every other text with its name. Each character is read once and put into the page as it comes.
 */
export class ToolInputView implements TextSink {
  readonly element = document.createElement('div');
  private readonly scanner = new ToolInputScanner((path, text) => this.onText(path, text));
  private readonly texts = new Map<string, PlainTextView>();

  constructor() {
    this.element.className = 'tool-input';
  }

  append(text: string): void {
    this.scanner.push(text);
  }

  end(): void {
    for (const text of this.texts.values()) text.end();
  }

  dispose(): void {
    this.element.remove();
  }

  private onText(path: string, text: string): void {
    const view = this.texts.get(path) ?? this.add(path);
    if (text !== '') view.append(text);
  }

  private add(path: string): PlainTextView {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const role = roleOf(name);
    const view = new PlainTextView('tool-text');
    view.element.dir = 'ltr';
    this.texts.set(path, view);
    const row = document.createElement('div');
    row.className = `tool-member tool-${role}`;
    row.dataset['member'] = path;
    if (role !== 'subject') {
      const label = document.createElement('span');
      label.className = 'tool-member-name';
      label.textContent = name;
      row.append(label);
    }
    row.append(view.element);
    this.element.append(row);
    return view;
  }
}

function roleOf(name: string): Role {
  if (subjectName.test(name)) return 'subject';
  if (oldName.test(name)) return 'old';
  return newName.test(name) ? 'new' : 'other';
}
