import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { JsonObject } from '../../../src/core/json';
import { changedMiddle } from '../../../src/host/tools/editorFiles';
import { workspaceTools, type WorkspaceTools } from '../../../src/host/tools/workspaceTools';
import { findRipgrep } from '../../../src/node/tools/ripgrep';
import { SystemClock } from '../../../src/node/systemClock';
import { restoreHost, until } from './hostGround';

describe('Tools of the workspace', () => {
  let tools: WorkspaceTools;
  const root = (): string => {
    const folder = vscode.workspace.workspaceFolders?.[0];
    assert.ok(folder !== undefined, 'a folder is open');
    return folder.uri.fsPath;
  };
  const at = (name: string): string => path.join(root(), name);
  const write = async (name: string, text: string): Promise<vscode.Uri> => {
    await mkdir(path.dirname(at(name)), { recursive: true });
    await writeFile(at(name), text);
    return vscode.Uri.file(at(name));
  };
  const call = async (name: string, input: JsonObject = {}): Promise<string> => {
    const tool = tools.tools().find((candidate) => candidate.name === name);
    assert.ok(tool !== undefined, name);
    await tool.subject(input);
    const { signal } = new AbortController();
    const { content } = await tool.run(input, { id: 'call', signal, show: () => undefined });
    return content.map((part) => (part.kind === 'text' ? part.text : part.kind)).join('\n');
  };

  beforeEach(() => {
    tools = workspaceTools({
      clock: new SystemClock(),
      ask: (question, [first]) => Promise.resolve(`${first ?? ''} to ${question}`),
      terminal: () => 'never',
      environment: () => process.env,
    });
  });
  afterEach(async () => {
    tools.dispose();
    await restoreHost();
    for (const name of ['tools', 'moved.ts']) await rm(at(name), { recursive: true, force: true });
  });

  it('have names that the API takes, and schemas of objects', () => {
    const names = tools.tools().map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    for (const { name, inputSchema } of tools.tools()) {
      assert.match(name, /^[a-z_]{1,64}$/);
      assert.equal(inputSchema['type'], 'object');
    }
  });

  it("search with VS Code's own ripgrep", async () => {
    assert.ok((await findRipgrep(vscode.env.appRoot)) !== undefined);
    await write('tools/a.txt', 'a river\n');
    assert.equal(await call('search_text', { pattern: 'RIVER' }), 'tools/a.txt:1:a river');
  });

  it('leave out what the editor leaves out', async () => {
    await write('tools/a.txt', '');
    await write('tools/.DS_Store', '');
    assert.equal(await call('find_files', { pattern: 'tools/*' }), 'tools/a.txt');
  });

  it('read and change what is open in its editor, and leave unsaved what was', async () => {
    const document = await vscode.workspace.openTextDocument(await write('tools/a.txt', 'one\n'));
    const editor = await vscode.window.showTextDocument(document);
    await editor.edit((edit) => edit.insert(new vscode.Position(1, 0), 'two\n'));
    assert.match(await call('read_file', { path: 'tools/a.txt' }), /^1\tone\n2\ttwo\n/);
    const edits = [{ old_text: 'two', new_text: 'three' }];
    assert.match(await call('edit_file', { path: 'tools/a.txt', edits }), /unsaved changes/);
    assert.equal(document.getText(), 'one\nthree\n');
    assert.ok(document.isDirty);
    assert.equal(await readFile(at('tools/a.txt'), 'utf8'), 'one\n');
    await assert.rejects(call('delete_file', { path: 'tools/a.txt' }), /unsaved changes/);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  it('save what was saved before, with one step of undo', async () => {
    const document = await vscode.workspace.openTextDocument(
      await write('tools/crlf.txt', 'a\r\nb\r\n'),
    );
    await vscode.window.showTextDocument(document);
    const edits = [{ old_text: 'a\n', new_text: '' }];
    await call('edit_file', { path: 'tools/crlf.txt', edits });
    assert.equal(await readFile(at('tools/crlf.txt'), 'utf8'), 'b\r\n');
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), 'a\r\nb\r\n');
  });

  it('rename through the editor', async () => {
    await write('tools/a.ts', 'x');
    await call('rename_file', { path: 'tools/a.ts', new_path: 'moved.ts' });
    assert.equal(await readFile(at('moved.ts'), 'utf8'), 'x');
  });

  it('tell problems, symbols, definition and references', async function () {
    const collection = vscode.languages.createDiagnosticCollection('caudal-test');
    const symbol = new vscode.DocumentSymbol(
      'tally',
      '',
      vscode.SymbolKind.Function,
      new vscode.Range(0, 0, 0, 20),
      new vscode.Range(0, 9, 0, 14),
    );
    const uri = await write('tools/a.caudal', 'function tally() {}\ntally();\n');
    const selector = { pattern: '**/*.caudal' };
    const provided = [
      vscode.languages.registerDocumentSymbolProvider(selector, {
        provideDocumentSymbols: () => [symbol],
      }),
      vscode.languages.registerDefinitionProvider(selector, {
        provideDefinition: (document, { line, character }) =>
          line === 1 && character === 0 ? new vscode.Location(document.uri, symbol.range) : [],
      }),
      vscode.languages.registerReferenceProvider(selector, {
        provideReferences: (document) => [
          new vscode.Location(document.uri, new vscode.Range(1, 0, 1, 5)),
        ],
      }),
    ];
    try {
      const range = new vscode.Range(1, 0, 1, 5);
      // The server's word comes late, as it does in life.
      setTimeout(() => collection.set(uri, [new vscode.Diagnostic(range, 'Too slow')]), 400);
      const place = { path: 'tools/a.caudal', line: 2, symbol: 'tally' };
      assert.equal(
        await call('diagnostics', { path: 'tools/a.caudal' }),
        'tools/a.caudal:2:1: error: Too slow',
      );
      assert.equal(await call('symbols', { path: 'tools/a.caudal' }), 'function tally (lines 1–1)');
      assert.match(await call('definition', place), /^tools\/a\.caudal:1: function tally/);
      assert.equal(await call('references', place), 'tools/a.caudal:2: tally();');
      await assert.rejects(call('references', { ...place, symbol: 'nope' }), /no such symbol/);
    } finally {
      collection.dispose();
      for (const item of provided) item.dispose();
    }
  });

  it('tell what TypeScript finds', async function () {
    // VS Code from npm comes without the server of its own extension; the desktop has it.
    const server = 'extensions/node_modules/typescript/lib/tsserver.js';
    if (!existsSync(path.join(vscode.env.appRoot, server))) this.skip();
    await write('tools/b.ts', 'const count: number = "three";\n');
    await until('the complaint', async () =>
      /not assignable/.test(await call('diagnostics', { path: 'tools/b.ts' })),
    );
  });

  it('tell what is open and selected', async () => {
    const document = await vscode.workspace.openTextDocument(
      await write('tools/a.txt', 'one\ntwo\n'),
    );
    const editor = await vscode.window.showTextDocument(document, { preview: false });
    editor.selection = new vscode.Selection(0, 0, 0, 3);
    await until('the tab', async () => /in front/.test(await call('open_editors')));
    assert.equal(
      await call('open_editors'),
      'tools/a.txt (in front)\n\nSelected in tools/a.txt, lines 1 to 1:\none',
    );
  });

  it('ask the person', async () => {
    const input = { question: 'this?', choices: ['Yes', 'No'] };
    assert.equal(await call('ask_user', input), 'The person says: Yes to this?');
  });

  it('change the middle of a text alone', () => {
    const changes: readonly (readonly [string, string])[] = [
      ['abc', 'axc'],
      ['aa', 'aaa'],
      ['', 'a'],
      ['a', ''],
      ['a\r\nb', 'a\r\r\nb'],
      ['a\r\n', 'a\n'],
      ['x\r\ny\r\n', 'x\r\n\r\ny\r\n'],
    ];
    for (const [before, after] of changes) {
      const { start, end, replacement } = changedMiddle(before, after);
      assert.equal(before.slice(0, start) + replacement + before.slice(end), after);
      assert.ok(!(before[start - 1] === '\r' && before[start] === '\n'), 'inside a line end');
    }
  });
});
