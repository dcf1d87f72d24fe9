import * as vscode from 'vscode';
import type { Clock } from '../../core/clock';
import { stringMember, type JsonObject } from '../../core/json';
import { ToolRefusal, type Tool, type ToolSubject } from '../../core/tool';
import { inputSchema, integerOr, requiredString, told } from '../../core/toolInput';
import { toolPath, type WorkspacePaths } from '../../node/tools/workspacePaths';
import { settled } from './settled';

/** Problems are taken as told once none has come or gone for so long, in ms. */
const quietMs = 800;
/** How long a language server may take, in ms. */
const patienceMs = 15_000;
const maxTold = 200;

/** What VS Code's languages know. */
export function languageTools(paths: WorkspacePaths, clock: Clock): readonly Tool[] {
  return [
    {
      name: 'diagnostics',
      description:
        'Gives the problems that the editor shows: of a file, or of all files. Waits until the language server has looked ' +
        'at the file. Ask after an edit.',
      inputSchema: inputSchema({ path: { type: 'string' } }, []),
      effect: 'read',
      hasLongInput: false,
      subject: (input) => optionalPath(paths, input),
      run: async (input, { signal }) => {
        const asked = stringMember(input, 'path');
        const uri = asked === undefined ? undefined : (await opened(paths, asked)).uri;
        await settled(vscode.languages.onDidChangeDiagnostics, {
          quietMs,
          patienceMs,
          clock,
          signal,
        });
        return told(diagnosticsText(paths, uri));
      },
    },
    {
      name: 'symbols',
      description:
        'Gives the functions, classes and the like of a file; or, with query, those of the workspace by name.',
      inputSchema: inputSchema({ path: { type: 'string' }, query: { type: 'string' } }, []),
      effect: 'read',
      hasLongInput: false,
      subject: (input) => optionalPath(paths, input),
      run: async (input) => {
        const asked = stringMember(input, 'path');
        if (asked !== undefined) return told(await symbolsOfFile(await opened(paths, asked)));
        return told(await symbolsNamed(paths, requiredString(input, 'query')));
      },
    },
    placeTool(paths, {
      name: 'definition',
      description: 'Says where the symbol on a line of a file is defined.',
      command: 'vscode.executeDefinitionProvider',
    }),
    placeTool(paths, {
      name: 'references',
      description: 'Says where the symbol on a line of a file is used.',
      command: 'vscode.executeReferenceProvider',
    }),
  ];
}

function placeTool(
  paths: WorkspacePaths,
  { name, description, command }: { name: string; description: string; command: string },
): Tool {
  return {
    name,
    description,
    inputSchema: inputSchema(
      {
        path: { type: 'string' },
        line: { type: 'integer', description: 'From 1.' },
        symbol: { type: 'string', description: 'As it is written on that line.' },
      },
      ['path', 'line', 'symbol'],
    ),
    effect: 'read',
    hasLongInput: false,
    subject: (input) => optionalPath(paths, input),
    run: async (input) => {
      const document = await opened(paths, requiredString(input, 'path'));
      const position = positionOf(document, input);
      const found = await vscode.commands.executeCommand<
        readonly (vscode.Location | vscode.LocationLink)[] | undefined
      >(command, document.uri, position);
      const lines = await Promise.all(
        (found ?? []).slice(0, maxTold).map((at) => placeText(paths, at)),
      );
      return told(
        lines.length === 0 ? 'The editor knows of none.' : [...new Set(lines)].join('\n'),
      );
    },
  };
}

async function optionalPath(paths: WorkspacePaths, input: JsonObject): Promise<ToolSubject> {
  const asked = stringMember(input, 'path');
  if (asked === undefined) return { kind: 'none' };
  return { kind: 'paths', paths: [toolPath(await paths.resolve(asked))] };
}

async function opened(paths: WorkspacePaths, asked: string): Promise<vscode.TextDocument> {
  const { absolute } = await paths.resolve(asked);
  try {
    return await vscode.workspace.openTextDocument(vscode.Uri.file(absolute));
  } catch {
    // Missing, a folder, binary or too large: VS Code's words for it are made for people.
    throw new ToolRefusal('The editor cannot open this as text.');
  }
}

