import * as vscode from 'vscode';
import type { Conversation, PromptAttachment } from '../core/conversation';
import { fuzzyScore } from '../core/fuzzyScore';
import type { JournalEntry } from '../core/journalIndex';
import type { Suggestion } from '../protocol/suggestion';
import type { Attacher, AttachTarget } from './attacher';
import { AttachRefusal } from './attachRefusal';
import { gitRepository, gitRoots } from './gitRepository';
import { problemsText } from './problemsText';
import { terminalText } from './terminalText';

/** Rows that a person may want to look through. */
const mostShown = 50;
/** Files that are searched; a workspace with more is searched by the editor's own search, by what was typed. */
const mostFiles = 20_000;
/** How long a list of files is good for while somebody types, in ms. */
const listAgeMs = 10_000;
const mostCommits = 30;
const mostSymbols = 10;
/** What has answered by then is shown without waiting for the rest, in ms. */
const soonMs = 150;

export interface SuggestionPorts {
  readonly attacher: Attacher;
  readonly chats: {
    list(): Promise<readonly JournalEntry[]>;
    open(id: string): Promise<Conversation | undefined>;
  };
  /** Text or bytes behind an address, with what it should be called. */
  readonly fetchUrl: (url: string) => Promise<PromptAttachment>;
  readonly wallNow: () => number;
}

/** What can be attached, found by a few letters. Reads names alone; what is in a thing is read when it is chosen. */
export class Suggestions {
  private files: { readonly at: number; readonly list: Promise<readonly vscode.Uri[]> } | undefined;

  constructor(private readonly ports: SuggestionPorts) {}

  /**
   * What is found, best first.
   *
   * @param showSoon gets what is known before the slowest has answered, which may be a language server that only
   *   starts.
   */
  async find(
    typed: string,
    showSoon?: (found: readonly Suggestion[]) => void,
  ): Promise<readonly Suggestion[]> {
    if (/^https?:\/\/[^\s/]/i.test(typed)) {
      return [{ kind: 'url', key: typed, label: typed, detail: vscode.l10n.t('Web page') }];
    }
    const lists: Suggestion[][] = [];
    const all = Promise.allSettled(
      [
        this.sources(),
        this.openEditors(),
        this.filesAndFolders(),
        this.symbols(typed),
        this.commits(),
        this.conversations(),
      ].map(async (list, order) => {
        lists[order] = await list;
      }),
    );
    const soon = setTimeout(() => {
      const found = ranked(typed, lists.flat());
      if (found.length > 0) showSoon?.(found);
    }, soonMs);
    await all;
    clearTimeout(soon);
    return ranked(typed, lists.flat());
  }

  /**
   * Attaches what was chosen.
   *
   * @throws AttachRefusal with the reason for the person.
   */
  async attach({ kind, key, label }: Suggestion, target: AttachTarget): Promise<void> {
    const text = (
      source: 'problems' | 'changes' | 'commit' | 'terminal' | 'conversation',
      content: string,
      nothing: string,
    ): void => {
      if (content.trim() === '') throw new AttachRefusal(nothing);
      target.attach({ attachment: { kind: 'text', path: label, uri: '', source }, content });
    };
    switch (kind) {
      case 'file':
      case 'folder':
      case 'editor':
        return this.ports.attacher.addUri(vscode.Uri.parse(key, true), target);
      case 'symbol':
        return target.attach(await symbolAt(key));
      case 'problems':
        return text('problems', problemsText(), vscode.l10n.t('There are no problems.'));
      case 'changes': {
        const diff = (await gitRepository(key)?.changes()) ?? '';
        return text('changes', diff, vscode.l10n.t('There are no changes.'));
      }
      case 'commit': {
        const [root = '', hash = ''] = key.split('\n');
        const diff = (await gitRepository(root)?.commit(hash)) ?? '';
        return text('commit', diff, vscode.l10n.t('This commit is not there any more.'));
      }
      case 'terminal':
        return text('terminal', await terminalText(key), vscode.l10n.t('The terminal is empty.'));
      case 'url':
        return target.attach(await this.ports.fetchUrl(key));
      case 'conversation': {
        const said = transcriptOf(await this.ports.chats.open(key));
        return text('conversation', said, vscode.l10n.t('This chat is empty.'));
      }
    }
  }

  private sources(): Promise<Suggestion[]> {
    const found: Suggestion[] = [
      {
        kind: 'problems',
        key: '',
        label: vscode.l10n.t('Problems'),
        detail: vscode.l10n.t('Errors and warnings of the workspace'),
      },
    ];
    for (const root of gitRoots()) {
      found.push({
        kind: 'changes',
        key: root,
        label: vscode.l10n.t('Changes'),
        detail: vscode.l10n.t('What git has not committed yet'),
      });
    }
    for (const { name } of vscode.window.terminals) {
      found.push({ kind: 'terminal', key: name, label: name, detail: vscode.l10n.t('Terminal') });
    }
    return Promise.resolve(found);
  }

  private openEditors(): Promise<Suggestion[]> {
    const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
    const uris = tabs.flatMap(({ input }) =>
      input instanceof vscode.TabInputText ? [input.uri] : [],
    );
    return Promise.resolve(uris.map((uri) => suggestionOf('editor', uri)));
  }

