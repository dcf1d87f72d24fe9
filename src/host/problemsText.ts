import * as vscode from 'vscode';

const mostProblems = 500;
const severities = ['error', 'warning', 'info', 'hint'] as const;

/** Problems as compilers write them, one a line: those of one file, else of the whole workspace. */
export function problemsText(of?: vscode.Uri): string {
  const all = vscode.languages
    .getDiagnostics()
    .filter(([uri]) => of === undefined || uri.toString() === of.toString())
    .flatMap(([uri, problems]) => problems.map((problem) => lineOf(uri, problem)));
  return all.slice(0, mostProblems).join('\n');
}

function lineOf(uri: vscode.Uri, { range, severity, message, source }: vscode.Diagnostic): string {
  const at = `${vscode.workspace.asRelativePath(uri)}:${range.start.line + 1}:${range.start.character + 1}`;
  return `${at}: ${severities[severity]}: ${message}${source === undefined ? '' : ` (${source})`}`;
}
