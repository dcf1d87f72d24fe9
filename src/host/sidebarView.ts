import * as vscode from 'vscode';
import type { Conversation, PromptAttachment } from '../core/conversation';
import { DisposableStore, type Disposable } from '../core/disposable';
import { Emitter } from '../core/emitter';
import type { AttachedFile } from '../protocol/attachedFile';
import type { Destination } from '../protocol/hostToView';
import { chatViewId } from './commandIds';
import type { Surface } from './surface';
import { ViewBridge, type ViewBridgePorts } from './viewBridge';
import { loadPage, webviewPort, type PageFolders } from './webviewHost';

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
        readonly store: DisposableStore;
        /** Undefined until it is known what to show. */
        bridge?: ViewBridge;
      }
    | undefined;
  private opening: Promise<Conversation> | undefined;
  /** What came before there was a view. */
  private waiting: ((bridge: ViewBridge) => void)[] = [];
  private focusDue = false;

  constructor(
    private readonly folders: PageFolders,
    /** What was shown when the window was last open, which has to be read. */
    private readonly conversationAfterReload: () => Promise<Conversation>,
    private readonly newConversation: () => Conversation,
    private readonly bridgePorts: (surface: Surface) => ViewBridgePorts,
  ) {}

  /** Asked before {@link ready}, it is a new conversation, and stays it. */
  get conversation(): Conversation {
    return this.shown ?? this.onShown(this.newConversation());
  }

  /** Resolves once it is known what to show. */
  async ready(): Promise<void> {
    this.opening ??= this.conversationAfterReload();
    const conversation = await this.opening;
    if (this.shown === undefined) this.onShown(conversation);
  }

  get visible(): boolean {
    return this.open?.view.visible ?? false;
  }

  /** The number on the view's icon; none for 0. Lasts as long as the view does. */
  setBadge(count: number): void {
    if (this.open === undefined) return;
    const tooltip =
      count === 1 ? vscode.l10n.t('1 approval waits') : vscode.l10n.t('{0} approvals wait', count);
    this.open.view.badge = count === 0 ? undefined : { value: count, tooltip };
  }

  get bridge(): ViewBridge | undefined {
    return this.open?.bridge;
  }

  show(conversation: Conversation): void {
    if (this.bridge === undefined) this.onShown(conversation);
    else this.bridge.show(conversation);
  }

  shows(conversation: Conversation): boolean {
    return this.shown === conversation;
  }

  async reveal(): Promise<void> {
    this.focusDue = this.bridge === undefined;
    await vscode.commands.executeCommand(`${chatViewId}.focus`);
    if (!this.focusDue) this.bridge?.focusComposer();
  }

  go(to: Destination): void {
    this.bridge?.go(to);
  }

  attach(attachment: PromptAttachment): void {
    this.withBridge((bridge) => bridge.attach(attachment));
  }

  prepareImage(file: AttachedFile): void {
    this.withBridge((bridge) => bridge.prepareImage(file));
  }

  async resolveWebviewView(view: vscode.WebviewView): Promise<void> {
    this.open?.store.dispose();
    const store = new DisposableStore();
    const opened: NonNullable<SidebarView['open']> = { view, store };
    this.open = opened;
    store.add(
      view.onDidDispose(() => {
        store.dispose();
        if (this.open === opened) this.open = undefined;
      }),
    );
    await this.ready();
    if (this.open !== opened) return;
    const bridge = store.add(
      new ViewBridge(webviewPort(view.webview), this.conversation, this.bridgePorts(this), (now) =>
        this.onShown(now),
      ),
    );
    opened.bridge = bridge;
    store.add(view.onDidChangeVisibility(() => bridge.setVisible(view.visible)));
    loadPage(view.webview, this.folders, 'sidebar');
    for (const give of this.waiting.splice(0)) give(bridge);
    if (this.focusDue) bridge.focusComposer();
    this.focusDue = false;
  }

  dispose(): void {
    this.open?.store.dispose();
    this.shownChanged.dispose();
  }

  private withBridge(give: (bridge: ViewBridge) => void): void {
    if (this.bridge === undefined) this.waiting.push(give);
    else give(this.bridge);
  }

  private onShown(conversation: Conversation): Conversation {
    this.shown = conversation;
    this.shownChanged.fire();
    return conversation;
  }
}
