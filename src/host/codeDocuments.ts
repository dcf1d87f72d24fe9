import * as vscode from 'vscode';
import type { Disposable } from '../core/disposable';

const scheme = 'caudal-code';

/** Documents of an answer's code that VS Code shows and nobody can edit. Each is kept while it is open. */
export class CodeDocuments implements vscode.TextDocumentContentProvider, Disposable {
  private readonly texts = new Map<string, string>();
  private readonly registrations: vscode.Disposable;
  private last = 0;

  constructor() {
    this.registrations = vscode.Disposable.from(
      vscode.workspace.registerTextDocumentContentProvider(scheme, this),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.texts.delete(uri.toString())),
    );
  }

  /** @param name - what its tab is called; its end says the language. */
  create(name: string, text: string): vscode.Uri {
    this.last += 1;
    const uri = vscode.Uri.from({ scheme, path: `/${this.last}/${name}` });
    this.texts.set(uri.toString(), text);
    return uri;
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.toString()) ?? '';
  }

  dispose(): void {
    this.registrations.dispose();
    this.texts.clear();
  }
}
