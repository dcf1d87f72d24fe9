import * as vscode from 'vscode';
import type { Conversation, PromptAttachment } from '../core/conversation';
import { DisposableStore, type Disposable } from '../core/disposable';
import type { AttachedFile } from '../protocol/attachedFile';
import type { Destination } from '../protocol/hostToView';
import { chatPanelType } from './commandIds';
import { titleOf } from './conversationTitle';
import type { Surface } from './surface';
import { ViewBridge, type ViewBridgePorts } from './viewBridge';
import { loadPage, webviewPort, type PageFolders } from './webviewHost';

/** The chats in editor tabs. Each keeps its own conversation. */
export class EditorPanels implements vscode.WebviewPanelSerializer, Disposable {
  private readonly panels = new Set<EditorPanel>();

  constructor(
    private readonly folders: PageFolders,
    /** What a tab shows that was open before the window was reloaded; undefined where it does not say what it showed. */
    private readonly conversationAfterReload: (id: string | undefined) => Promise<Conversation>,
    private readonly bridgePorts: (surface: Surface) => ViewBridgePorts,
  ) {}

  /** The tab that has the focus. */
  get active(): EditorPanel | undefined {
    return [...this.panels].find((panel) => panel.isActive);
  }

  /** A tab that can be seen. */
  get visible(): EditorPanel | undefined {
    return this.active ?? [...this.panels].find((panel) => panel.visible);
  }

  get all(): readonly EditorPanel[] {
    return [...this.panels];
  }

  /**
   * Shows a conversation in a tab: in the one that shows it already, else in a new one. `beside` leaves what is being
   * looked at in sight, and the focus there.
   */
  open(conversation: Conversation, where: 'here' | 'beside' = 'here'): EditorPanel {
    const shown = [...this.panels].find((panel) => panel.conversation === conversation);
    if (shown !== undefined) {
      shown.bringForward();
      return shown;
    }
    const panel = vscode.window.createWebviewPanel(
      chatPanelType,
      titleOf(conversation),
      where === 'here'
        ? vscode.ViewColumn.Active
        : { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
      { enableFindWidget: true, retainContextWhenHidden: false },
    );
    return this.adopt(panel, conversation);
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const closed = new AbortController();
    panel.onDidDispose(() => closed.abort());
    const conversation = await this.conversationAfterReload(shownIn(state));
    if (!closed.signal.aborted) this.adopt(panel, conversation);
  }

  dispose(): void {
    for (const panel of this.panels) panel.dispose();
    this.panels.clear();
  }

  private adopt(panel: vscode.WebviewPanel, conversation: Conversation): EditorPanel {
    panel.iconPath = {
      light: vscode.Uri.joinPath(this.folders.extension, 'media', 'icons', 'tab-light.svg'),
      dark: vscode.Uri.joinPath(this.folders.extension, 'media', 'icons', 'tab-dark.svg'),
    };
    const editor = new EditorPanel(panel, this.folders, conversation, this.bridgePorts);
    this.panels.add(editor);
    panel.onDidDispose(() => {
      this.panels.delete(editor);
      editor.dispose();
    });
    return editor;
  }
}

/** Which conversation a page showed, by what it kept of itself. */
function shownIn(state: unknown): string | undefined {
  if (typeof state !== 'object' || state === null || !('conversation' in state)) return undefined;
  return typeof state.conversation === 'string' ? state.conversation : undefined;
}

/** One chat in an editor tab. */
export class EditorPanel implements Surface, Disposable {
  readonly kind = 'editor';
  readonly bridge: ViewBridge;
  private readonly disposables = new DisposableStore();
  private titleListener: Disposable | undefined;

  constructor(
    private readonly panel: vscode.WebviewPanel,
    folders: PageFolders,
    conversation: Conversation,
    bridgePorts: (surface: Surface) => ViewBridgePorts,
  ) {
    this.bridge = this.disposables.add(
      new ViewBridge(webviewPort(panel.webview), conversation, bridgePorts(this), (now) =>
        this.follow(now),
      ),
    );
    let { visible } = panel;
    this.disposables.add(
      panel.onDidChangeViewState(() => {
        if (visible === panel.visible) return;
        visible = panel.visible;
        this.bridge.setVisible(visible);
      }),
    );
    this.follow(conversation);
    loadPage(panel.webview, folders, 'editor');
  }

  get conversation(): Conversation {
    return this.bridge.conversation;
  }

  get isActive(): boolean {
    return this.panel.active;
  }

  get visible(): boolean {
    return this.panel.visible;
  }

  get title(): string {
    return this.panel.title;
  }

  show(conversation: Conversation): void {
    this.bridge.show(conversation);
  }

  bringForward(): void {
    this.panel.reveal();
  }

  reveal(): Promise<void> {
    this.bringForward();
    this.bridge.focusComposer();
    return Promise.resolve();
  }

  go(to: Destination): void {
    this.bridge.go(to);
  }

  attach(attachment: PromptAttachment): void {
    this.bridge.attach(attachment);
  }

  prepareImage(file: AttachedFile): void {
    this.bridge.prepareImage(file);
  }

  close(): void {
    this.panel.dispose();
  }

  dispose(): void {
    this.titleListener?.dispose();
    this.disposables.dispose();
  }

  private follow(conversation: Conversation): void {
    this.titleListener?.dispose();
    this.titleListener = conversation.onDidChange((change) => {
      if (change.kind === 'title') this.panel.title = titleOf(conversation);
    });
    this.panel.title = titleOf(conversation);
  }
}
