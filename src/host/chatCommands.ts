import * as vscode from 'vscode';
import type { Chat } from '../core/chat';
import type { Conversation } from '../core/conversation';
import type { Destination } from '../protocol/hostToView';
import type { ChatsPicker } from './chatsPicker';
import type { EditorPanels } from './editorPanels';
import type { KeptChats } from './keptChats';
import { selectionOf } from './selection';
import type { SidebarView } from './sidebarView';
import type { Surface } from './surface';
import type { ToolPicker } from './toolPicker';

/** The commands around conversations and the places that show them. */
export class ChatCommands {
  constructor(
    private readonly chat: Chat,
    private readonly kept: KeptChats,
    private readonly sidebar: SidebarView,
    private readonly panels: EditorPanels,
    private readonly picker: ChatsPicker,
    private readonly toolPicker: ToolPicker,
  ) {}

  focus(): Promise<void> {
    return this.sidebar.reveal();
  }

  /** A conversation that has no prompt yet is a new chat already. */
  async newChat(from?: Surface): Promise<void> {
    const surface = from ?? (await this.activeSurface());
    if (surface.conversation.turns.length > 0) surface.show(this.kept.create());
    await surface.reveal();
  }

  async showChats(from?: Surface): Promise<void> {
    const surface = from ?? (await this.activeSurface());
    const id = await this.picker.choose(surface.conversation);
    if (id === undefined) return;
    const chosen = await this.kept.open(id);
    if (chosen === undefined) {
      await this.kept.delete(id);
      void vscode.window.showInformationMessage(
        vscode.l10n.t('This chat’s file is not there any more.'),
      );
      return;
    }
    surface.show(chosen);
    await surface.reveal();
  }

  async openInEditor(from?: Surface): Promise<void> {
    const surface = from ?? (await this.activeSurface());
    await this.panels.open(surface.conversation).reveal();
  }

  /** Asks which tools the chat uses besides Caudal's own. */
  async chooseTools(from?: Surface): Promise<void> {
    const { conversation } = from ?? (await this.activeSurface());
    await this.toolPicker.choose(conversation);
  }

  /** Asks for a summary with which the chat goes on. */
  async compact(from?: Surface): Promise<void> {
    const { conversation } = from ?? (await this.activeSurface());
    if (this.chat.compact(conversation) === undefined) {
      void vscode.window.showInformationMessage(
        vscode.l10n.t('There is nothing to summarise yet.'),
      );
    }
  }

  /** Goes on in a copy of a conversation that another window owns. */
  async continueInCopy(surface: Surface): Promise<void> {
    surface.show(await this.kept.writable(surface.conversation));
    await surface.reveal();
  }

  /** Stops the chat that is shown, else the one that runs elsewhere; asks where there are several. */
  async stop(): Promise<void> {
    const shown = (await this.activeSurface()).conversation;
    const running = this.chat.conversations.filter((one) => isRunning(one));
    const stopped =
      running.find((one) => one === shown) ??
      (running.length < 2
        ? running[0]
        : await this.picker.chooseRunning(running, vscode.l10n.t('Stop which chat?')));
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
    const surface = await this.receiver();
    surface.attach(attachment);
    await surface.reveal();
  }

  /** The chat on screen that takes what comes from elsewhere. */
  async receiver(): Promise<Surface> {
    await this.sidebar.ready();
    return this.sidebar.visible ? this.sidebar : (this.panels.visible ?? this.sidebar);
  }

  /** Moves within the chat that is shown. */
  async go(to: Destination): Promise<void> {
    (await this.activeSurface()).go(to);
  }

  /** The place that a command from the palette or a key is about. */
  private async activeSurface(): Promise<Surface> {
    const { active } = this.panels;
    if (active !== undefined) return active;
    await this.sidebar.ready();
    return this.sidebar;
  }
}

function isRunning(conversation: Conversation): boolean {
  return conversation.turns.some((turn) => !turn.isTerminal);
}
