import type { CodeHighlighter } from './codeHighlighter';
import type { InlineViewPorts } from './inlineView';

export interface MarkdownViewStrings {
  readonly copyCode: string;
  readonly copied: string;
  readonly insertCode: string;
  readonly applyCode: string;
  readonly codeToNewFile: string;
  readonly previewDiagram: string;
  readonly wrapCode: string;
  readonly foldCode: string;
  readonly unfoldCode: string;
  /** Names the box of a code block. */
  readonly codeBlock: string;
  /** On the mark where the text was cut and goes on. */
  readonly seam: string;
}

/** A view of a leaf block, whose DOM lags behind its text until it is rendered. */
export interface Renderable {
  render(): void;
}

/** What a person may do with the code of an answer. */
export interface CodeActions {
  readonly onCopy: (text: string) => void;
  /** Into the editor, where its cursor is. */
  readonly onInsertCode: (text: string) => void;
  /** Into a file that the answer names or the person. `info`: all behind the fence; `before`: what stands before it. */
  readonly onApplyCode: (text: string, info: string, before: string) => void;
  readonly onPreviewDiagram: (text: string) => void;
  /** `language` is what the fence says, and may be empty. */
  readonly onNewFile: (text: string, language: string) => void;
}

/** What the views of one document share. */
export interface ViewContext extends InlineViewPorts, CodeActions {
  readonly strings: MarkdownViewStrings;
  readonly highlighter: CodeHighlighter;
  /** Has `view` rendered before the frame ends. */
  readonly renderLater: (view: Renderable) => void;
  readonly cancelRender: (view: Renderable) => void;
  /** An id that is unique in the page. */
  readonly newId: () => string;
}
