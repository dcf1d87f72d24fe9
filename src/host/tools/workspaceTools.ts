import * as vscode from 'vscode';
import { askUserTool, type AskPerson } from '../../core/askUserTool';
import type { Clock } from '../../core/clock';
import type { Disposable } from '../../core/disposable';
import { sameSubject } from '../../core/sameSubject';
import type { TerminalChoice } from '../../core/terminalChoice';
import { todoTool } from '../../core/todoTool';
import type { Tool } from '../../core/tool';
import { CommandTools } from '../../node/tools/commandTools';
import { editTools } from '../../node/tools/editTools';
import type { FileChanges } from '../../node/tools/fileChanges';
import { findTools } from '../../node/tools/findTools';
import { gitTools } from '../../node/tools/gitTools';
import { readFileTool } from '../../node/tools/readFileTool';
import { findRipgrep } from '../../node/tools/ripgrep';
import { searchTextTool } from '../../node/tools/searchTextTool';
import { WorkspacePaths } from '../../node/tools/workspacePaths';
import { openCommandTerminal } from './commandTerminals';
import { EditorFiles } from './editorFiles';
import { languageTools } from './languageTools';
import { openEditorsTool } from './openEditorsTool';

export interface WorkspaceToolPorts {
  readonly clock: Clock;
  readonly ask: AskPerson;
  /** What commands get as their environment. */
  readonly environment: () => Readonly<Record<string, string | undefined>>;
  /** When commands are shown in a terminal too. */
  readonly terminal: () => TerminalChoice;
}

/** Disposing ends what runs in the background. */
export interface WorkspaceTools extends Disposable {
  /**
   * The tools of a conversation, in an order that never changes.
   *
   * @param files what changes of files go through; a checkpoint keeps there what is changed.
   */
  tools(files?: FileChanges): readonly Tool[];
}

/** Tools on the folders that are open. They are asked for when a call comes, so that they are today's. */
export function workspaceTools(ports: WorkspaceToolPorts): WorkspaceTools {
  const paths = new WorkspacePaths(() =>
    (vscode.workspace.workspaceFolders ?? [])
      .filter(({ uri }) => uri.scheme === 'file')
      .map(({ name, uri }) => ({ name, path: uri.fsPath })),
  );
  const files = new EditorFiles();
  const commands = new CommandTools(paths, {
    environment: ports.environment,
    terminals: { when: ports.terminal, open: openCommandTerminal },
  });
  let found: Promise<string | undefined> | undefined;
  const ripgrep = (): Promise<string | undefined> => (found ??= findRipgrep(vscode.env.appRoot));
  const tools = (changes: FileChanges): readonly Tool[] => [
    readFileTool(paths, files),
    ...findTools(paths, excludedFiles),
    searchTextTool(paths, excludedFiles, ripgrep),
    ...editTools(paths, changes),
    ...commands.tools,
    ...languageTools(paths, ports.clock),
    openEditorsTool(paths),
    ...gitTools(paths),
    askUserTool(ports.ask),
    todoTool,
  ];
  return {
    tools: (changes = files) => tools(changes).map(sameSubject),
    dispose: () => commands.dispose(),
  };
}

/** Globs of `files.exclude` that are on. Those with a condition need files beside them, and are left out. */
function excludedFiles(): readonly string[] {
  const globs = vscode.workspace.getConfiguration('files').get<Record<string, unknown>>('exclude');
  return Object.entries(globs ?? {}).flatMap(([glob, isExcluded]) =>
    isExcluded === true ? [glob] : [],
  );
}
