import * as vscode from 'vscode';
import type { Disposable } from '../core/disposable';

const scheme = 'caudal-code';

/**
 * Documents of an answer's code that VS Code shows and nobody can edit. The address has the text in it: VS Code closes a
 * document that only a preview shows, and asks for it again later.
 */
export class CodeDocuments implements vscode.TextDocumentContentProvider, Disposable {
  private readonly registration = vscode.workspace.registerTextDocumentContentProvider(
    scheme,
    this,
  );

  /** @param name - what its tab is called; its end says the language. */
  uri(name: string, text: string): vscode.Uri {
    return vscode.Uri.from({ scheme, path: `/${name}`, query: text });
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return uri.query;
  }

  dispose(): void {
    this.registration.dispose();
  }
}
