import * as vscode from 'vscode';
import { assertNever } from '../core/assertNever';
import type { Clock } from '../core/clock';
import { DisposableStore, type Disposable } from '../core/disposable';
import type { Logger } from '../core/logger';
import { recordedPrompt } from '../core/recordedPrompt';
import type { TurnRecording } from '../core/wireRecord';
import type { WireRecorder } from '../core/wireRecorder';
import {
  parseInspectorMessage,
  type HostToInspector,
  type InspectorToHost,
} from '../protocol/inspectorMessages';
import { inspectorPanelType } from './commandIds';
import { errorText } from './errorText';
import type { RecordingFiles } from './recordingFiles';
import type { ReplayTabs } from './replayTabs';
import { loadInspector } from './webviewHost';

/** One frame, in ms: more often than that nobody sees it. */
const frameMs = 16;
/** Records in one message, and their weight in UTF-16 units: more would hold the page up. */
const recordsAtOnce = 2_000;
const sizeAtOnce = 1_000_000;
/** Characters of a prompt in the list of answers. */
const labelLength = 60;

export interface InspectorPorts {
  readonly extensionUri: vscode.Uri;
  readonly recorder: WireRecorder;
  readonly files: RecordingFiles;
  readonly replays: ReplayTabs;
  readonly clock: Clock;
  readonly log: Logger;
  readonly failed: (what: string, error: unknown) => void;
}

/** The stream inspector's tab, and what its commands do. While it is closed, nothing of it runs. */
export class Inspector implements Disposable {
  private tab: InspectorTab | undefined;

  constructor(private readonly ports: InspectorPorts) {}

  /** Shows the turns of this window, this one or the latest first. */
  open(turn?: string): void {
    this.tabNow().showLive(turn);
  }

  /** The turn that the tab shows, else all of this window's. */
  async saveRecording(): Promise<void> {
    await this.ports.files.save(this.turnsToSave());
  }

  async saveBugReport(): Promise<void> {
    await this.ports.files.saveBugReport(this.turnsToSave());
  }

  async openRecording(): Promise<void> {
    const opened = await this.ports.files.open();
    if (opened !== undefined) this.tabNow().showFile(opened.name, opened.recording.turns);
  }

  dispose(): void {
    this.tab?.close();
  }

  private turnsToSave(): readonly TurnRecording[] {
    const shown = this.tab?.shown;
    return shown === undefined ? this.ports.recorder.turns : [shown];
  }

  private tabNow(): InspectorTab {
    if (this.tab !== undefined) {
      this.tab.reveal();
      return this.tab;
    }
    const tab = new InspectorTab(this, this.ports, () => {
      if (this.tab === tab) this.tab = undefined;
    });
    this.tab = tab;
    return tab;
  }
}

class InspectorTab {
  private readonly disposables = new DisposableStore();
  private readonly panel: vscode.WebviewPanel;
  /** Undefined: the turns of this window. */
  private file: { readonly name: string; readonly turns: readonly TurnRecording[] } | undefined;
  private turnId: string | undefined;
  /** Whether a turn that begins is shown at once: nobody has chosen another. */
  private followsLatest = true;
  /** The turns that the page knows. */
  private listed: ReadonlySet<string> = new Set();
  private lost = 0;
  /** What the page asked for and does not have yet. */
  private wanted: { readonly turn: string; readonly from: number } | undefined;
  private timer: Disposable | undefined;
  private replayTimer: Disposable | undefined;
  private ready = false;

  constructor(
    private readonly inspector: Inspector,
    private readonly ports: InspectorPorts,
    onClose: () => void,
  ) {
    const { extensionUri, recorder, replays } = ports;
    this.panel = vscode.window.createWebviewPanel(
      inspectorPanelType,
      vscode.l10n.t('Stream inspector'),
      vscode.ViewColumn.Active,
      { retainContextWhenHidden: false, enableFindWidget: false },
    );
    this.panel.iconPath = {
      light: vscode.Uri.joinPath(extensionUri, 'media', 'icons', 'tab-light.svg'),
      dark: vscode.Uri.joinPath(extensionUri, 'media', 'icons', 'tab-dark.svg'),
    };
    this.disposables.add(this.panel.webview.onDidReceiveMessage((value) => this.receive(value)));
    this.disposables.add(recorder.onDidRecord((turn) => this.onRecorded(turn)));
    this.disposables.add(replays.onDidChange(() => this.onReplay()));
    this.panel.onDidDispose(() => {
      this.timer?.dispose();
      this.replayTimer?.dispose();
      this.disposables.dispose();
      onClose();
    });
    loadInspector(this.panel.webview, extensionUri);
  }

