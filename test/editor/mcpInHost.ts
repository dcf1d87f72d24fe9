import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';

/** Configures a real MCP server for the workspace and starts it, and leaves the window to the test that drives it. */
export async function run(): Promise<void> {
  const root = vscode.extensions.getExtension('caudal.caudal')?.extensionPath ?? '';
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
  const server = path.join(
    root,
    'node_modules/@modelcontextprotocol/server-everything/dist/index.js',
  );
  const config = path.join(folder, '.vscode', 'mcp.json');
  await mkdir(path.dirname(config), { recursive: true });
  const everything = { type: 'stdio', command: process.execPath, args: [server, 'stdio'] };
  await writeFile(config, JSON.stringify({ servers: { everything } }));
  while (!vscode.lm.tools.some(({ name }) => name.includes('echo'))) {
    await vscode.commands
      .executeCommand('workbench.mcp.startServer', '*', { waitForLiveTools: true })
      .then(undefined, () => undefined);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  // For as long as the window is there.
  return new Promise(() => undefined);
}
