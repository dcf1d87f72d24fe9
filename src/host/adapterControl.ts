import * as vscode from 'vscode';
import { DisposableStore, type Disposable } from '../core/disposable';
import type { SseAdapter } from '../node/sseAdapter';
import type { CommandId } from './commandIds';

const showAdapter: CommandId = 'caudal.startSseAdapter';

/** Starts and stops the SSE adapter, and shows in the status bar that it runs and how many clients it has. */
export class AdapterControl implements Disposable {
  private readonly disposables = new DisposableStore();
  private running: { readonly adapter: SseAdapter; readonly url: string } | undefined;
  private starting: Promise<void> | undefined;
  private item: vscode.StatusBarItem | undefined;
  private disposed = false;

  /** @param startAdapter Loads the adapter's code and starts it. */
  constructor(private readonly startAdapter: () => Promise<SseAdapter>) {}

  /** The adapter, while it runs. */
  get adapter(): SseAdapter | undefined {
    return this.running?.adapter;
  }

  /** The token in use, for the log to leave out. */
  get secrets(): readonly string[] {
    return this.running === undefined ? [] : [this.running.adapter.token];
  }

  /** The text in the status bar; undefined while the adapter does not run. */
  get statusText(): string | undefined {
    return this.item?.text;
  }

  /**
   * Starts the adapter, or finds it running, and shows its address.
   *
   * @throws what the system says where the port cannot be had.
   */
  async start(): Promise<void> {
    this.starting ??= this.open().finally(() => (this.starting = undefined));
    if (this.running === undefined) await this.starting;
    // Not awaited: the message stays until the person closes it.
    void this.show();
  }

  async stop(): Promise<void> {
    await this.starting;
    const { running } = this;
    this.running = undefined;
    this.item?.dispose();
    this.item = undefined;
    this.setContext(false);
    await running?.adapter.close();
  }

  dispose(): void {
    this.disposed = true;
    this.disposables.dispose();
    void this.stop();
  }

  private async open(): Promise<void> {
    if (this.running !== undefined) return;
    const adapter = await this.startAdapter();
    if (this.disposed) return adapter.close();
    const outside = await vscode.env.asExternalUri(vscode.Uri.parse(adapter.url));
    // Where the port is forwarded by a path it has no origin of its own: then the address on this machine is shown.
    const hasOrigin = outside.path === '' || outside.path === '/';
    const url = hasOrigin ? `${outside.scheme}://${outside.authority}` : adapter.url;
    adapter.allowHost(outside.authority);
    this.running = { adapter, url };
    this.item = vscode.window.createStatusBarItem(
      'caudal.sseAdapter',
      vscode.StatusBarAlignment.Right,
      99,
    );
    this.item.name = vscode.l10n.t('Caudal SSE adapter');
    this.item.command = showAdapter;
    this.item.show();
    this.update();
    adapter.onDidChangeClients(() => this.update());
    this.setContext(true);
  }

  private async show(): Promise<void> {
    const { running } = this;
    if (running === undefined) return;
    const copyUrl = vscode.l10n.t('Copy URL');
    const copyToken = vscode.l10n.t('Copy token');
    const stop = vscode.l10n.t('Stop');
    const choice = await vscode.window.showInformationMessage(
      vscode.l10n.t(
        'The SSE adapter runs at {0}. Who has its token can use your key and read your chats.',
        running.url,
      ),
      copyUrl,
      copyToken,
      stop,
    );
    if (choice === copyUrl) await vscode.env.clipboard.writeText(running.url);
    if (choice === copyToken) await vscode.env.clipboard.writeText(running.adapter.token);
    if (choice === stop) await this.stop();
  }

  private update(): void {
    const { item, running } = this;
    if (item === undefined || running === undefined) return;
    const { clients } = running.adapter;
    item.text = `$(broadcast) SSE: ${clients}`;
    const tooltip =
      clients === 1
        ? vscode.l10n.t('SSE adapter: 1 client')
        : vscode.l10n.t('SSE adapter: {0} clients', clients);
    item.tooltip = tooltip;
    item.accessibilityInformation = { label: tooltip, role: 'button' };
  }

  private setContext(isRunning: boolean): void {
    void vscode.commands.executeCommand('setContext', 'caudal.sseAdapterRunning', isRunning);
  }
}
