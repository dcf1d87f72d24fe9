import * as vscode from 'vscode';
import type { CodeDocuments } from './codeDocuments';

/** Shows a mermaid diagram in VS Code's own Markdown preview. */
export async function previewDiagram(text: string, documents: CodeDocuments): Promise<void> {
  const name = `${vscode.l10n.t('Diagram')}.md`;
  const document = await vscode.workspace.openTextDocument(
    documents.uri(name, fencedDiagram(text)),
  );
  await vscode.commands.executeCommand('markdown.showPreview', document.uri);
}

/** The diagram as a block whose fence nothing in it can close. */
function fencedDiagram(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}mermaid\n${text}\n${fence}\n`;
}
