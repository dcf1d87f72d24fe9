import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../../core/disposable';

interface ProposalFile {
  bytes: Uint8Array;
  readonly isReadOnly: boolean;
  mtime: number;
}

/**
 * Edits that are not made yet, in VS Code's own diff editor: what is on the left is what there is, what is on the right is
 * proposed and can be changed, or put back change by change with the editor's own arrows.
 */
export class Proposals implements Disposable {
  private readonly files = new Map<string, ProposalFile>();
  private readonly changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  private readonly store = new DisposableStore();

  /** @param scheme of the documents: the manifest names it for keys and menus. */
  constructor(private readonly scheme: string) {
    this.store.add(
      vscode.workspace.registerFileSystemProvider(scheme, this.provider(), {
        isCaseSensitive: true,
      }),
    );
  }

  /** Shows the edit beside what there is. @param id of the call. @param title above both. */
  async show(
    id: string,
    name: string,
    before: string,
    after: string,
    title: string,
  ): Promise<void> {
    this.put(this.uriOf(id, 'before', name), before, true);
    this.put(this.uriOf(id, 'after', name), after, false);
    await vscode.commands.executeCommand(
      'vscode.diff',
      this.uriOf(id, 'before', name),
      this.uriOf(id, 'after', name),
      title,
      { preview: true },
    );
  }

  /** Shows a file beside what it was. @param id of where it was that. */
  async compare(id: string, file: vscode.Uri, before: string, title: string): Promise<void> {
    const left = this.uriOf(id, 'before', file.path.replace(/^\/+/, ''));
    this.put(left, before, true);
    // Of a file that is gone there is nothing: an empty one stands for it.
    const isThere = await vscode.workspace.fs.stat(file).then(
      () => true,
      () => false,
    );
    const right = isThere ? file : this.uriOf(id, 'now', file.path.replace(/^\/+/, ''));
    if (!isThere) this.put(right, '', true);
    await vscode.commands.executeCommand('vscode.diff', left, right, title, { preview: true });
  }

  /** What the person has made of it by now, saved or not; undefined where it was not shown. */
  text(id: string, name: string): string | undefined {
    const file = this.files.get(this.uriOf(id, 'after', name).path);
    return this.document(id, name)?.getText() ?? (file && new TextDecoder().decode(file.bytes));
  }

  /** Puts another text on the side of what there is. */
  setBefore(id: string, name: string, before: string): void {
    this.put(this.uriOf(id, 'before', name), before, true);
  }

  /** The document in which the edit can be changed; undefined while none shows it. */
  document(id: string, name: string): vscode.TextDocument | undefined {
    const uri = this.uriOf(id, 'after', name).toString();
    return vscode.workspace.textDocuments.find(
      (document) => !document.isClosed && document.uri.toString() === uri,
    );
  }

  /** Whether the document is one of the two sides of this edit. */
  isOf(uri: vscode.Uri, id: string, name: string): boolean {
    return (['before', 'after'] as const).some(
      (side) => this.uriOf(id, side, name).toString() === uri.toString(),
    );
  }

  /** Whether a tab shows it. */
  isShown(id: string, name: string): boolean {
    return this.tabs(id, name).length > 0;
  }

  /** It is decided: closes its tab and forgets it. */
  async close(id: string, name: string): Promise<void> {
    const after = this.uriOf(id, 'after', name);
    const tabs = this.tabs(id, name);
    for (const document of vscode.workspace.textDocuments) {
      // Else closing would ask whether to keep what nobody can open again.
      if (document.uri.toString() === after.toString() && document.isDirty) await document.save();
    }
    await vscode.window.tabGroups.close(tabs);
    for (const side of ['before', 'after'] as const)
      this.files.delete(this.uriOf(id, side, name).path);
  }

  /** All that a conversation changed, in the editor for many files. */
  async showAll(
    title: string,
    files: readonly { readonly file: vscode.Uri; readonly name: string; readonly before: string }[],
  ): Promise<void> {
    const resources = files.map(({ file, name, before }) => {
      const left = this.uriOf('changes', 'before', name);
      this.put(left, before, true);
      return [file, left, file] as const;
    });
    await vscode.commands.executeCommand('vscode.changes', title, resources);
  }

  dispose(): void {
    this.store.dispose();
    this.changed.dispose();
  }

  private tabs(id: string, name: string): readonly vscode.Tab[] {
    const after = this.uriOf(id, 'after', name).toString();
    return vscode.window.tabGroups.all.flatMap(({ tabs }) =>
      tabs.filter(
        ({ input }) =>
          input instanceof vscode.TabInputTextDiff && input.modified.toString() === after,
      ),
    );
  }

  private put(uri: vscode.Uri, text: string, isReadOnly: boolean): void {
    const mtime = (this.files.get(uri.path)?.mtime ?? 0) + 1;
    this.files.set(uri.path, { bytes: new TextEncoder().encode(text), isReadOnly, mtime });
    this.changed.fire([{ type: vscode.FileChangeType.Changed, uri }]);
  }

  /** The name comes last, so that the editor knows the language. */
  private uriOf(id: string, side: 'before' | 'after' | 'now', name: string): vscode.Uri {
    return vscode.Uri.from({
      scheme: this.scheme,
      path: `/${encodeURIComponent(id)}/${side}/${name}`,
    });
  }

  private provider(): vscode.FileSystemProvider {
    const fileAt = (uri: vscode.Uri): ProposalFile => {
      const file = this.files.get(uri.path);
      if (file === undefined) throw vscode.FileSystemError.FileNotFound(uri);
      return file;
    };
    const refused = (uri: vscode.Uri): never => {
      throw vscode.FileSystemError.NoPermissions(uri);
    };
    return {
      onDidChangeFile: this.changed.event,
      watch: () => new vscode.Disposable(() => undefined),
      stat: (uri) => {
        const { bytes, isReadOnly, mtime } = fileAt(uri);
        const stats = { type: vscode.FileType.File, ctime: 0, mtime, size: bytes.length };
        return isReadOnly ? { ...stats, permissions: vscode.FilePermission.Readonly } : stats;
      },
      readFile: (uri) => fileAt(uri).bytes,
      writeFile: (uri, content) => {
        const file = fileAt(uri);
        if (file.isReadOnly) refused(uri);
        file.bytes = content;
        file.mtime++;
      },
      readDirectory: () => [],
      createDirectory: refused,
      delete: refused,
      rename: refused,
    };
  }
}
