import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../core/disposable';
import { Emitter } from '../core/emitter';
import type { ChangedFileSummary } from '../protocol/changedFile';
import type { FileReview } from './tools/fileReview';

const none: readonly ChangedFileSummary[] = [];

/** The lists of changed files as views show them: known at once, read when something may have changed. */
export class ChangeSummaries implements Disposable {
  private readonly store = new DisposableStore();
  private readonly changed = this.store.add(new Emitter<void>());
  readonly onDidChange = this.changed.event;
  private readonly lists = new Map<string, readonly ChangedFileSummary[]>();

  /**
   * @param folder as of the checkpoints: a conversation without one has changed nothing, and nothing is loaded for it.
   * @param review loads what reads them.
   */
  constructor(
    private readonly folder: vscode.Uri,
    private readonly review: () => Promise<FileReview>,
    private readonly failed: (error: unknown) => void,
  ) {
    this.store.add(
      vscode.workspace.onDidSaveTextDocument(({ uri }) => {
        for (const [conversation, list] of this.lists) {
          if (list.some(({ file }) => file === uri.fsPath)) this.refresh(conversation);
        }
      }),
    );
  }

  /** As far as it is known; `onDidChange` fires when more is. */
  of(conversation: string): readonly ChangedFileSummary[] {
    const known = this.lists.get(conversation);
    if (known !== undefined) return known;
    this.lists.set(conversation, none);
    this.refresh(conversation);
    return none;
  }

  refresh(conversation: string): void {
    this.read(conversation).catch(this.failed);
  }

  /** The conversation is gone: what its files were is nobody's any more. */
  forget(conversation: string): void {
    this.lists.delete(conversation);
    vscode.workspace.fs
      .delete(this.folderOf(conversation), { recursive: true })
      .then(undefined, (error: unknown) => {
        const isNone = error instanceof vscode.FileSystemError && error.code === 'FileNotFound';
        if (!isNone) this.failed(error);
      });
  }

  dispose(): void {
    this.store.dispose();
  }

  private async read(conversation: string): Promise<void> {
    const hasChanges = await vscode.workspace.fs.stat(this.folderOf(conversation)).then(
      () => true,
      () => false,
    );
    if (!hasChanges) return;
    const list = await (await this.review()).changedFiles.list(conversation);
    if (JSON.stringify(list) === JSON.stringify(this.lists.get(conversation))) return;
    this.lists.set(conversation, list);
    this.changed.fire();
  }

  private folderOf(conversation: string): vscode.Uri {
    return vscode.Uri.joinPath(this.folder, conversation);
  }
}
