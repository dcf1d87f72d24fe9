import * as vscode from 'vscode';
import type { Chat } from '../core/chat';
import type { Conversation } from '../core/conversation';
import { pickChat } from './chatsPicker';
import type { EditorPanels } from './editorPanels';
import { selectionOf } from './selection';
import type { SidebarView } from './sidebarView';
import type { Surface } from './surface';

/** The commands around conversations and the places that show them. */
export class ChatCommands {
  constructor(
    private readonly chat: Chat,
    private readonly sidebar: SidebarView,
    private readonly panels: EditorPanels,
  ) {}

  /** The place that a command from the palette or a key is about. */
  get activeSurface(): Surface {
    return this.panels.active ?? this.sidebar;
  }

  focus(): Promise<void> {
    return this.sidebar.reveal();
  }

  /** A conversation that has no prompt yet is a new chat already. */
  async newChat(surface: Surface = this.activeSurface): Promise<void> {
    if (surface.conversation.turns.length > 0) surface.show(this.chat.newConversation());
    await surface.reveal();
  }

  async showChats(surface: Surface = this.activeSurface): Promise<void> {
    const shown = surface.conversation;
    // Conversations without a prompt are nothing to come back to.
    const listed = this.chat.conversations.filter((one) => one === shown || one.turns.length > 0);
    const chosen = await pickChat(listed, shown, vscode.l10n.t('Show chat'));
    if (chosen === undefined) return;
    surface.show(chosen);
    await surface.reveal();
  }

  openInEditor(surface: Surface = this.activeSurface): Promise<void> {
    return this.panels.open(surface.conversation).reveal();
  }

  /** Stops the chat that is shown, else the one that runs elsewhere; asks where there are several. */
  async stop(): Promise<void> {
    const shown = this.activeSurface.conversation;
    const running = this.chat.conversations.filter((one) => isRunning(one));
    const stopped =
      running.find((one) => one === shown) ??
      (running.length < 2
        ? running[0]
        : await pickChat(running, shown, vscode.l10n.t('Stop which chat?')));
    if (stopped !== undefined) this.chat.stopRunning(stopped);
  }

  async askSelection(): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    const attachment = editor === undefined ? undefined : selectionOf(editor);
    if (attachment === undefined) {
      void vscode.window.showInformationMessage(
        vscode.l10n.t('Select some text in an editor first, then ask about it.'),
      );
      return;
    }
    const surface = this.sidebar.visible ? this.sidebar : (this.panels.visible ?? this.sidebar);
    surface.attach(attachment);
    await surface.reveal();
  }
}

function isRunning(conversation: Conversation): boolean {
  return conversation.turns.some((turn) => !turn.isTerminal);
}
