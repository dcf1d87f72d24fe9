import { computed, signal } from '@preact/signals';
import type { PromptAttachment } from '../src/core/conversation';
import type { Disposable } from '../src/core/disposable';
import type { AttachedFile } from '../src/protocol/attachedFile';
import type { Draft } from '../src/protocol/hostToView';
import { maxBytes } from '../src/protocol/parseViewMessage';
import type { Suggestion } from '../src/protocol/suggestion';
import { RequestError } from './hostConnection';
import { prepareImage } from './prepareImage';

/** How long typing may be unsaved, in ms: under the 300 that a reload may cost (T114). */
const saveWithinMs = 250;

export interface ComposerPorts {
  /** Gives the draft to the host, for the conversation it was typed in. */
  readonly save: (draft: Draft) => void;
  /** Resolves when the prompt has been taken; rejects with a {@link RequestError}. */
  readonly send: (draft: Draft, confirmed: boolean) => Promise<void>;
  /** Resolves when the host has made an attachment of the file, which then comes by {@link ComposerModel.attach}. */
  readonly attachFile: (file: AttachedFile, conversation?: string) => Promise<void>;
  readonly attachSuggestion: (suggestion: Suggestion) => Promise<void>;
  readonly attachUris: (uris: readonly string[]) => Promise<void>;
  /** Says that the host did not answer. */
  readonly sendFailed: string;
  readonly attachFailed: string;
}

/** What stands in the composer: typed, attached, recalled, saved and sent. */
export class ComposerModel implements Disposable {
  readonly text = signal('');
  readonly attachments = signal<Draft['attachments']>([]);
  readonly isSending = signal(false);
  /** Why the last attempt to send did not go, in words for the person. */
  readonly problem = signal<string | null>(null);
  /** What the person is asked before the draft goes out. */
  readonly question = signal<string | null>(null);
  /** Files that are being read. */
  readonly attaching = signal(0);
  readonly canSend = computed(
    () => !this.isSending.value && this.attaching.value === 0 && this.text.value.trim() !== '',
  );
  readonly isEmpty = computed(() => this.text.value === '' && this.attachments.value.length === 0);

  private saved = this.draft;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private hostHasSpoken = false;

  constructor(private readonly ports: ComposerPorts) {}

  get draft(): Draft {
    return { text: this.text.peek(), attachments: this.attachments.peek() };
  }

  edit(text: string): void {
    this.text.value = text;
    this.problem.value = null;
    this.question.value = null;
    this.changed();
  }

  attach(attachment: PromptAttachment): void {
    const known = this.attachments.peek().some((other) => isSame(other, attachment));
    if (!known) this.attachments.value = [...this.attachments.peek(), attachment];
    this.changed();
  }

  /** Attaches files that the page has, images as the model takes them. */
  async attachFiles(files: Iterable<File>): Promise<void> {
    await Promise.all(
      Array.from(files, (file) =>
        this.whileAttaching(async () => {
          if (file.size > maxBytes) throw new RequestError(null);
          const data = new Uint8Array(await file.arrayBuffer());
          await this.prepare({ name: file.name, uri: '', data });
        }),
      ),
    );
  }

  /** Makes an image that the API takes of one that the host has. */
  prepareImage(file: AttachedFile, conversation: string): Promise<void> {
    return this.whileAttaching(() => this.prepare(file, conversation));
  }

  attachUris(uris: readonly string[]): Promise<void> {
    return this.whileAttaching(() => this.ports.attachUris(uris));
  }

  attachSuggestion(suggestion: Suggestion): Promise<void> {
    return this.whileAttaching(() => this.ports.attachSuggestion(suggestion));
  }

  remove(attachment: PromptAttachment): void {
    this.attachments.value = this.attachments.peek().filter((other) => other !== attachment);
    this.question.value = null;
    this.changed();
  }

  /** Puts back what the page kept by itself; the host's own word comes later. */
  restore(draft: Draft): void {
    this.show(draft);
    this.saved = draft;
  }

  /** Takes the host's draft. What was typed since the page began is newer than the first one, and stays. */
  replace(draft: Draft): void {
    const isFirst = !this.hostHasSpoken;
    this.hostHasSpoken = true;
    if (isFirst && this.timer !== undefined) return this.flush();
    this.flush();
    this.show(draft);
    this.saved = draft;
  }

  /** With `confirmed`, the person has agreed to what was asked. */
  async send(confirmed = false): Promise<void> {
    if (!this.canSend.peek()) return;
    this.isSending.value = true;
    this.problem.value = null;
    this.question.value = null;
    const { draft } = this;
    try {
      await this.ports.send(draft, confirmed);
      // Something may have been attached while the prompt was on its way.
      this.show({
        text: '',
        attachments: this.attachments.peek().filter((one) => !draft.attachments.includes(one)),
      });
      this.changed();
      this.flush();
    } catch (error) {
      const words = (error instanceof RequestError ? error.words : null) ?? this.ports.sendFailed;
      const isQuestion = error instanceof RequestError && error.isQuestion;
      (isQuestion ? this.question : this.problem).value = words;
    } finally {
      this.isSending.value = false;
    }
  }

  /** Saves at once what is not saved: the page may be about to go. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { draft, saved } = this;
    if (draft.text === saved.text && draft.attachments === saved.attachments) return;
    this.saved = draft;
    this.ports.save(draft);
  }

  dispose(): void {
    clearTimeout(this.timer);
  }

  private async prepare(file: AttachedFile, conversation?: string): Promise<void> {
    const image = await prepareImage(new Uint8Array(file.data));
    await this.ports.attachFile(image === undefined ? file : { ...file, image }, conversation);
  }

  private async whileAttaching(work: () => Promise<void>): Promise<void> {
    this.attaching.value++;
    this.problem.value = null;
    try {
      await work();
    } catch (error) {
      const words = error instanceof RequestError ? error.words : null;
      this.problem.value = words ?? this.ports.attachFailed;
    } finally {
      this.attaching.value--;
    }
  }

  private show(draft: Draft): void {
    this.text.value = draft.text;
    this.attachments.value = draft.attachments;
  }

  private changed(): void {
    // From the first change on, not from the last: somebody who types without pause is saved too.
    this.timer ??= setTimeout(() => this.flush(), saveWithinMs);
  }
}

function isSame(a: PromptAttachment, b: PromptAttachment): boolean {
  return JSON.stringify(a.attachment) === JSON.stringify(b.attachment) && a.content === b.content;
}
