import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../core/disposable';
import { acceptHunks, hunksBetween, type Hunk } from '../../core/hunks';
import type { ProposedChange, ReviewedChange } from '../../core/tool';
import type { Proposals } from './proposals';

/** What the person can say in the editor, about the change at the cursor or about all that are left. */
export type ReviewAction = 'acceptHunk' | 'rejectHunk' | 'acceptAll' | 'rejectAll';

/** Undefined where nothing was accepted. */
export type ReviewEnd = (accepted: ReviewedChange | undefined) => void;

interface Review {
  readonly id: string;
  readonly change: ProposedChange;
  readonly onEnd: ReviewEnd;
  readonly isCall: boolean;
  /** What there is and what was accepted so far: the editor shows what is not decided. */
  base: string;
  /** The editor is on its way to show it. */
  isOpening: boolean;
}

/**
 * Proposed changes that the person looks at in the diff editor. A part that is accepted goes to the side of what there is,
 * one that is rejected away from the other, until nothing is left to decide; what stands on the right then is what is
 * accepted.
 */
export class EditReviews implements Disposable {
  private readonly reviews = new Map<string, Review>();
  private readonly store = new DisposableStore();

  constructor(private readonly proposals: Proposals) {
    this.store.add(
      vscode.window.tabGroups.onDidChangeTabs(({ closed }) => {
        if (closed.length > 0) this.dropClosed();
      }),
    );
  }

  /**
   * Shows the change; one that is shown already comes to the front as the person left it.
   *
   * @param id names it.
   * @param isCall a call waits for it: it ends with that.
   */
  async start(
    id: string,
    change: ProposedChange,
    title: string,
    onEnd: ReviewEnd,
    isCall = false,
  ): Promise<void> {
    const known = this.reviews.get(id);
    const { path: name, before, after } = known?.change ?? change;
    const now = known === undefined ? after : (this.proposals.text(id, name) ?? after);
    const base = known?.base ?? before;
    // Before it is on screen: whoever sees its buttons may press them.
    const review = known ?? { id, change, onEnd, isCall, base, isOpening: true };
    this.reviews.set(id, review);
    try {
      await this.proposals.show(id, name, base, now, title);
    } catch (error) {
      if (known === undefined) this.reviews.delete(id);
      throw error;
    } finally {
      review.isOpening = false;
    }
  }

  /** Does what the person says about the review in the active editor; nothing where there is none. */
  async act(action: ReviewAction): Promise<void> {
    const review = this.active();
    if (review === undefined) return;
    const { id, change, base } = review;
    const now = this.proposals.text(id, change.path) ?? base;
    const hunks = hunksBetween(base, now);
    switch (action) {
      case 'acceptAll':
        return this.finish(review, now);
      case 'rejectAll':
        return this.finish(review, base);
      case 'acceptHunk':
      case 'rejectHunk': {
        const editor = this.editorOf(review);
        const onRight = editor?.document === this.proposals.document(id, change.path);
        const at = hunkAt(hunks, editor?.selection.active.line ?? 0, onRight);
        const hunk = hunks[at];
        if (hunk === undefined || hunks.length === 1) {
          return this.finish(review, action === 'acceptHunk' ? now : base);
        }
        if (action === 'acceptHunk') {
          review.base = acceptHunks(base, hunks, new Set([at]));
          this.proposals.setBefore(id, change.path, review.base);
          return;
        }
        return this.takeBack(review, hunks, at);
      }
    }
  }

  /** The change was decided elsewhere. @returns what the person has made of it by now. */
  end(id: string): ReviewedChange | undefined {
    const review = this.reviews.get(id);
    if (review === undefined) return undefined;
    const { change } = review;
    const after = this.proposals.text(id, change.path) ?? change.after;
    this.close(review);
    return { before: change.before, after };
  }

  /** Ends those of calls that do not wait any more. */
  keepCalls(waits: (id: string) => boolean): void {
    for (const review of [...this.reviews.values()]) {
      if (review.isCall && !waits(review.id)) this.close(review);
    }
  }

  dispose(): void {
    this.store.dispose();
  }

  /** The one in the active tab: its editor may not have the focus, as when a button of its title has. */
  private active(): Review | undefined {
    const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
    return input instanceof vscode.TabInputTextDiff ? this.at(input.modified) : undefined;
  }

  private editorOf({ id, change }: Review): vscode.TextEditor | undefined {
    const { activeTextEditor, visibleTextEditors } = vscode.window;
    const right = this.proposals.document(id, change.path);
    return (
      [activeTextEditor].find(
        (editor) => editor && this.proposals.isOf(editor.document.uri, id, change.path),
      ) ?? visibleTextEditors.find(({ document }) => document === right)
    );
  }

  private at(uri: vscode.Uri): Review | undefined {
    return [...this.reviews.values()].find(({ id, change }) =>
      this.proposals.isOf(uri, id, change.path),
    );
  }

  private async takeBack(
    { id, change }: Review,
    hunks: readonly Hunk[],
    at: number,
  ): Promise<void> {
    const document = this.proposals.document(id, change.path);
    const hunk = hunks[at];
    if (document === undefined || hunk === undefined) return;
    const start = startOnRight(hunks, at);
    const edit = new vscode.WorkspaceEdit();
    const range = new vscode.Range(start, 0, start + hunk.added.length, 0);
    edit.replace(document.uri, document.validateRange(range), hunk.removed.join(''));
    await vscode.workspace.applyEdit(edit);
  }

  private finish(review: Review, after: string): void {
    const { before } = review.change;
    this.close(review);
    review.onEnd(after === before ? undefined : { before, after });
  }

  private close(review: Review): void {
    this.reviews.delete(review.id);
    void this.proposals.close(review.id, review.change.path);
  }

  /** Who closes the editor has decided nothing: it can be looked at again. */
  private dropClosed(): void {
    for (const { id, change, isOpening } of [...this.reviews.values()]) {
      if (!isOpening && !this.proposals.isShown(id, change.path)) this.reviews.delete(id);
    }
  }
}

/** The line of the changed text at which a hunk begins. */
function startOnRight(hunks: readonly Hunk[], at: number): number {
  const earlier = hunks.slice(0, at);
  const shift = earlier.reduce((sum, { added, removed }) => sum + added.length - removed.length, 0);
  return (hunks[at]?.start ?? 0) + shift;
}

/** The hunk that the line is in or before, or the last. */
function hunkAt(hunks: readonly Hunk[], line: number, onRight: boolean): number {
  const found = hunks.findIndex(({ start, added, removed }, index) => {
    const first = onRight ? startOnRight(hunks, index) : start;
    return line < first + Math.max(1, (onRight ? added : removed).length);
  });
  return found === -1 ? hunks.length - 1 : found;
}
