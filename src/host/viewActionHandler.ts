import * as vscode from 'vscode';
import type { BlobRef } from '../core/blob';
import { assertNever } from '../core/assertNever';
import type { PromptAttachment } from '../core/conversation';
import type { TurnBlock, TurnDocument } from '../core/turnDocument';
import type { Draft } from '../protocol/hostToView';
import type { ViewCommand } from '../protocol/viewToHost';
import type { BlockDocuments } from './blockDocuments';
import type { ChatCommands } from './chatCommands';
import { insertCode, openNewFile } from './codeActions';
import type { CodeDocuments } from './codeDocuments';
import type { Connection } from './connection';
import type { KeyCommands } from './keyCommands';
import type { ModelPicker } from './modelPicker';
import { openAttachment } from './openAttachment';
import { openLink } from './openLink';
import { previewDiagram } from './previewDiagram';
import { openSettings } from './settings';
import type { Surface } from './surface';
import type { ViewActions } from './viewBridge';

export interface ViewActionPorts {
  readonly connection: Connection;
  readonly chatCommands: ChatCommands;
  readonly keyCommands: KeyCommands;
  readonly modelPicker: ModelPicker;
  readonly inspect: (turn: string) => void;
  readonly codeDocuments: CodeDocuments;
  readonly blockDocuments: BlockDocuments;
  readonly showLog: () => void;
  /** Where bytes that were attached are kept. */
  readonly pathOf: (blob: BlobRef) => string;
  readonly failed: (what: string, error: unknown) => void;
}

/** Does what one view asks for beyond its conversation. */
export class ViewActionHandler implements ViewActions {
  constructor(
    private readonly surface: Surface,
    private readonly ports: ViewActionPorts,
  ) {}

  async refusal(draft: Draft): Promise<string | null> {
    if (draft.text.trim() === '') return vscode.l10n.t('Write a prompt first.');
    const { credential } = await this.ports.connection.resolve();
    return credential.kind === 'missing'
      ? vscode.l10n.t('Set an API key first. Your prompt is kept.')
      : null;
  }

  async run(command: ViewCommand): Promise<void> {
    const { chatCommands, keyCommands, modelPicker } = this.ports;
    switch (command) {
      case 'setKey':
        return keyCommands.set();
      case 'chooseModel':
        return modelPicker.choose();
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
      case 'showLog':
        return this.ports.showLog();
      default:
        return assertNever(command);
    }
  }

  openLink(href: string): Promise<void> {
    return openLink(href);
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
