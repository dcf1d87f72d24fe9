import * as vscode from 'vscode';
import { assertNever } from '../../core/assertNever';
import { DisposableStore, type Disposable } from '../../core/disposable';
import type { JsonObject } from '../../core/json';
import type { Tool, ToolContent, ToolSubject } from '../../core/tool';
import { bridgeCancellation } from '../cancellation';

/** Those of our tools that other extensions' models may use, as the manifest declares them. */
export const offeredNames = ['read_file', 'search_text', 'edit_file', 'diagnostics'] as const;

/**
 * Offers them under `caudal_…`. VS Code asks the person before what changes something, what is outside the workspace and
 * what holds keys.
 *
 * @param tool makes or finds the tool: not before the first call.
 */
export function offerTools(tool: (name: string) => Promise<Tool>): Disposable {
  const store = new DisposableStore();
  for (const name of offeredNames) {
    store.add(
      vscode.lm.registerTool<JsonObject>(
        `caudal_${name}`,
        offered(() => tool(name)),
      ),
    );
  }
  return store;
}

function offered(tool: () => Promise<Tool>): vscode.LanguageModelTool<JsonObject> {
  return {
    prepareInvocation: async ({ input }) => {
      const own = await tool();
      const about = await own.subject(input);
      if (own.effect === 'read' && isFree(about)) return undefined;
      const title = vscode.l10n.t('Let another extension use Caudal’s tool {0}?', own.name);
      return { confirmationMessages: { title, message: subjectText(about) } };
    },
    invoke: async ({ input }, token) => {
      const cancellation = bridgeCancellation(token);
      try {
        const own = await tool();
        const { signal } = cancellation;
        const { content } = await own.run(input, { id: 'offered', signal, show: () => undefined });
        return new vscode.LanguageModelToolResult(content.map(partOf));
      } finally {
        cancellation.dispose();
      }
    },
  };
}

function isFree(subject: ToolSubject): boolean {
  return (
    subject.kind === 'none' ||
    (subject.kind === 'paths' &&
      subject.paths.every(({ inWorkspace, isSecret }) => inWorkspace && !isSecret))
  );
}

function subjectText(subject: ToolSubject): string {
  switch (subject.kind) {
    case 'paths':
      return subject.paths.map(({ path }) => path).join('\n');
    case 'command':
      return subject.command;
    case 'url':
      return subject.url;
    case 'none':
      return '';
    default:
      return assertNever(subject);
  }
}

/** Pictures have no part of their own in the oldest supported editor. */
function partOf(content: ToolContent): vscode.LanguageModelTextPart {
  switch (content.kind) {
    case 'text':
      return new vscode.LanguageModelTextPart(content.text);
    case 'image':
      return new vscode.LanguageModelTextPart(`[${content.mediaType}]`);
    case 'pdf':
      return new vscode.LanguageModelTextPart(`[${content.name}]`);
    default:
      return assertNever(content);
  }
}
