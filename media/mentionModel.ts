import { computed, signal } from '@preact/signals';
import type { Suggestion } from '../src/protocol/suggestion';

/** An `@` in the prompt that something is to be chosen for: its place in the text, the `@` included. */
export interface Mention {
  readonly start: number;
  readonly end: number;
}

/** An `@` at the beginning of a word, up to the cursor. */
const mentionBeforeCursor = /(?:^|\s)@([^\s@][^@\n]{0,200}|)$/;

/** The list behind `@`: asked of the host at each letter, gone through with the keyboard. */
export class MentionModel {
  readonly mention = signal<Mention | undefined>(undefined);
  readonly items = signal<readonly Suggestion[]>([]);
  readonly index = signal(0);
  /** Whether the host has answered what is typed now. */
  readonly isKnown = signal(false);
  readonly isOpen = computed(
    () => this.mention.value !== undefined && (this.items.value.length > 0 || this.isKnown.value),
  );
  readonly chosen = computed(() => this.items.value[this.index.value]);

  private search = 0;
  private hasSpace = false;
  /** Where the person closed the list: it stays closed for this `@`. */
  private dismissedAt: number | undefined;
  /** Whose words found nothing: closed for as long as there is a space in them. */
  private sentenceAt: number | undefined;

  constructor(private readonly ports: { readonly ask: (search: number, typed: string) => void }) {}

  /** Looks at the text before the cursor. */
  look(text: string, cursor: number): void {
    const typed = mentionBeforeCursor.exec(text.slice(0, cursor))?.[1];
    const start = typed === undefined ? -1 : cursor - typed.length - 1;
    const isSentence = start === this.sentenceAt && typed?.includes(' ') === true;
    if (typed === undefined || start === this.dismissedAt || isSentence) {
      if (typed === undefined) this.dismissedAt = this.sentenceAt = undefined;
      this.close();
      return;
    }
    this.dismissedAt = this.sentenceAt = undefined;
    this.mention.value = { start, end: cursor };
    this.isKnown.value = false;
    this.hasSpace = typed.includes(' ');
    this.ports.ask(++this.search, typed);
  }

  receive(search: number, items: readonly Suggestion[]): void {
    if (search !== this.search || this.mention.peek() === undefined) return;
    // A name may have a space, a sentence has several: what finds nothing then is no mention. Only an answer tells, not
    // a list that is still empty: somebody who types fast is ahead of it.
    if (this.hasSpace && items.length === 0) {
      this.sentenceAt = this.mention.peek()?.start;
      return this.close();
    }
    // The same search is answered again when more is found: what is chosen stays so.
    const chosen = this.isKnown.peek() ? this.chosen.peek() : undefined;
    const stays = items.findIndex(({ kind, key }) => kind === chosen?.kind && key === chosen.key);
    this.items.value = items;
    this.index.value = this.index.peek() === 0 ? 0 : Math.max(0, stays);
    this.isKnown.value = true;
  }

  /** Whether the key belongs to the list. */
  key(name: string): boolean {
    if (!this.isOpen.peek()) return false;
    const { length } = this.items.peek();
    switch (name) {
      case 'ArrowDown':
        this.index.value = (this.index.peek() + 1) % Math.max(1, length);
        return true;
      case 'ArrowUp':
        this.index.value = (this.index.peek() + length - 1) % Math.max(1, length);
        return true;
      case 'Escape':
        this.dismissedAt = this.mention.peek()?.start;
        this.close();
        return true;
      case 'Enter':
      case 'Tab':
        return length > 0;
      default:
        return false;
    }
  }

  close(): void {
    this.mention.value = undefined;
    this.items.value = [];
    this.isKnown.value = false;
    this.search++;
  }
}
