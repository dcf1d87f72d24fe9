import * as vscode from 'vscode';
import { assertNever } from '../core/assertNever';
import { attachmentProblem } from '../core/attachmentLimits';
import { attachmentsIn } from '../core/attachmentsIn';
import type { BlobRef } from '../core/blob';
import type { Chat } from '../core/chat';
import type { Conversation, PromptAttachment } from '../core/conversation';
import type { ModelInfo } from '../core/modelInfo';
import { ToolRefusal, type ReviewedChange } from '../core/tool';
import type { TurnBlock, TurnDocument } from '../core/turnDocument';
import type { AttachedFile } from '../protocol/attachedFile';
import type { Suggestion } from '../protocol/suggestion';
import type { ChangeAction } from '../protocol/changedFile';
import type { Draft } from '../protocol/hostToView';
import type { ViewCommand } from '../protocol/viewToHost';
import { attachmentProblemText } from './attachmentProblemText';
import type { AttachCommands } from './attachCommands';
import type { Attacher, AttachTarget } from './attacher';
import { AttachRefusal } from './attachRefusal';
import type { BlockDocuments } from './blockDocuments';
import type { ChatCommands } from './chatCommands';
import { insertCode, openNewFile } from './codeActions';
import type { CodeDocuments } from './codeDocuments';
import type { Connection } from './connection';
import { errorText } from './errorText';
import type { KeyCommands } from './keyCommands';
import type { ModelPicker } from './modelPicker';
import { openAttachment } from './openAttachment';
import { openLink } from './openLink';
import { previewDiagram } from './previewDiagram';
import { sendQuestion } from './sendQuestion';
import { openSettings } from './settings';
import type { Suggestions } from './suggestions';
import { restoreQuestion } from './restoreQuestion';
import type { Surface } from './surface';
import type { AnswerCode } from './tools/applyCode';
import type { FileReview } from './tools/fileReview';
import type { ViewActions } from './viewBridge';

export interface ViewActionPorts {
  readonly connection: Connection;
  readonly chat: Pick<Chat, 'budget' | 'stopRunning' | 'previewTool' | 'decideTool'>;
  readonly chatCommands: ChatCommands;
  readonly keyCommands: KeyCommands;
  readonly modelPicker: ModelPicker;
  readonly inspect: (turn: string) => void;
  readonly codeDocuments: CodeDocuments;
  readonly blockDocuments: BlockDocuments;
  readonly showLog: () => void;
  /** Where bytes that were attached are kept. */
  readonly pathOf: (blob: BlobRef) => string;
  readonly attacher: Attacher;
  readonly suggestions: Suggestions;
  readonly attachCommands: AttachCommands;
  /** What is known about the model that the next request goes to. */
  readonly modelNow: () => Promise<ModelInfo | undefined>;
  readonly fileReview: () => Promise<FileReview>;
  /** Undefined while nothing of it was needed. */
  readonly openReview: () => FileReview | undefined;
  readonly failed: (what: string, error: unknown) => void;
}

/** Does what one view asks for beyond its conversation. */
export class ViewActionHandler implements ViewActions {
  constructor(
    private readonly surface: Surface,
    private readonly ports: ViewActionPorts,
  ) {}

  async refusal(draft: Draft, conversation: Conversation): Promise<string | null> {
    if (draft.text.trim() === '') return vscode.l10n.t('Write a prompt first.');
    const { credential } = await this.ports.connection.resolve();
    if (credential.kind === 'missing') {
      return vscode.l10n.t('Set an API key first. Your prompt is kept.');
    }
    const attached = draft.attachments.map(({ attachment }) => attachment);
    if (!attached.some((one) => 'blob' in one)) return null;
    const model = await this.ports.modelNow().catch(() => undefined);
    const problem = attachmentProblem([...attachmentsIn(conversation), ...attached], model);
    return problem === undefined ? null : attachmentProblemText(problem);
  }

  readFile(file: AttachedFile): Promise<PromptAttachment> {
    return this.ports.attacher.readFile(file);
  }

  suggest(
    typed: string,
    showSoon: (found: readonly Suggestion[]) => void,
  ): Promise<readonly Suggestion[]> {
    return this.ports.suggestions.find(typed, showSoon);
  }

  attachSuggestion(suggestion: Suggestion, target: AttachTarget): Promise<void> {
    return this.ports.suggestions.attach(suggestion, target);
  }

  async attachUris(uris: readonly string[], target: AttachTarget): Promise<void> {
    const problems: string[] = [];
    for (const uri of uris) {
      try {
        await this.ports.attacher.addUri(uriOfDrag(uri), target);
      } catch (error) {
        problems.push(errorText(error));
      }
    }
    if (problems.length > 0) throw new AttachRefusal(problems.join('\n'));
  }

