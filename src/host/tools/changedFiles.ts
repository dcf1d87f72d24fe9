import * as vscode from 'vscode';
import { Emitter } from '../../core/emitter';
import { hunksBetween } from '../../core/hunks';
import { ToolRefusal } from '../../core/tool';
import {
  checkpointLimits,
  Checkpoints,
  type ChangedFile,
  type KeptContent,
} from '../../node/tools/checkpoints';
import type { FileChanges } from '../../node/tools/fileChanges';
import { isIgnoredFile } from '../../node/tools/fileWalk';
import { decodeExactly } from '../../node/tools/textEncoding';
import type { ChangedFileSummary } from '../../protocol/changedFile';
import { EditorFiles } from './editorFiles';
import type { Proposals } from './proposals';

/** The files that the tools of conversations changed: listed, compared with what they were, and put back. */
export class ChangedFiles {
  private readonly changed = new Emitter<string>();
  /** Fires with the conversation's id when its tools changed a file, and when one was put back. */
  readonly onDidChange = this.changed.event;
  private readonly files = new EditorFiles();
  private readonly known = new Map<string, Checkpoints>();

  /** @param folder below which each conversation has one, by its id. */
  constructor(
    private readonly folder: vscode.Uri,
    private readonly proposals: Proposals,
  ) {}

  /** Files whose changes can be taken back. @param turn the turn that a change belongs to. */
  watched(conversation: string, turn: () => string): FileChanges {
    const files = this.of(conversation).watched(turn);
    const told = async <T>(change: Promise<T>): Promise<T> => {
      const result = await change;
      this.changed.fire(conversation);
      return result;
    };
    return {
      read: (file) => files.read(file),
      write: (file, text) => told(files.write(file, text)),
      create: (file, text) => told(files.create(file, text)),
      delete: (file) => told(files.delete(file)),
      rename: (from, to) => told(files.rename(from, to)),
    };
  }

  async list(conversation: string): Promise<readonly ChangedFileSummary[]> {
    const changed = await this.of(conversation).changedSince();
    return Promise.all(changed.map((one) => this.summary(one)));
  }

  /** Shows what became of one file. */
  async open(conversation: string, file: string): Promise<void> {
    const change = await this.find(conversation, file);
    if (change === undefined) return;
    const before = textOf(change.before);
    const uri = vscode.Uri.file(file);
    if (before === undefined) {
      await vscode.commands.executeCommand('vscode.open', uri);
      return;
    }
    const title = vscode.l10n.t('{0} (changed in this chat)', uri.path.split('/').at(-1) ?? '');
    await this.proposals.compare(conversation, uri, before, title);
  }

  /** Shows all changes in one editor. */
  async reviewAll(conversation: string): Promise<void> {
    const changed = await this.of(conversation).changedSince();
    const files = changed.flatMap(({ file, before }) => {
      const text = textOf(before);
      const name = file.replace(/^[/\\]+/, '');
      return text === undefined ? [] : [{ file: vscode.Uri.file(file), name, before: text }];
    });
    await this.proposals.showAll(vscode.l10n.t('Changes of this chat'), files);
  }

  /** Puts one file back to what it was before the conversation. */
  async undo(conversation: string, file: string): Promise<void> {
    await this.restore(conversation, undefined, file);
  }

  /** The earliest of these turns that changed a file which is not again as it was before that turn. */
  async firstChanging(conversation: string, turns: readonly string[]): Promise<string | undefined> {
    const checkpoints = this.of(conversation);
    const changing = new Set(await checkpoints.turns());
    const first = turns.find((turn) => changing.has(turn));
    if (first === undefined || (await checkpoints.changedSince(first)).length === 0)
      return undefined;
    return first;
  }

  /** Puts files back to what they were before the turn. False where the person thought better of it. */
  async restore(conversation: string, turn: string | undefined, only?: string): Promise<boolean> {
    const report = await this.of(conversation).restore(turn, askOverwrite, only);
    this.changed.fire(conversation);
    if (report === undefined) return false;
    if (report.skipped.length > 0) {
      void vscode.window.showWarningMessage(
        vscode.l10n.t('Left as they are: {0}', namesOf(report.skipped)),
      );
    }
    return true;
  }

  dispose(): void {
    this.changed.dispose();
  }

  private async find(conversation: string, file: string): Promise<ChangedFile | undefined> {
    const changed = await this.of(conversation).changedSince();
    return changed.find((one) => one.file === file);
  }

  private async summary({ file, before }: ChangedFile): Promise<ChangedFileSummary> {
    const uri = vscode.Uri.file(file);
    const now = await this.files.read(file).catch(() => undefined);
    const was = textOf(before);
    const hunks = was === undefined ? undefined : hunksBetween(was, now ?? '');
    const isGone = now === undefined && !(await exists(uri));
    return {
      file,
      path: vscode.workspace.asRelativePath(uri).replaceAll('\\', '/'),
      kind: isGone ? 'deleted' : before.kind === 'absent' ? 'created' : 'changed',
      added: hunks?.reduce((sum, { added }) => sum + added.length, 0) ?? null,
      removed: hunks?.reduce((sum, { removed }) => sum + removed.length, 0) ?? null,
      canUndo: before.kind !== 'notKept',
    };
  }

  private of(conversation: string): Checkpoints {
    const known = this.known.get(conversation);
    if (known !== undefined) return known;
    const folder = vscode.Uri.joinPath(this.folder, conversation).fsPath;
    const made = new Checkpoints(folder, this.files, checkpointLimits, isIgnored);
    this.known.set(conversation, made);
    return made;
  }
}

async function isIgnored(file: string): Promise<boolean> {
  const root = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(file));
  return root !== undefined && isIgnoredFile(root.uri.fsPath, file);
}

async function askOverwrite(
  files: readonly ChangedFile[],
): Promise<'overwrite' | 'skip' | undefined> {
  const overwrite = vscode.l10n.t('Overwrite');
  const keep = vscode.l10n.t('Keep my changes');
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t('These files were changed since, and not by Claude. Overwrite them?'),
    { modal: true, detail: namesOf(files.map(({ file }) => file)) },
    overwrite,
    keep,
  );
  return answer === overwrite ? 'overwrite' : answer === keep ? 'skip' : undefined;
}

function namesOf(files: readonly string[]): string {
  return files.map((file) => vscode.workspace.asRelativePath(file)).join('\n');
}

function textOf(content: KeptContent): string | undefined {
  if (content.kind === 'absent') return '';
  if (content.kind === 'notKept') return undefined;
  try {
    return decodeExactly(content.bytes).text;
  } catch (error) {
    if (!ToolRefusal.is(error)) throw error;
    return undefined;
  }
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  return vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
}
