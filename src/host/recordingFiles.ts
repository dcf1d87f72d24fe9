import * as vscode from 'vscode';
import { assertNever } from '../core/assertNever';
import {
  parseRecording,
  RecordingError,
  recordingLines,
  serverSentEvents,
  type Recording,
} from '../core/recording';
import type { TurnRecording } from '../core/wireRecord';
import { redact } from './redact';
import { settingsSection } from './settings';

/** The largest file that is read, in bytes. */
const largestFile = 256 * 1024 * 1024;

export interface RecordingFilesPorts {
  readonly extensionVersion: string;
  /** The exact credentials in use. */
  readonly secrets: () => readonly string[];
  readonly wallNow: () => number;
  /** The latest lines of the log, without credentials. */
  readonly logLines: () => readonly string[];
}

/** Recordings and bug reports as files. Nothing leaves without credentials taken out of it. */
export class RecordingFiles {
  constructor(private readonly ports: RecordingFilesPorts) {}

  /** Asks where to, and writes JSON lines or, by the name's end, `.sse`. */
  async save(turns: readonly TurnRecording[]): Promise<void> {
    if (turns.length === 0) {
      void vscode.window.showInformationMessage(
        vscode.l10n.t('There is nothing to save yet: ask something first.'),
      );
      return;
    }
    const target = await vscode.window.showSaveDialog({
      defaultUri: defaultUri('recording.jsonl'),
      filters: {
        [vscode.l10n.t('Recording')]: ['jsonl'],
        [vscode.l10n.t('Server-sent events')]: ['sse'],
      },
      saveLabel: vscode.l10n.t('Save recording'),
    });
    if (target === undefined) return;
    await write(target, target.path.endsWith('.sse') ? this.eventStream(turns) : this.lines(turns));
  }

  /**
   * Asks which file and reads it; undefined where the person chose none.
   *
   * @throws Error in words for the person where it is no recording.
   */
  async open(): Promise<{ readonly name: string; readonly recording: Recording } | undefined> {
    const [file] =
      (await vscode.window.showOpenDialog({
        filters: { [vscode.l10n.t('Recording')]: ['jsonl'] },
        openLabel: vscode.l10n.t('Open recording'),
        canSelectMany: false,
      })) ?? [];
    if (file === undefined) return undefined;
    const { size } = await vscode.workspace.fs.stat(file);
    if (size > largestFile) throw new Error(vscode.l10n.t('The file is too large.'));
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
    try {
      return {
        name: file.path.slice(file.path.lastIndexOf('/') + 1),
        recording: parseRecording(text),
      };
    } catch (error) {
      throw error instanceof RecordingError ? new Error(problemText(error)) : error;
    }
  }

  /** Shows all that a bug report would hold, in an editor, and saves it when the person agrees. */
  async saveBugReport(turns: readonly TurnRecording[]): Promise<void> {
    const document = await vscode.workspace.openTextDocument({
      language: 'jsonl',
      content: this.bugReport(turns),
    });
    await vscode.window.showTextDocument(document, { preview: false });
    const save = vscode.l10n.t('Save');
    const choice = await vscode.window.showInformationMessage(
      vscode.l10n.t(
        'This is all that the bug report holds: versions, settings, the log and the recording with your prompts and the answers. Keys are taken out. Look through it, change what you like, then save it.',
      ),
      save,
    );
    if (choice !== save) return;
    const target = await vscode.window.showSaveDialog({
      defaultUri: defaultUri('caudal-report.jsonl'),
      saveLabel: save,
    });
    if (target !== undefined) await write(target, [document.getText()]);
  }

  private bugReport(turns: readonly TurnRecording[]): string {
    const settings = vscode.workspace.getConfiguration(settingsSection);
    const about = {
      kind: 'report',
      turn: '',
      atMs: 0,
      system: `${process.platform} ${process.arch}`,
      remote: vscode.env.remoteName ?? null,
      settings: Object.fromEntries(
        Object.entries(JSON.parse(JSON.stringify(settings)) as Record<string, unknown>).map(
          ([name, value]) => [name, this.clean(JSON.stringify(value))],
        ),
      ),
      log: this.ports.logLines(),
    };
    const [head = '', ...records] = this.lines(turns);
    return [head.trimEnd(), JSON.stringify(about), ...records.map((line) => line.trimEnd())].join(
      '\n',
    );
  }

  private lines(turns: readonly TurnRecording[]): string[] {
    const versions = { caudal: this.ports.extensionVersion, vscode: vscode.version };
    const head = { savedAt: this.ports.wallNow(), versions };
    const clean = (text: string): string => this.clean(text);
    return [...recordingLines({ head, turns }, clean)].map((line) => `${line}\n`);
  }

  private eventStream(turns: readonly TurnRecording[]): string[] {
    const clean = (text: string): string => this.clean(text);
    return turns.flatMap((turn) => [...serverSentEvents(turn, clean)]);
  }

  private clean(text: string): string {
    return redact(text, this.ports.secrets());
  }
}

function defaultUri(name: string): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  return folder === undefined ? vscode.Uri.file(`/${name}`) : vscode.Uri.joinPath(folder, name);
}

async function write(target: vscode.Uri, lines: readonly string[]): Promise<void> {
  await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(lines.join('')));
}

function problemText({ problem, line }: RecordingError): string {
  switch (problem) {
    case 'not-a-recording':
      return vscode.l10n.t('This file is no recording of Caudal.');
    case 'newer-version':
      return vscode.l10n.t('This recording was made by a newer Caudal. Update the extension.');
    case 'damaged':
      return vscode.l10n.t('The recording is damaged in line {0}.', line);
    default:
      return assertNever(problem);
  }
}
