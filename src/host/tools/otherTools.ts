import * as vscode from 'vscode';
import { isJsonObject, stringMember, type JsonObject } from '../../core/json';
import { ToolRefusal, type Tool, type ToolContent, type ToolOutcome } from '../../core/tool';

/** Ours, as others see them: they are not offered to ourselves a second time. */
export const ownPrefix = 'caudal_';

const maxNameLength = 64;

/** A tool of another extension or of an MCP server. */
export interface OtherTool {
  /** As VS Code knows it: what a conversation's choice is kept by. */
  readonly id: string;
  readonly tool: Tool;
}

/**
 * What other extensions and the MCP servers that are configured in VS Code offer now. Which of them a conversation uses
 * is its own choice, kept by {@link OtherTool.id}; sorted by it, so that the same choice is always the same request.
 *
 * @param reserved Names that others have already: the API takes each once.
 */
export function otherTools(reserved: readonly string[]): readonly OtherTool[] {
  const taken = new Set(reserved);
  return vscode.lm.tools
    .filter(({ name }) => !name.startsWith(ownPrefix))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((information) => {
      const name = apiName(information.name, taken);
      taken.add(name);
      return { id: information.name, tool: asTool(name, information) };
    });
}

function asTool(name: string, information: vscode.LanguageModelToolInformation): Tool {
  return {
    name,
    description: information.description,
    inputSchema: schemaOf(information.inputSchema),
    // Nothing says what it does: it is asked about as the worst is.
    effect: 'execute',
    hasLongInput: false,
    subject: () => Promise.resolve({ kind: 'none' }),
    run: async (input, { signal }) => {
      const source = new vscode.CancellationTokenSource();
      const cancel = (): void => source.cancel();
      signal.addEventListener('abort', cancel, { once: true });
      try {
        signal.throwIfAborted();
        const options = { input, toolInvocationToken: undefined };
        const result = await vscode.lm.invokeTool(information.name, options, source.token);
        return outcomeOf(result);
      } catch (error) {
        if (signal.aborted) throw error;
        // Other people's errors are other people's words; the model can do something about many of them.
        throw new ToolRefusal(error instanceof Error ? error.message : String(error));
      } finally {
        signal.removeEventListener('abort', cancel);
        source.dispose();
      }
    },
  };
}

/** A name that the API takes, and that no other has. */
function apiName(id: string, taken: ReadonlySet<string>): string {
  const base = id.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, maxNameLength);
  let name = base;
  for (let count = 2; taken.has(name); count++) {
    const end = `_${count}`;
    name = base.slice(0, maxNameLength - end.length) + end;
  }
  return name;
}

/** The API takes objects alone, and wants the type said. */
function schemaOf(schema: object | undefined): JsonObject {
  return { properties: {}, ...schema, type: 'object' };
}

function outcomeOf({ content }: vscode.LanguageModelToolResult): ToolOutcome {
  return { content: content.map(contentOf), isError: false };
}

function contentOf(part: unknown): ToolContent {
  if (part instanceof vscode.LanguageModelTextPart) return { kind: 'text', text: part.value };
  if (part instanceof vscode.LanguageModelPromptTsxPart) {
    return { kind: 'text', text: JSON.stringify(part.value) };
  }
  const found = dataOf(part);
  if (found !== undefined) {
    const { mimeType, data } = found;
    if (/^image\/(png|jpeg|gif|webp)$/.test(mimeType)) {
      return { kind: 'image', mediaType: mimeType, data };
    }
    if (mimeType === 'application/pdf') return { kind: 'pdf', name: 'result.pdf', data };
    if (/^text\/|json/.test(mimeType))
      return { kind: 'text', text: new TextDecoder().decode(data) };
    return { kind: 'text', text: `[${mimeType}, ${data.length} bytes]` };
  }
  return { kind: 'text', text: '[something that cannot be shown]' };
}

/** Data of a kind: newer editors have a class for it, which the oldest supported one does not know. */
function dataOf(part: unknown): { mimeType: string; data: Uint8Array } | undefined {
  if (!isJsonObject(part)) return undefined;
  const mimeType = stringMember(part, 'mimeType');
  const data = part['data'];
  return mimeType !== undefined && data instanceof Uint8Array ? { mimeType, data } : undefined;
}
