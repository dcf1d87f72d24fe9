import * as vscode from 'vscode';
import { assertNever } from '../core/assertNever';
import type { Conversation } from '../core/conversation';
import type { ModelInfo } from '../core/modelInfo';
import { hasWebTool, webTools, type WebTool } from '../core/serverTools';
import type { ToolChoices } from './toolChoices';
import { otherTools } from './tools/otherTools';

interface ToolItem extends vscode.QuickPickItem {
  readonly choice:
    | { readonly kind: 'web'; readonly name: WebTool }
    | { readonly kind: 'other'; readonly id: string };
}

/** Asks which tools a conversation uses besides Caudal's own. */
export class ToolPicker {
  constructor(
    private readonly choices: ToolChoices,
    private readonly modelNow: () => Promise<ModelInfo | undefined>,
  ) {}

  async choose({ id }: Conversation): Promise<void> {
    const chosen = this.choices.of(id);
    const model = await this.modelNow().catch(() => undefined);
    const web = webTools
      .filter((name) => chosen.web.includes(name) || hasWebTool(model, name))
      .map((name): ToolItem => {
        return {
          label: webName(name),
          description: name,
          detail: webDetail(name),
          picked: chosen.web.includes(name),
          choice: { kind: 'web', name },
        };
      });
    const others = otherTools([]).map((other): ToolItem => {
      return {
        label: other.id,
        detail: other.tool.description,
        picked: chosen.others.includes(other.id),
        choice: { kind: 'other', id: other.id },
      };
    });
    if (web.length + others.length === 0) {
      void vscode.window.showInformationMessage(
        vscode.l10n.t(
          'There are no tools to choose from besides Caudal’s own. Tools of other extensions and of MCP servers show here once they are installed and started.',
        ),
      );
      return;
    }
    const picked = await vscode.window.showQuickPick<vscode.QuickPickItem>(
      [
        ...section(vscode.l10n.t('Run by the server, without a question each time'), web),
        ...section(vscode.l10n.t('Of other extensions and MCP servers'), others),
      ],
      {
        title: vscode.l10n.t('Tools of this chat'),
        placeHolder: vscode.l10n.t('Which tools may this chat use besides Caudal’s own?'),
        canPickMany: true,
        matchOnDescription: true,
        matchOnDetail: true,
      },
    );
    if (picked === undefined) return;
    const now = picked.filter(isToolItem).map(({ choice }) => choice);
    // Those of servers that are not started now stay chosen.
    const away = chosen.others.filter((one) => !others.some(({ label }) => label === one));
    this.choices.set(id, {
      web: now.flatMap((choice) => (choice.kind === 'web' ? [choice.name] : [])),
      others: [...away, ...now.flatMap((choice) => (choice.kind === 'other' ? [choice.id] : []))],
    });
  }
}

function isToolItem(item: vscode.QuickPickItem): item is ToolItem {
  return 'choice' in item;
}

function section(label: string, items: readonly ToolItem[]): readonly vscode.QuickPickItem[] {
  const { Separator } = vscode.QuickPickItemKind;
  return items.length === 0 ? [] : [{ label, kind: Separator }, ...items];
}

function webName(name: WebTool): string {
  switch (name) {
    case 'web_search':
      return vscode.l10n.t('Web search');
    case 'web_fetch':
      return vscode.l10n.t('Web pages');
    default:
      return assertNever(name);
  }
}

function webDetail(name: WebTool): string {
  switch (name) {
    case 'web_search':
      return vscode.l10n.t('Searches the web. Each search is billed.');
    case 'web_fetch':
      return vscode.l10n.t('Reads pages whose address stands in the chat.');
    default:
      return assertNever(name);
  }
}
