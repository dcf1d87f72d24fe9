import type { ConversationPatch } from '../core/conversationPatch';
import type { ToolMode } from '../core/approvalPolicy';
import type { ContextUse } from '../core/contextUse';
import type { FoundTurn } from '../core/foundTurn';
import type { PromptAttachment } from '../core/conversation';
import type { AttachedFile } from './attachedFile';
import type { ChangedFileSummary } from './changedFile';
import type { Suggestion } from './suggestion';
import type { ViewStrings } from './viewStrings';

/** Raised with every change that an older view would misread. A view of another version asks to be reloaded. */
export const protocolVersion = 3;

/** Put into the page as JSON: what the view needs before the first message. */
export interface BootData {
  readonly version: number;
  readonly surface: 'sidebar' | 'editor';
  /** BCP 47, for number and time formats. */
  readonly locale: string;
  readonly strings: ViewStrings;
  /** Address of the folder with the attached bytes, without a slash at its end; empty where it has none. */
  readonly blobs: string;
}

/** How the view behaves, by the person's settings. */
export interface ViewSettings {
  readonly sendKey: 'enter' | 'modEnter';
  /** What the view follows while an answer comes: its end, or no further than its beginning. */
  readonly follow: 'end' | 'start';
  readonly thinking: 'hidden' | 'collapsed' | 'expanded';
  readonly escStops: boolean;
  /** Of the editor's own chat (`chat.fontSize`, px; `chat.fontFamily`): webviews are not told them otherwise. */
  readonly chatFontSize?: number;
  readonly chatFontFamily?: string;
}

/** Everything around the conversation; sent whole whenever any of it changes. */
export interface ViewState {
  readonly conversation: { readonly id: string; readonly title: string };
  readonly key: 'missing' | 'stored' | 'environment' | 'not-needed';
  /** Host name of a server other than Anthropic's; null for Anthropic's. */
  readonly server: string | null;
  /** What the model button shows; null until a model is known. */
  readonly modelLabel: string | null;
  readonly effortLabel: string | null;
  readonly settings: ViewSettings;
  /** Another window owns the conversation: what is sent goes on in a copy. */
  readonly isReadOnly: boolean;
  /** What tools may do without asking; null where there are none. */
  readonly toolMode: ToolMode | null;
  /** Turns under way in conversations other than this one. */
  readonly othersRunning: number;
  /** The prompt before this one, for ↑ in an empty composer; null when there is none. */
  readonly lastPrompt: string | null;
  /** What the next request takes of the model's window, the draft apart. */
  readonly context?: ContextUse;
  /** What tools changed in this conversation. */
  readonly changedFiles?: readonly ChangedFileSummary[];
  /** What a prompt that begins with a slash can call. */
  readonly commands?: readonly { readonly name: string; readonly description: string }[];
}

/** What stands in the composer and is not yet sent. */
export interface Draft {
  readonly text: string;
  readonly attachments: readonly PromptAttachment[];
}

/** Where a command leads within the conversation shown; `find` opens the find bar. */
export type Destination = 'previousPrompt' | 'nextPrompt' | 'find';

export type HostToView =
  | { readonly type: 'state'; readonly state: ViewState }
  | { readonly type: 'patch'; readonly patch: ConversationPatch }
  /** Something got lost on the way: the view answers with `ready` and its cursor. */
  | { readonly type: 'sync' }
  /** Replaces the composer's content: after a reload, or when another conversation is shown. */
  | { readonly type: 'draft'; readonly draft: Draft }
  /** Adds to the composer ("Ask about selection") and puts the focus there. */
  | { readonly type: 'attach'; readonly attachment: PromptAttachment }
  /** An image that the API does not take as it is: the view makes one that it takes, and answers with `attachFile`. */
  | {
      readonly type: 'prepareImage';
      readonly conversation: string;
      readonly file: AttachedFile;
    }
  | {
      readonly type: 'suggestions';
      readonly search: number;
      readonly items: readonly Suggestion[];
    }
  | { readonly type: 'focusComposer' }
  /** A command that moves within the conversation shown. */
  | { readonly type: 'go'; readonly to: Destination }
  | { readonly type: 'found'; readonly search: number; readonly turns: readonly FoundTurn[] }
  /** Settles the request of that id. */
  | {
      readonly type: 'reply';
      readonly id: number;
      readonly error: string | null;
      /** The error is a question: sent again with `confirmed`, the draft goes out. */
      readonly isQuestion?: boolean;
    };
