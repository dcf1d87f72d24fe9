import { Emitter } from '../core/emitter';
import type { Disposable } from '../core/disposable';
import type { Draft } from '../protocol/hostToView';
import { parseDraft } from '../protocol/parseViewMessage';

/** The part of VS Code's Memento that drafts need. */
export interface DraftMemory {
  get(name: string): unknown;
  update(name: string, value: unknown): PromiseLike<void>;
}

export const emptyDraft: Draft = { text: '', attachments: [] };

const memoryName = 'caudal.drafts';
/** UTF-16 units of JSON that are kept over a reload of the window; what is more is kept in memory alone. */
const largestKept = 512_000;
const mostKept = 50;

/**
 * What stands in each conversation's composer and is not sent yet. Kept at every change, so that it survives a reload
 * of the view, of the window, and a crash (T114).
 */
export class Drafts implements Disposable {
  private readonly sentDraft = new Emitter<{
    readonly conversation: string;
    readonly draft: Draft;
  }>();
  /** Fires when a draft became a prompt: other views of the conversation that still show it should empty. */
  readonly onDidSend = this.sentDraft.event;

  /** By conversation, in order of their last change. */
  private readonly drafts: Map<string, Draft>;

  constructor(private readonly memory: DraftMemory) {
    this.drafts = readMemory(memory.get(memoryName));
  }

  of(conversation: string): Draft {
    return this.drafts.get(conversation) ?? emptyDraft;
  }

  /** Of all conversations. */
  get all(): readonly Draft[] {
    return [...this.drafts.values()];
  }

  set(conversation: string, draft: Draft): void {
    if (sameDraft(this.of(conversation), draft)) return;
    this.drafts.delete(conversation);
    if (!isEmptyDraft(draft)) this.drafts.set(conversation, draft);
    this.keep();
  }

  /** The draft became a prompt. */
  sent(conversation: string, draft: Draft): void {
    if (sameDraft(this.of(conversation), draft)) this.set(conversation, emptyDraft);
    this.sentDraft.fire({ conversation, draft });
  }

  /** Another conversation stands in the place of this one, and has what stood in its composer. */
  carryOver(from: string, to: string): void {
    const draft = this.of(from);
    if (isEmptyDraft(draft) || !isEmptyDraft(this.of(to))) return;
    this.set(from, emptyDraft);
    this.set(to, draft);
  }

  dispose(): void {
    this.sentDraft.dispose();
  }

  private keep(): void {
    let size = 0;
    const kept: [string, Draft][] = [];
    for (const entry of [...this.drafts].reverse()) {
      size += JSON.stringify(entry).length;
      if (size > largestKept || kept.length === mostKept) break;
      kept.push(entry);
    }
    void this.memory.update(memoryName, Object.fromEntries(kept.reverse()));
  }
}

export function isEmptyDraft(draft: Draft): boolean {
  return draft.text === '' && draft.attachments.length === 0;
}

export function sameDraft(a: Draft, b: Draft): boolean {
  if (a === b) return true;
  if (a.text !== b.text || a.attachments.length !== b.attachments.length) return false;
  return JSON.stringify(a.attachments) === JSON.stringify(b.attachments);
}

function readMemory(value: unknown): Map<string, Draft> {
  const drafts = new Map<string, Draft>();
  if (typeof value !== 'object' || value === null) return drafts;
  for (const [conversation, kept] of Object.entries(value)) {
    const draft = parseDraft(kept);
    if (draft !== undefined) drafts.set(conversation, draft);
  }
  return drafts;
}
