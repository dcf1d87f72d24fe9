import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { JsonObject } from '../../../src/core/json';
import { ToolRefusal, type Tool, type ToolOutcome } from '../../../src/core/tool';
import { WorkspacePaths } from '../../../src/node/tools/workspacePaths';

/** A real folder as a workspace, with another one beside it that is none of its business. */
export class ToolGround {
  readonly paths: WorkspacePaths;

  private constructor(
    private readonly folder: string,
    readonly workspace: string,
    readonly outside: string,
  ) {
    this.paths = new WorkspacePaths(() => [{ name: 'workspace', path: workspace }]);
  }

  static async make(
    files: Readonly<Record<string, string | Uint8Array>> = {},
  ): Promise<ToolGround> {
    const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'caudal-tools-')));
    const workspace = path.join(folder, 'workspace');
    const outside = path.join(folder, 'outside');
    await mkdir(workspace);
    await mkdir(outside);
    const ground = new ToolGround(folder, workspace, outside);
    for (const [name, content] of Object.entries(files)) await ground.write(name, content);
    return ground;
  }

  at(name: string): string {
    return path.join(this.workspace, name);
  }

  async write(name: string, content: string | Uint8Array): Promise<void> {
    await mkdir(path.dirname(this.at(name)), { recursive: true });
    await writeFile(this.at(name), content);
  }

  async dispose(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

export interface RunOptions {
  readonly signal?: AbortSignal;
  readonly show?: (text: string) => void;
}

export function run(tool: Tool, input: JsonObject, options: RunOptions = {}): Promise<ToolOutcome> {
  const { signal = new AbortController().signal, show = () => undefined } = options;
  return tool.run(input, { id: 'call', signal, show });
}

/** What the model reads of a call. */
export async function textOf(tool: Tool, input: JsonObject, options?: RunOptions): Promise<string> {
  const { content } = await run(tool, input, options);
  return content.map((part) => (part.kind === 'text' ? part.text : `<${part.kind}>`)).join('\n');
}

/** The reason why it is not done; fails where it is, or where it breaks for another cause. */
export async function refusalOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (ToolRefusal.is(error)) return error.message;
    throw error;
  }
  throw new Error('It was not refused');
}

export function named(tools: readonly Tool[], name: string): Tool {
  const tool = tools.find((candidate) => candidate.name === name);
  if (tool === undefined) throw new Error(`There is no tool ${name}`);
  return tool;
}
