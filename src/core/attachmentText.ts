import { assertNever } from './assertNever';
import type {
  FileAttachment,
  FolderAttachment,
  SelectionAttachment,
  TextAttachment,
} from './contentBlock';

/** What is attached as text. */
export type WrittenAttachment =
  SelectionAttachment | FileAttachment | FolderAttachment | TextAttachment;

/** How the model reads something attached: where it is from, then the content in a fence that nothing inside can end. */
export function attachmentText(attachment: WrittenAttachment, content: string): string {
  const fence = fenceFor(content);
  const end = content.endsWith('\n') ? '' : '\n';
  return `${sourceOf(attachment)}:\n${fence}${languageOf(attachment)}\n${content}${end}${fence}`;
}

/** A file's name may hold line breaks; the line that names it may not. */
export function oneLine(path: string): string {
  return path.replace(/\s+/g, ' ').trim();
}

function sourceOf(attachment: WrittenAttachment): string {
  const path = oneLine(attachment.path);
  switch (attachment.kind) {
    case 'selection': {
      const { startLine, endLine } = attachment;
      return startLine === endLine
        ? `${path}, line ${startLine}`
        : `${path}, lines ${startLine}–${endLine}`;
    }
    case 'file':
    case 'text':
      return path;
    case 'folder':
      return `Files in ${path}`;
    default:
      return assertNever(attachment);
  }
}

function languageOf(attachment: WrittenAttachment): string {
  if ('languageId' in attachment) return attachment.languageId.replace(/[^\w+#.-]/g, '');
  const isDiff = attachment.kind === 'text' && /^(changes|commit)$/.test(attachment.source);
  return isDiff ? 'diff' : '';
}

/** Longer than the longest run of backticks inside (CommonMark: fenced code blocks). */
function fenceFor(content: string): string {
  let longest = 2;
  for (const [run] of content.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  return '`'.repeat(longest + 1);
}
