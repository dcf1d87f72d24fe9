import type { BlobRef } from './blob';
import type { JsonObject } from './json';

/** What a block is, known from its start. Shown by views; everything else of the block is text that grows. */
export type BlockHead =
  | { readonly kind: 'text' }
  | { readonly kind: 'thinking' }
  | { readonly kind: 'redacted_thinking' }
  | { readonly kind: 'tool_use'; readonly toolUseId: string; readonly name: string }
  | { readonly kind: 'server_tool_use'; readonly toolUseId: string; readonly name: string }
  /** What a tool of the server's own came to, whole at once. The block's text is for the person. */
  | {
      readonly kind: 'server_tool_result';
      readonly toolUseId: string;
      readonly type: string;
      readonly isError?: true;
    }
  /**
   * A call of ours that has begun: opened before it can have any effect, so that a crash leaves a trace of it. The
   * block's text is the output for the person, as it comes; the model does not read it.
   */
  | { readonly kind: 'tool_run'; readonly toolUseId: string }
  /** What one call of ours came to. The block's text is what the model reads of it. */
  | {
      readonly kind: 'tool_result';
      readonly toolUseId: string;
      readonly fate: ToolFate;
      readonly attachments: readonly ToolAttachment[];
      /** Of a command that ended by itself. */
      readonly exitCode?: number;
    }
  /** Part of a user turn: what the person attached. The block's text is its content. */
  | { readonly kind: 'attachment'; readonly attachment: Attachment }
  /** A type this version does not know: stored and sent back as it came. */
  | { readonly kind: 'unknown'; readonly type: string };

/**
 * What became of a call: `done`; `failed` where it ran and did not do what was asked; `refused` where its input makes no
 * sense; `denied` by the person, a rule or the mode; `stopped` by the person while it ran; `not-run`; `unknown` where it
 * had begun when the editor ended. The model reads all but `done` as an error.
 */
export type ToolFate = 'done' | 'failed' | 'refused' | 'denied' | 'stopped' | 'not-run' | 'unknown';

/** What a call gave back besides text. */
export type ToolAttachment =
  | { readonly kind: 'image'; readonly blob: BlobRef }
  | { readonly kind: 'pdf'; readonly name: string; readonly blob: BlobRef };

/** Something the person attached to a prompt. Text is the content of its block; bytes are kept beside the conversation. */
export type Attachment =
  | SelectionAttachment
  | FileAttachment
  | FolderAttachment
  | TextAttachment
  | ImageAttachment
  | PdfAttachment;

interface Attached {
  /** Path relative to the workspace, or absolute outside it, or a title: what the person sees and the model reads. */
  readonly path: string;
  /** What a click opens; empty where there is nothing to open. */
  readonly uri: string;
}

/** Lines of a file. */
export interface SelectionAttachment extends Attached {
  readonly kind: 'selection';
  readonly languageId: string;
  /** First and last line, counted from 1. */
  readonly startLine: number;
  readonly endLine: number;
}

/** All of a text file. */
export interface FileAttachment extends Attached {
  readonly kind: 'file';
  readonly languageId: string;
}

/** The names of what is in a folder. */
export interface FolderAttachment extends Attached {
  readonly kind: 'folder';
}

export const textSources = [
  'problems',
  'changes',
  'commit',
  'terminal',
  'url',
  'conversation',
] as const;
export type TextSource = (typeof textSources)[number];

/** Text that is no file. */
export interface TextAttachment extends Attached {
  readonly kind: 'text';
  readonly source: TextSource;
}

export interface ImageAttachment extends Attached {
  readonly kind: 'image';
  /** What the model sees. */
  readonly blob: BlobRef;
  /** Of `blob`, in pixels. */
  readonly width: number;
  readonly height: number;
  /** What it sees in a request with so many images that each must be small; `blob` where that is small enough. */
  readonly small?: BlobRef;
  /** As it was attached, where `blob` was made from it. */
  readonly original?: BlobRef;
}

export interface PdfAttachment extends Attached {
  readonly kind: 'pdf';
  /** What the model reads. */
  readonly blob: BlobRef;
  /** Of `blob`; 0 where they could not be counted. */
  readonly pages: number;
  /** Where `blob` has only some pages: the whole, and which those are (`3-7, 9`). */
  readonly whole?: { readonly blob: BlobRef; readonly range: string };
}

/** Everything needed to open a block. */
export interface BlockStart {
  readonly head: BlockHead;
  /** `content_block` exactly as it came on the wire; undefined for blocks of our own making. */
  readonly raw?: JsonObject;
  /** Text the start already carried. */
  readonly text?: string;
}

/**
 * `open` while it grows; `closed` when its end was seen; `cut` when the stream ended before its end (its text stays);
 * `dropped` when a later attempt took its place: readers take it away.
 */
export type BlockState = 'open' | 'closed' | 'cut' | 'dropped';