  question(draft: Draft, conversation: Conversation): string | null {
    return sendQuestion(draft, this.ports.chat.budget(conversation));
  }

  async run(command: ViewCommand): Promise<void> {
    const { chatCommands, keyCommands, modelPicker } = this.ports;
    switch (command) {
      case 'setKey':
        return keyCommands.set();
      case 'chooseModel':
        return modelPicker.choose();
      case 'attach':
        return this.ports.attachCommands.choose(this.surface);
      case 'newChat':
        return chatCommands.newChat(this.surface);
      case 'showChats':
        return chatCommands.showChats(this.surface);
      case 'openInEditor':
        return chatCommands.openInEditor(this.surface);
      case 'continueInCopy':
        return chatCommands.continueInCopy(this.surface);
      case 'openSettings':
        return openSettings();
      case 'chooseTools':
        return chatCommands.chooseTools(this.surface);
      case 'compact':
        return chatCommands.compact(this.surface);
      case 'showLog':
        return this.ports.showLog();
      default:
        return assertNever(command);
    }
  }

  openLink(href: string): Promise<void> {
    return openLink(href);
  }

  async restore(turn: string, conversation: Conversation): Promise<boolean> {
    const { chat } = this.ports;
    const { changedFiles } = await this.ports.fileReview();
    const at = conversation.turns.findIndex(({ id }) => id === turn);
    const later = conversation.turns.slice(at).map(({ id }) => id);
    const first = await changedFiles.firstChanging(conversation.id, later);
    const choice = await restoreQuestion(first !== undefined);
    if (choice === undefined) return false;
    // What is under way would go on changing what is put back.
    chat.stopRunning(conversation);
    const wantsFiles = choice !== 'conversation' && first !== undefined;
    if (wantsFiles && !(await changedFiles.restore(conversation.id, first))) return false;
    return choice !== 'files';
  }

  async review(turn: string, call: string): Promise<void> {
    const { chat } = this.ports;
    try {
      const change = await chat.previewTool(turn, call);
      if (change === undefined) return;
      const { reviews } = await this.ports.fileReview();
      const title = vscode.l10n.t('{0} (proposed change)', nameOf(change.path));
      const decide = (accepted: ReviewedChange | undefined): void =>
        chat.decideTool(turn, call, accepted === undefined ? 'deny' : 'once', accepted);
      await reviews.start(call, change, title, decide, true);
    } catch (error) {
      if (!ToolRefusal.is(error)) throw error;
      void vscode.window.showWarningMessage(
        vscode.l10n.t('This change cannot be made: {0}', error.message),
      );
    }
  }

  endReview(call: string): ReviewedChange | undefined {
    return this.ports.openReview()?.reviews.end(call);
  }

  async change(action: ChangeAction, file: string | null, { id }: Conversation): Promise<void> {
    const { changedFiles } = await this.ports.fileReview();
    switch (action) {
      case 'open':
        return file === null ? undefined : changedFiles.open(id, file);
      case 'undo':
        return file === null ? undefined : changedFiles.undo(id, file);
      case 'reviewAll':
        return changedFiles.reviewAll(id);
      default:
        return assertNever(action);
    }
  }

  inspect(turn: string): void {
    this.ports.inspect(turn);
  }

  openAttachment(attachment: PromptAttachment): Promise<void> {
    return openAttachment(attachment, this.ports.pathOf);
  }

  openBlock(turn: TurnDocument, block: TurnBlock): Promise<void> {
    return this.ports.blockDocuments.open(turn, block);
  }

  async copy(text: string): Promise<void> {
    await vscode.env.clipboard.writeText(text);
  }

  insertCode(text: string): Promise<void> {
    return insertCode(text);
  }

  async applyCode(code: AnswerCode): Promise<void> {
    try {
      await (await this.ports.fileReview()).applyCode(code);
    } catch (error) {
      if (!ToolRefusal.is(error)) throw error;
      void vscode.window.showWarningMessage(
        vscode.l10n.t('This change cannot be made: {0}', error.message),
      );
    }
  }

  newFile(text: string, language: string): Promise<void> {
    return openNewFile(text, language);
  }

  previewDiagram(text: string): Promise<void> {
    return previewDiagram(text, this.ports.codeDocuments);
  }

  failed(what: string, error: unknown): void {
    this.ports.failed(what, error);
  }
}

function nameOf(path: string): string {
  return path.split('/').at(-1) ?? path;
}

/** On a remote machine its files are `file:` here, whatever the window calls them. */
function uriOfDrag(address: string): vscode.Uri {
  const uri = vscode.Uri.parse(address, true);
  const isHere = uri.scheme === 'vscode-remote' && vscode.env.remoteName !== undefined;
  return isHere ? vscode.Uri.file(uri.path) : uri;
}
