import * as vscode from 'vscode';

/** All of a terminal, or what is selected in the active one: the editor gives either by the clipboard alone. */
export async function terminalText(name?: string): Promise<string> {
  if (name === undefined) return throughClipboard('workbench.action.terminal.copySelection');
  vscode.window.terminals.find((terminal) => terminal.name === name)?.show(true);
  await vscode.commands.executeCommand('workbench.action.terminal.selectAll');
  const text = await throughClipboard('workbench.action.terminal.copySelection');
  await vscode.commands.executeCommand('workbench.action.terminal.clearSelection');
  return text;
}

/** What a command copies; the person's own clipboard is put back. */
async function throughClipboard(command: string): Promise<string> {
  const { clipboard } = vscode.env;
  const before = await clipboard.readText();
  await clipboard.writeText('');
  try {
    await vscode.commands.executeCommand(command);
    return await clipboard.readText();
  } finally {
    await clipboard.writeText(before);
  }
}