  private async filesAndFolders(): Promise<Suggestion[]> {
    const now = this.ports.wallNow();
    if (this.files === undefined || now - this.files.at > listAgeMs) {
      const list = Promise.resolve(vscode.workspace.findFiles('**/*', undefined, mostFiles));
      this.files = { at: now, list };
    }
    const files = await this.files.list;
    const folders = new Map<string, vscode.Uri>();
    const roots = new Set(vscode.workspace.workspaceFolders?.map(({ uri }) => uri.toString()));
    for (const file of files) {
      for (
        let up = vscode.Uri.joinPath(file, '..');
        !roots.has(up.toString()) && up.path !== '/';
      ) {
        if (folders.has(up.toString())) break;
        folders.set(up.toString(), up);
        up = vscode.Uri.joinPath(up, '..');
      }
    }
    return [
      ...files.map((uri) => suggestionOf('file', uri)),
      ...[...folders.values()].map((uri) => suggestionOf('folder', uri)),
    ];
  }

  private async symbols(typed: string): Promise<Suggestion[]> {
    if (typed.length < 2) return [];
    const found = await vscode.commands.executeCommand<vscode.SymbolInformation[] | undefined>(
      'vscode.executeWorkspaceSymbolProvider',
      typed,
    );
    return (found ?? []).slice(0, mostSymbols).map(({ name, location: { uri, range } }) => ({
      kind: 'symbol',
      key: `${uri.toString()}\n${range.start.line}\n${range.end.line}`,
      label: name,
      detail: vscode.workspace.asRelativePath(uri),
    }));
  }

  private async commits(): Promise<Suggestion[]> {
    const found: Suggestion[] = [];
    for (const root of gitRoots()) {
      for (const { hash, message } of (await gitRepository(root)?.log(mostCommits)) ?? []) {
        const label = message.split('\n', 1)[0] ?? hash;
        found.push({ kind: 'commit', key: `${root}\n${hash}`, label, detail: hash.slice(0, 8) });
      }
    }
    return found;
  }

  private async conversations(): Promise<Suggestion[]> {
    const entries = await this.ports.chats.list();
    return entries.map(({ id, title }) => ({
      kind: 'conversation',
      key: id,
      label: title,
      detail: vscode.l10n.t('Chat'),
    }));
  }
}

/** What answers best first, each once. */
function ranked(typed: string, all: readonly Suggestion[]): readonly Suggestion[] {
  const seen = new Set<string>();
  return all
    .flatMap((one, order) => {
      const best = Math.max(
        fuzzyScore(typed, one.label) ?? Number.NEGATIVE_INFINITY,
        fuzzyScore(typed, one.detail) ?? Number.NEGATIVE_INFINITY,
      );
      return best === Number.NEGATIVE_INFINITY ? [] : [{ one, score: best - order / 1e6 }];
    })
    .sort((a, b) => b.score - a.score)
    .map(({ one }) => one)
    .filter(({ kind, key }) => {
      const name = `${kind === 'editor' ? 'file' : kind} ${key}`;
      return !seen.has(name) && seen.add(name);
    })
    .slice(0, mostShown);
}

function suggestionOf(kind: 'file' | 'folder' | 'editor', uri: vscode.Uri): Suggestion {
  const path = vscode.workspace.asRelativePath(uri);
  const name = path.split('/').at(-1) ?? path;
  return { kind, key: uri.toString(), label: name, detail: path };
}

/** The lines of a symbol, which the editor knows by its file and range. */
async function symbolAt(key: string): Promise<PromptAttachment> {
  const [address = '', first = '0', last = '0'] = key.split('\n');
  const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(address, true));
  const name = document.validateRange(new vscode.Range(Number(first), 0, Number(last), 0));
  // Some languages name the symbol alone; what belongs to it is what its outline says.
  const outline = await vscode.commands.executeCommand<vscode.DocumentSymbol[] | undefined>(
    'vscode.executeDocumentSymbolProvider',
    document.uri,
  );
  const { start, end } = innermost(outline ?? [], name.start) ?? name;
  const range = new vscode.Range(start.line, 0, end.line, document.lineAt(end.line).text.length);
  return {
    attachment: {
      kind: 'selection',
      path: vscode.workspace.asRelativePath(document.uri),
      uri: address,
      languageId: document.languageId,
      startLine: start.line + 1,
      endLine: end.line + 1,
    },
    content: document.getText(range),
  };
}

/** Of the symbols that begin in the same line as this. */
function innermost(
  symbols: readonly vscode.DocumentSymbol[],
  { line }: vscode.Position,
): vscode.Range | undefined {
  for (const { range, selectionRange, children } of symbols) {
    if (!('contains' in range)) continue;
    if (selectionRange.start.line === line) return range;
    const inside = innermost(children, new vscode.Position(line, 0));
    if (inside !== undefined) return inside;
  }
  return undefined;
}

function transcriptOf(conversation: Conversation | undefined): string {
  return (conversation?.turns ?? [])
    .map((turn) => [turn.role, turn.answerText()] as const)
    .filter(([, text]) => text.trim() !== '')
    .map(([role, text]) => `${role === 'user' ? 'User' : 'Assistant'}:\n${text}`)
    .join('\n\n');
}