  get shown(): TurnRecording | undefined {
    return this.turns.find(({ turn }) => turn === this.turnId);
  }

  showLive(turn: string | undefined): void {
    this.file = undefined;
    this.turnId = turn;
    this.followsLatest = turn === undefined;
    this.postSource();
  }

  showFile(name: string, turns: readonly TurnRecording[]): void {
    this.file = { name, turns };
    this.turnId = undefined;
    this.postSource();
  }

  reveal(): void {
    this.panel.reveal();
  }

  close(): void {
    this.panel.dispose();
  }

  private get turns(): readonly TurnRecording[] {
    return this.file?.turns ?? this.ports.recorder.turns;
  }

  private receive(value: unknown): void {
    const message = parseInspectorMessage(value);
    if (message === undefined) {
      this.ports.log.warn('A message from the stream inspector was dropped');
      return;
    }
    this.handle(message).catch((error: unknown) => this.ports.failed(message.type, error));
  }

  private async handle(message: InspectorToHost): Promise<void> {
    const { replays, log } = this.ports;
    switch (message.type) {
      case 'ready':
        this.ready = true;
        return this.postSource();
      case 'show':
        this.turnId = message.turn;
        this.followsLatest = false;
        return this.postSource();
      case 'next':
        this.wanted = { turn: message.turn, from: message.from };
        return this.answer();
      case 'replay':
        if (this.shown !== undefined) replays.play(this.shown, message.pace);
        return;
      case 'copy':
        return vscode.env.clipboard.writeText(message.text);
      case 'viewError':
        log.error(`The stream inspector reports: ${message.message}`);
        return;
      case 'run':
        switch (message.command) {
          case 'save':
            return this.inspector.saveRecording();
          case 'open':
            return this.inspector.openRecording();
          case 'bugReport':
            return this.inspector.saveBugReport();
          case 'pause':
            return replays.pause();
          default:
            return assertNever(message.command);
        }
      default:
        return assertNever(message);
    }
  }

  private onRecorded(turn: string): void {
    if (this.file !== undefined || this.timer !== undefined) return;
    const isNew = !this.listed.has(turn);
    if (isNew && this.followsLatest) this.turnId = turn;
    if (!isNew && turn !== this.turnId) return;
    this.timer = this.ports.clock.setTimer(frameMs, () => {
      this.timer = undefined;
      const lost = this.shown?.lost ?? 0;
      if (isNew || lost !== this.lost) this.postSource();
      else this.answer();
    });
  }

  private onReplay(): void {
    this.replayTimer ??= this.ports.clock.setTimer(frameMs, () => {
      this.replayTimer = undefined;
      this.postReplay();
    });
  }

  private postSource(): void {
    if (!this.ready) return;
    const { turns } = this;
    const shown = this.shown ?? turns.at(-1);
    this.turnId = shown?.turn ?? this.turnId;
    this.lost = shown?.lost ?? 0;
    this.wanted = undefined;
    this.listed = new Set(turns.map(({ turn }) => turn));
    this.post({
      type: 'source',
      file: this.file?.name ?? null,
      turns: turns.map((turn) => ({ id: turn.turn, label: labelOf(turn) })),
      turn: shown?.turn ?? null,
      lost: this.lost,
    });
    this.postReplay();
  }

  private postReplay(): void {
    const { replays } = this.ports;
    const position = replays.positionIn(this.shown);
    this.post({ type: 'replay', position, isPaused: replays.isPaused });
  }

  /** Gives the page what it wants and does not have; nothing where there is nothing new. */
  private answer(): void {
    const { wanted, shown } = this;
    if (wanted === undefined || shown?.turn !== wanted.turn) return;
    if (shown.records.length <= wanted.from) return;
    const records = [];
    let size = 0;
    for (let i = wanted.from; i < shown.records.length; i++) {
      const record = shown.records[i];
      if (record === undefined || records.length >= recordsAtOnce || size > sizeAtOnce) break;
      records.push(record);
      size += record.kind === 'event' ? record.data.length : 0;
    }
    this.wanted = undefined;
    this.post({ type: 'records', turn: wanted.turn, from: wanted.from, records });
  }

  private post(message: HostToInspector): void {
    this.panel.webview.postMessage(message).then(undefined, (error: unknown) => {
      this.ports.log.debug(`The stream inspector took no ${message.type}: ${errorText(error)}`);
    });
  }
}

function labelOf(turn: TurnRecording): string {
  const [line = ''] = recordedPrompt(turn).trim().split(/\r?\n/, 1);
  return line.length <= labelLength ? line : `${line.slice(0, labelLength - 1)}…`;
}
