import { MarkdownView, type MarkdownViewOptions } from '../../media/markdown/markdownView';
import { canonicalBlocks } from './canonical';

/** What the tests call in the page. */
const markdownTest = {
  MarkdownView,
  canonicalBlocks,
  opened: [] as string[],
  copied: [] as string[],
  inserted: [] as string[],
  newFiles: [] as { text: string; language: string }[],

  /** Words, and what nobody listens to. */
  options(): MarkdownViewOptions {
    return {
      strings: {
        copyCode: 'Copy code',
        copied: 'Copied',
        codeBlock: 'Code block',
        insertCode: 'Insert at cursor',
        applyCode: 'Apply to file',
        codeToNewFile: 'Open in new file',
        previewDiagram: 'Preview diagram',
        wrapCode: 'Wrap lines',
        foldCode: 'Fold code',
        unfoldCode: 'Unfold code',
        seam: 'Cut here',
      },
      onOpenLink: () => undefined,
      onCopy: () => undefined,
      onInsertCode: () => undefined,
      onApplyCode: () => undefined,
      onNewFile: () => undefined,
      onPreviewDiagram: () => undefined,
    };
  },

  create(): MarkdownView {
    const view = new MarkdownView({
      ...markdownTest.options(),
      onOpenLink: (href) => markdownTest.opened.push(href),
      onCopy: (text) => markdownTest.copied.push(text),
      onInsertCode: (text) => markdownTest.inserted.push(text),
      onNewFile: (text, language) => markdownTest.newFiles.push({ text, language }),
    });
    document.body.append(view.element);
    return view;
  },

  /** A view that got the text in pieces. */
  stream(pieces: readonly string[]): MarkdownView {
    const view = markdownTest.create();
    for (const piece of pieces) view.append(piece);
    view.end();
    return view;
  },

  /** What is shown in the end. */
  shown(pieces: readonly string[]): string {
    const view = markdownTest.stream(pieces);
    const shown = canonicalBlocks(view.element);
    view.dispose();
    return shown;
  },

  /** A text whole, and cut into pieces of 1, 3 and 7 characters. */
  cuttings(text: string): string[][] {
    const cut = (length: number): string[] => text.match(new RegExp(`[^]{1,${length}}`, 'g')) ?? [];
    return [[text], cut(1), cut(3), cut(7)];
  },

  /** Resolves when nothing waits for the page to be idle any more. */
  async idle(): Promise<void> {
    // What has waited may ask for more, by way of a promise too: hence the task between.
    do await new Promise((resolve) => setTimeout(resolve, 20));
    while (waiting.size > 0);
  },

  /** What HTML says that a reference wrote. The policy is the test's: the page lets no other make HTML of strings. */
  meaningOf(html: string): string {
    const template = document.createElement('template');
    template.innerHTML = policy.createHTML(html) as string;
    // Inert: in the page itself its images would be loaded.
    const container = template.content.ownerDocument.createElement('div');
    container.append(template.content);
    return canonicalBlocks(container);
  },
};

/** Requests for idle time that were neither met nor cancelled. */
const waiting = new Set<number>();
const requestIdle = window.requestIdleCallback.bind(window);
const cancelIdle = window.cancelIdleCallback.bind(window);

window.requestIdleCallback = (callback, options) => {
  const request = requestIdle((deadline) => {
    waiting.delete(request);
    callback(deadline);
  }, options);
  waiting.add(request);
  return request;
};

window.cancelIdleCallback = (request) => {
  waiting.delete(request);
  cancelIdle(request);
};

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createHTML(html: string): string },
  ): { createHTML(html: string): unknown };
}

const { trustedTypes } = window as unknown as { trustedTypes: TrustedTypes };
const policy = trustedTypes.createPolicy('reference', { createHTML: (html) => html });

declare global {
  interface Window {
    markdownTest: typeof markdownTest;
  }
}

window.markdownTest = markdownTest;
