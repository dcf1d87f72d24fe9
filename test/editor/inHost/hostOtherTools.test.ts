import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { isJsonObject } from '../../../src/core/json';
import type { Tool } from '../../../src/core/tool';
import { offeredNames } from '../../../src/host/tools/offeredTools';
import { otherTools } from '../../../src/host/tools/otherTools';
import { workspaceTools } from '../../../src/host/tools/workspaceTools';
import { SystemClock } from '../../../src/node/systemClock';
import { activated, restoreHost, until } from './hostGround';

const patienceMs = 60_000;

describe("Other people's tools", function () {
  this.timeout(2 * patienceMs);
  afterEach(() => restoreHost());

  const textOf = async (tool: Tool, input: Record<string, unknown>): Promise<string> => {
    const { signal } = new AbortController();
    const { content } = await tool.run(input, { id: 'call', signal, show: () => undefined });
    return content.map((part) => (part.kind === 'text' ? part.text : part.kind)).join('\n');
  };

  it('have names that the API takes, each another, and not ours', async () => {
    await activated();
    const names = otherTools([]).map(({ tool }) => tool.name);
    assert.equal(new Set(names).size, names.length);
    for (const name of names) assert.match(name, /^[a-zA-Z0-9_-]{1,64}$/);
    assert.ok(!names.some((name) => name.startsWith('caudal_')));
  });

  it('are those of a real MCP server that VS Code starts over stdio', async function () {
    // The oldest supported editor does not start it by the command below; what calls it is the same API there.
    if (vscode.version.startsWith('1.105.')) this.skip();
    const extension = vscode.extensions.getExtension('caudal.caudal');
    assert.ok(extension !== undefined);
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
    assert.ok(folder !== undefined);
    const config = path.join(folder, '.vscode', 'mcp.json');
    const server = path.join(
      extension.extensionPath,
      'node_modules/@modelcontextprotocol/server-everything/dist/index.js',
    );
    await mkdir(path.dirname(config), { recursive: true });
    const definition = { type: 'stdio', command: process.execPath, args: [server, 'stdio'] };
    await writeFile(config, JSON.stringify({ servers: { everything: definition } }));
    try {
      await until('the server', async () => {
        await vscode.commands
          .executeCommand('workbench.mcp.startServer', '*', { waitForLiveTools: true })
          .then(undefined, () => undefined);
        return otherTools([]).some(({ id }) => /echo/.test(id));
      });
      const echo = otherTools([]).find(({ id }) => /echo/.test(id));
      assert.ok(echo !== undefined);
      assert.match(await textOf(echo.tool, { message: 'a river' }), /a river/);
    } finally {
      await rm(config, { force: true });
    }
  });

  it('get ours, with the schemas that ours have', async () => {
    const extension = vscode.extensions.getExtension('caudal.caudal');
    await activated();
    const manifest: unknown = extension?.packageJSON;
    assert.ok(isJsonObject(manifest) && isJsonObject(manifest['contributes']));
    const declared = manifest['contributes']['languageModelTools'];
    assert.ok(Array.isArray(declared));
    const own = workspaceTools({
      clock: new SystemClock(),
      ask: () => Promise.resolve(undefined),
      terminal: () => 'never',
      environment: () => ({}),
    });
    try {
      assert.deepEqual(
        declared.map((entry: unknown) => {
          assert.ok(isJsonObject(entry));
          const { name, modelDescription, inputSchema } = entry;
          return { name, modelDescription, inputSchema };
        }),
        offeredNames.map((name) => {
          const tool = own.tools().find((candidate) => candidate.name === name);
          return {
            name: `caudal_${name}`,
            modelDescription: tool?.description,
            inputSchema: JSON.parse(JSON.stringify(tool?.inputSchema)) as unknown,
          };
        }),
      );
    } finally {
      own.dispose();
    }
  });

  it('can call ours', async () => {
    await activated();
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
    await writeFile(path.join(folder, 'offered.txt'), 'a river\n');
    try {
      const options = { input: { path: 'offered.txt' }, toolInvocationToken: undefined };
      const { content } = await vscode.lm.invokeTool('caudal_read_file', options);
      const [part] = content;
      assert.ok(part instanceof vscode.LanguageModelTextPart);
      assert.equal(part.value, '1\ta river');
    } finally {
      await rm(path.join(folder, 'offered.txt'), { force: true });
    }
  });
});
