import type { BlobRef } from './blob';
import type { JsonObject } from './json';

/** What a block is, known from its start. Shown by views; everything else of the block is text that grows. */
export type BlockHead =
  | { readonly kind: 'text' }
  | { readonly kind: 'thinking' }
  | { readonly kind: 'redacted_thinking' }
  | { readonly kind: 'tool_use'; readonly toolUseId: string; readonly name: string }
  | { readonly kind: 'server_tool_use'; readonly toolUseId: string; readonly name: string }
  | { readonly kind: 'server_tool_result'; readonly toolUseId: string; readonly type: string }
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

/** Something the person attached to a prompt. */
export interface Attachment {
  readonly kind: 'selection';
  /** Path relative to the workspace, or absolute outside it: what the person sees and the model reads. */
  readonly path: string;
  readonly uri: string;
  readonly languageId: string;
  /** First and last line, counted from 1. */
  readonly startLine: number;
  readonly endLine: number;
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
