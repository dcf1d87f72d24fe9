import * as vscode from 'vscode';
import { assertNever } from '../core/assertNever';
import type { Chat } from '../core/chat';
import type { BlockHead } from '../core/contentBlock';
import type { Disposable } from '../core/disposable';
import type { TurnBlock, TurnDocument } from '../core/turnDocument';

const scheme = 'caudal-block';

/** Blocks of this window's turns as documents that VS Code shows whole and nobody can edit, however long they are. */
export class BlockDocuments implements vscode.TextDocumentContentProvider, Disposable {
  private readonly registration = vscode.workspace.registerTextDocumentContentProvider(
    scheme,
    this,
  );

  constructor(private readonly chat: Pick<Chat, 'conversations'>) {}

  async open(turn: TurnDocument, block: TurnBlock): Promise<void> {
    const uri = vscode.Uri.from({
      scheme,
      path: `/${nameOf(block.head)}`,
      // An answer that grows is another document each time it is opened: one that is open does not change.
      query: [turn.id, block.id, block.text.length].join(' '),
    });
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document);
  }

  provideTextDocumentContent({ query }: vscode.Uri): string {
    const [turnId = '', blockId] = query.split(' ');
    for (const conversation of this.chat.conversations) {
      const block = conversation.turn(turnId)?.blocks.find(({ id }) => String(id) === blockId);
      if (block !== undefined) return block.text.toString();
    }
    return vscode.l10n.t('This chat is not open in this window any more.');
  }

  dispose(): void {
    this.registration.dispose();
  }
}

/** What the tab is called; its end says the language. */
function nameOf(head: BlockHead): string {
  switch (head.kind) {
    case 'text':
    case 'server_tool_result':
      return `${vscode.l10n.t('Answer')}.md`;
    case 'thinking':
    case 'redacted_thinking':
      return `${vscode.l10n.t('Thinking')}.md`;
    case 'tool_use':
    case 'server_tool_use':
    case 'unknown':
      return `${vscode.l10n.t('Content')}.json`;
    case 'tool_run':
    case 'tool_result':
    case 'attachment':
      return `${vscode.l10n.t('Content')}.txt`;
    default:
      return assertNever(head);
  }
}
