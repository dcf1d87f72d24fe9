import type { Attachment } from './contentBlock';

/** How the model reads something attached: where it is from, then the content in a fence that nothing inside can end. */
export function attachmentText(attachment: Attachment, content: string): string {
  const { path, languageId, startLine, endLine } = attachment;
  const lines = startLine === endLine ? `line ${startLine}` : `lines ${startLine}–${endLine}`;
  const fence = fenceFor(content);
  const end = content.endsWith('\n') ? '' : '\n';
  return `${oneLine(path)}, ${lines}:\n${fence}${infoString(languageId)}\n${content}${end}${fence}`;
}

/** Longer than the longest run of backticks inside (CommonMark: fenced code blocks). */
function fenceFor(content: string): string {
  let longest = 2;
  for (const [run] of content.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  return '`'.repeat(longest + 1);
}

/** A file's name may hold line breaks; the line that names it may not. */
function oneLine(path: string): string {
  return path.replace(/\s+/g, ' ').trim();
}

function infoString(languageId: string): string {
  return languageId.replace(/[^\w+#.-]/g, '');
}
