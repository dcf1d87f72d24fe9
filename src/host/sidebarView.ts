import * as vscode from 'vscode';
import type { Conversation, PromptAttachment } from '../core/conversation';
import { DisposableStore, type Disposable } from '../core/disposable';
import { Emitter } from '../core/emitter';
import { chatViewId } from './commandIds';
import type { Surface } from './surface';
import { ViewBridge, type ViewBridgePorts } from './viewBridge';
import { loadPage, webviewPort } from './webviewHost';

/** The chat in the side bar. It exists before its webview does: what it shows is decided here. */
export class SidebarView implements Surface, vscode.WebviewViewProvider, Disposable {
  readonly kind = 'sidebar';
  private readonly shownChanged = new Emitter<void>();
  /** Fires when another conversation is shown. */
  readonly onDidShow = this.shownChanged.event;

  private shown: Conversation | undefined;
  private open:
    | {
        readonly view: vscode.WebviewView;
        readonly bridge: ViewBridge;
        readonly store: DisposableStore;
      }
    | undefined;
  /** What came before there was a view. */
  private waiting: PromptAttachment[] = [];
  private focusDue = false;

  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly firstConversation: () => Conversation,
    private readonly bridgePorts: (surface: Surface) => ViewBridgePorts,
  ) {}

  get conversation(): Conversation {
    this.shown ??= this.firstConversation();
    return this.shown;
  }

  get visible(): boolean {
    return this.open?.view.visible ?? false;
  }

  get bridge(): ViewBridge | undefined {
    return this.open?.bridge;
  }

  show(conversation: Conversation): void {
    if (this.open === undefined) this.onShown(conversation);
    else this.open.bridge.show(conversation);
  }

  async reveal(): Promise<void> {
    this.focusDue = this.open === undefined;
    await vscode.commands.executeCommand(`${chatViewId}.focus`);
    if (!this.focusDue) this.open?.bridge.focusComposer();
  }

  attach(attachment: PromptAttachment): void {
    if (this.open === undefined) this.waiting.push(attachment);
    else this.open.bridge.attach(attachment);
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.open?.store.dispose();
    const store = new DisposableStore();
    const bridge = store.add(
      new ViewBridge(webviewPort(view.webview), this.conversation, this.bridgePorts(this), (now) =>
        this.onShown(now),
      ),
    );
    const opened = { view, bridge, store };
    this.open = opened;
    store.add(view.onDidChangeVisibility(() => bridge.setVisible(view.visible)));
    store.add(
      view.onDidDispose(() => {
        store.dispose();
        if (this.open === opened) this.open = undefined;
      }),
    );
    loadPage(view.webview, this.extensionUri, 'sidebar');
    for (const attachment of this.waiting.splice(0)) bridge.attach(attachment);
    if (this.focusDue) bridge.focusComposer();
    this.focusDue = false;
  }

  dispose(): void {
    this.open?.store.dispose();
    this.shownChanged.dispose();
  }

  private onShown(conversation: Conversation): void {
    this.shown = conversation;
    this.shownChanged.fire();
  }
}
