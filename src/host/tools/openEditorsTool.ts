import * as vscode from 'vscode';
import type { Tool } from '../../core/tool';
import { isSecretPath } from '../../core/secretName';
import { inputSchema, told } from '../../core/toolInput';
import type { WorkspacePaths } from '../../node/tools/workspacePaths';

const maxSelected = 4000;

export function openEditorsTool(paths: WorkspacePaths): Tool {
  return {
    name: 'open_editors',
    description:
      'Says which files are open in the editor, which one is in front, and what is selected there.',
    inputSchema: inputSchema({}, []),
    effect: 'read',
    hasLongInput: false,
    subject: () => Promise.resolve({ kind: 'none' }),
    run: () => Promise.resolve(told(editorsText(paths))),
  };
}

function editorsText(paths: WorkspacePaths): string {
  const lines = vscode.window.tabGroups.all.flatMap(({ tabs }) =>
    tabs.flatMap(({ input, isActive, isDirty }) => {
      if (!(input instanceof vscode.TabInputText) || input.uri.scheme !== 'file') return [];
      const marks = [...(isActive ? ['in front'] : []), ...(isDirty ? ['not saved'] : [])];
      const mark = marks.length === 0 ? '' : ` (${marks.join(', ')})`;
      return [`${paths.shown(input.uri.fsPath)}${mark}`];
    }),
  );
  return `${lines.length === 0 ? 'No file is open.' : lines.join('\n')}${selectionText(paths)}`;
}

function selectionText(paths: WorkspacePaths): string {
  const editor = vscode.window.activeTextEditor;
  if (editor?.document.uri.scheme !== 'file') return '';
  const { document, selection } = editor;
  const name = paths.shown(document.uri.fsPath);
  const first = selection.start.line + 1;
  if (selection.isEmpty) return `\n\nThe cursor is at ${name}:${first}.`;
  // This tool asks about no path, so it shows nothing that would have to be asked about.
  if (isSecretPath(name)) return `\n\nSelected in ${name}: not shown, since such files hold keys.`;
  const text = document.getText(selection).slice(0, maxSelected);
  return `\n\nSelected in ${name}, lines ${first} to ${selection.end.line + 1}:\n${text}`;
}