function positionOf(document: vscode.TextDocument, input: JsonObject): vscode.Position {
  const most = document.lineCount;
  const line = integerOr(input, 'line', { missing: 1, least: 1, most }) - 1;
  const symbol = requiredString(input, 'symbol');
  const { text } = document.lineAt(line);
  const column = symbol === '' ? -1 : text.indexOf(symbol);
  if (column === -1) throw new ToolRefusal(`Line ${line + 1} has no such symbol. It is: ${text}`);
  // The last part of a dotted name is what is meant.
  return new vscode.Position(line, column + symbol.lastIndexOf('.') + 1);
}

async function placeText(
  paths: WorkspacePaths,
  at: vscode.Location | vscode.LocationLink,
): Promise<string> {
  const { uri, range } =
    'targetUri' in at
      ? { uri: at.targetUri, range: at.targetRange }
      : { uri: at.uri, range: at.range };
  const line = range.start.line;
  const text = await vscode.workspace.openTextDocument(uri).then(
    (document) => document.lineAt(Math.min(line, document.lineCount - 1)).text.trim(),
    () => '',
  );
  return `${shown(paths, uri)}:${line + 1}: ${text}`;
}

function diagnosticsText(paths: WorkspacePaths, only: vscode.Uri | undefined): string {
  const files: readonly [vscode.Uri, readonly vscode.Diagnostic[]][] =
    only === undefined
      ? vscode.languages.getDiagnostics()
      : [[only, vscode.languages.getDiagnostics(only)]];
  const lines = files.flatMap(([uri, diagnostics]) =>
    diagnostics.map(({ range, severity, message, source }) => {
      const place = `${shown(paths, uri)}:${range.start.line + 1}:${range.start.character + 1}`;
      const from = source === undefined ? '' : ` [${source}]`;
      return `${place}: ${vscode.DiagnosticSeverity[severity].toLowerCase()}: ${message}${from}`;
    }),
  );
  if (lines.length === 0) return 'No problems.';
  const more = lines.length - maxTold;
  return [...lines.slice(0, maxTold), ...(more > 0 ? [`[${more} more]`] : [])].join('\n');
}

async function symbolsOfFile({ uri }: vscode.TextDocument): Promise<string> {
  const found = await vscode.commands.executeCommand<
    readonly (vscode.DocumentSymbol | vscode.SymbolInformation)[] | undefined
  >('vscode.executeDocumentSymbolProvider', uri);
  const lines: string[] = [];
  const add = (symbol: vscode.DocumentSymbol | vscode.SymbolInformation, depth: number): void => {
    const { start, end } = 'location' in symbol ? symbol.location.range : symbol.range;
    const kind = vscode.SymbolKind[symbol.kind].toLowerCase();
    lines.push(
      `${'  '.repeat(depth)}${kind} ${symbol.name} (lines ${start.line + 1}–${end.line + 1})`,
    );
    if ('children' in symbol) for (const child of symbol.children) add(child, depth + 1);
  };
  for (const symbol of found ?? []) add(symbol, 0);
  return lines.length === 0
    ? 'The editor knows of none: no extension for this language, or it is still loading.'
    : lines.slice(0, 2 * maxTold).join('\n');
}

async function symbolsNamed(paths: WorkspacePaths, query: string): Promise<string> {
  const found = await vscode.commands.executeCommand<
    readonly vscode.SymbolInformation[] | undefined
  >('vscode.executeWorkspaceSymbolProvider', query);
  const lines = (found ?? []).slice(0, maxTold).map(({ name, kind, location, containerName }) => {
    const where = `${shown(paths, location.uri)}:${location.range.start.line + 1}`;
    const inside = containerName === '' ? '' : ` in ${containerName}`;
    return `${where}: ${vscode.SymbolKind[kind].toLowerCase()} ${name}${inside}`;
  });
  return lines.length === 0 ? 'The editor knows of none.' : lines.join('\n');
}

function shown(paths: WorkspacePaths, uri: vscode.Uri): string {
  return uri.scheme === 'file' ? paths.shown(uri.fsPath) : uri.toString();
}
