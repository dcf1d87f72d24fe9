import type { Chat } from '../core/chat';
import type { ContextBudget } from '../core/contextBudget';
import { contextUse } from '../core/contextUse';
import type { Conversation } from '../core/conversation';
import type { SlashCommand } from '../core/slashCommand';
import type { ChangedFileSummary } from '../protocol/changedFile';
import type { ViewState } from '../protocol/hostToView';
import type { CredentialAndServer } from './apiKey';
import type { Settings } from './settingRules';

export interface ViewStateSources {
  readonly conversation: Conversation;
  readonly chat: Pick<Chat, 'approvals' | 'runningTurns' | 'conversations'>;
  readonly connection: CredentialAndServer;
  readonly settings: Settings;
  readonly modelLabel: string | null;
  readonly effortLabel: string | null;
  readonly isReadOnly: boolean;
  readonly budget: ContextBudget;
  readonly commands: readonly SlashCommand[];
  readonly changedFiles: readonly ChangedFileSummary[];
}

/** Everything that a view shows around the conversation. */
export function viewState(sources: ViewStateSources): ViewState {
  const { conversation, chat, connection, settings } = sources;
  const running = chat.runningTurns.filter((turn) => conversation.turn(turn.id) === undefined);
  return {
    conversation: { id: conversation.id, title: conversation.title },
    key: connection.credential.kind,
    server: connection.server.label,
    modelLabel: sources.modelLabel,
    effortLabel: sources.effortLabel,
    settings: settings.view,
    isReadOnly: sources.isReadOnly,
    toolMode: chat.approvals(conversation)?.mode ?? null,
    othersRunning: running.length,
    commands: sources.commands.map(({ name, description }) => ({ name, description })),
    changedFiles: sources.changedFiles,
    context: contextUse(conversation.turns, sources.budget),
    lastPrompt: lastPrompt(conversation) ?? lastPromptOfAll(chat.conversations) ?? null,
  };
}

function lastPromptOfAll(conversations: readonly Conversation[]): string | undefined {
  let latest: { readonly at: number; readonly text: string } | undefined;
  for (const conversation of conversations) {
    const turn = lastUserTurn(conversation);
    if (turn !== undefined && (latest === undefined || turn.createdAt >= latest.at)) {
      latest = { at: turn.createdAt, text: turn.answerText() };
    }
  }
  return latest?.text;
}

function lastPrompt(conversation: Conversation): string | undefined {
  return lastUserTurn(conversation)?.answerText();
}

function lastUserTurn(conversation: Conversation): Conversation['turns'][number] | undefined {
  return conversation.turns.findLast((turn) => turn.role === 'user');
}
