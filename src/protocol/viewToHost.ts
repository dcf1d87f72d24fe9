import type { ToolMode } from '../core/approvalPolicy';
import type { PromptAttachment } from '../core/conversation';
import type { ConversationCursor } from '../core/conversationPatch';
import type { ToolDecision } from '../core/toolQuestion';
import type { AttachedFile } from './attachedFile';
import type { ChangeAction } from './changedFile';
import type { Draft } from './hostToView';
import type { Suggestion } from './suggestion';

/** Host commands that a button of the view may run. */
export const viewCommands = [
  'setKey',
  'chooseModel',
  'attach',
  'newChat',
  'showChats',
  'openInEditor',
  'continueInCopy',
  'openSettings',
  'showLog',
  'compact',
  'chooseTools',
] as const;
export type ViewCommand = (typeof viewCommands)[number];

export const toolModes = ['ask', 'plan', 'edit'] as const satisfies readonly ToolMode[];
export const toolDecisions = [
  'once',
  'conversation',
  'workspace',
  'deny',
  'never',
] as const satisfies readonly ToolDecision[];

export type ViewToHost =
  /** The view is there, and how far it has come; null: it shows nothing yet. */
  | { readonly type: 'ready'; readonly cursor: ConversationCursor | null }
  | {
      readonly type: 'painted';
      readonly seq: number;
      /** For each of the last patches up to that one, how long ago it was painted, in ms. */
      readonly agoMs: readonly number[];
    }
  /** The turns that the view shows or is about to: it has let go of all others but the last and those under way. */
  | { readonly type: 'want'; readonly conversation: string; readonly turns: readonly string[] }
  /** Answered by `found` with the same `search`; a later one takes its place. */
  | {
      readonly type: 'find';
      readonly search: number;
      readonly conversation: string;
      readonly query: string;
    }
  /** Answered by `reply`: on success the composer is emptied, on error the draft stays. */
  | {
      readonly type: 'send';
      readonly id: number;
      readonly draft: Draft;
      readonly conversation?: string;
      /** The person was asked about this draft, and wants it sent. */
      readonly confirmed?: boolean;
    }
  /** A file that was pasted or dropped, or an image that the host asked to be prepared. Answered by `reply`. */
  | {
      readonly type: 'attachFile';
      readonly id: number;
      readonly file: AttachedFile;
      readonly conversation?: string;
    }
  /** Files and folders that were dropped, of whatever scheme. Answered by `reply`. */
  | {
      readonly type: 'attachUris';
      readonly id: number;
      readonly uris: readonly string[];
      readonly conversation?: string;
    }
  /** Answered by `suggestions` with the same `search`, again when more is found; a later one takes its place. */
  | { readonly type: 'suggest'; readonly search: number; readonly typed: string }
  /** Attaches what was chosen. Answered by `reply`. */
  | { readonly type: 'attachSuggestion'; readonly id: number; readonly suggestion: Suggestion }
  | {
      readonly type: 'setCompaction';
      readonly turn: string;
      readonly compaction: 'active' | 'undone';
    }
  | { readonly type: 'editSummary'; readonly turn: string; readonly text: string }
  /** Without a turn: whatever runs in the conversation shown. */
  | { readonly type: 'stop'; readonly turn: string | null }
  | { readonly type: 'retryNow'; readonly turn: string }
  | { readonly type: 'tryAgain'; readonly turn: string }
  | { readonly type: 'continueTurn'; readonly turn: string }
  /** The person's word about a call of that turn. */
  | {
      readonly type: 'decideTool';
      readonly turn: string;
      readonly call: string;
      readonly decision: ToolDecision;
    }
  /** Ends one call of that turn; the answer goes on. */
  | { readonly type: 'stopTool'; readonly turn: string; readonly call: string }
  /** Shows what a call that waits would change, in an editor. */
  | { readonly type: 'reviewTool'; readonly turn: string; readonly call: string }
  /** The person's word where that turn reached a limit. */
  | { readonly type: 'goOn'; readonly turn: string; readonly goesOn: boolean }
  /** Back to before this prompt: the person is asked whether the files, the conversation or both. */
  | { readonly type: 'restore'; readonly turn: string }
  /** `file` as the list of changed files names it; null for all of them. */
  | {
      readonly type: 'change';
      readonly action: ChangeAction;
      readonly file: string | null;
      readonly conversation: string;
    }
  | { readonly type: 'setToolMode'; readonly conversation: string; readonly mode: ToolMode }
  | { readonly type: 'run'; readonly command: ViewCommand }
  /** Opens the stream inspector at this turn. */
  | { readonly type: 'inspect'; readonly turn: string }
  | { readonly type: 'openLink'; readonly href: string }
  | { readonly type: 'openAttachment'; readonly attachment: PromptAttachment }
  /** All text of one block of a turn shown here, in an editor. */
  | { readonly type: 'openBlock'; readonly turn: string; readonly block: number }
  | { readonly type: 'copy'; readonly text: string }
  /** Code of an answer, to go where the editor's cursor is. */
  | { readonly type: 'insertCode'; readonly text: string }
  /** The same, to become part of a file. `info`: all behind the fence; `before`: the end of what stands before it. */
  | {
      readonly type: 'applyCode';
      readonly text: string;
      readonly info: string;
      readonly before: string;
    }
  /** A mermaid diagram of an answer, to be shown. */
  | { readonly type: 'previewDiagram'; readonly text: string }
  /** Code of an answer, as an untitled file. `language` is what the answer calls it, and may be empty. */
  | { readonly type: 'newFile'; readonly text: string; readonly language: string }
  /**
   * `conversation` (here and in `send`) is the one that the view showed when this was typed: the host may have changed
   * to another one in the meantime. Without it, the one shown now is meant.
   */
  | { readonly type: 'draft'; readonly draft: Draft; readonly conversation?: string }
  /** An error inside the view, for the log: its message, never content. */
  | { readonly type: 'viewError'; readonly message: string };
