import { ToolInputScanner } from '../src/core/toolInputScanner';
import type { TextSink } from './blockModel';

type State = 'pending' | 'in_progress' | 'done';

interface Row {
  readonly item: HTMLElement;
  readonly state: HTMLElement;
  readonly text: HTMLElement;
  /** As much of it as has come. */
  written: string;
}

/** The model's list of what it is about, while the call that writes it comes in: each step with how it stands. */
export class TodoListView implements TextSink {
  readonly element = document.createElement('ul');
  private readonly rows: Row[] = [];
  private readonly scanner = new ToolInputScanner((path, text) => this.onText(path, text));

  /** @param words - what each state is called, for those who cannot see its sign. */
  constructor(private readonly words: Readonly<Record<State, string>>) {
    this.element.className = 'todo-list';
  }

  append(text: string): void {
    this.scanner.push(text);
  }

  end(): void {
    // Nothing is held back.
  }

  dispose(): void {
    this.element.remove();
  }

  private onText(path: string, text: string): void {
    const [, place, member] = /(\d+)\/(text|state)$/.exec(path) ?? [];
    if (place === undefined) return;
    const row = this.row(Number(place));
    if (member === 'text') {
      row.text.append(text);
      return;
    }
    row.written += text;
    const state = (['pending', 'in_progress', 'done'] as const).find(
      (each) => each === row.written,
    );
    if (state === undefined) return;
    row.item.dataset['state'] = state;
    row.state.textContent = this.words[state];
  }

  private row(place: number): Row {
    // Steps come one after the other; a model that skips some is not given room without end.
    const known = this.rows[Math.min(place, this.rows.length)];
    if (known !== undefined) return known;
    const item = document.createElement('li');
    const state = document.createElement('span');
    const text = document.createElement('span');
    state.className = 'visually-hidden';
    text.dir = 'auto';
    item.append(state, text);
    this.element.append(item);
    const row = { item, state, text, written: '' };
    this.rows.push(row);
    return row;
  }
}
