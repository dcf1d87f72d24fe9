import { assertNever } from '../src/core/assertNever';
import type { Attachment, TextSource } from '../src/core/contentBlock';
import type { ViewStrings } from '../src/protocol/viewStrings';
import type { IconName } from './components/icon';
import { fillTemplate } from './fillTemplate';

/** What a chip says of an attachment. */
export interface AttachmentLabel {
  readonly icon: IconName;
  readonly name: string;
  /** Stands behind the name; may be empty. */
  readonly detail: string;
  /** The whole of it, for tooltips and screen readers. */
  readonly full: string;
}

const sourceIcons: Readonly<Record<TextSource, IconName>> = {
  problems: 'warning',
  changes: 'diff',
  commit: 'git-commit',
  terminal: 'terminal',
  url: 'globe',
  conversation: 'comment-discussion',
};

export function attachmentLabel(attachment: Attachment, strings: ViewStrings): AttachmentLabel {
  const { kind, path } = attachment;
  const name = fileName(path);
  switch (kind) {
    case 'selection': {
      const [start, end] = [`${attachment.startLine}`, `${attachment.endLine}`];
      return start === end
        ? {
            icon: 'file-code',
            name,
            detail: `:${start}`,
            full: fillTemplate(strings.attachmentLine, path, start),
          }
        : {
            icon: 'file-code',
            name,
            detail: `:${start}-${end}`,
            full: fillTemplate(strings.attachmentLines, path, start, end),
          };
    }
    case 'file':
      return { icon: 'file', name, detail: '', full: path };
    case 'folder':
      return { icon: 'folder', name, detail: '', full: path };
    case 'text':
      return { icon: sourceIcons[attachment.source], name: path, detail: '', full: path };
    case 'image': {
      const detail = `${attachment.width} × ${attachment.height}`;
      return { icon: 'file-media', name, detail: ` ${detail}`, full: `${path}, ${detail}` };
    }
    case 'pdf': {
      const { pages, whole } = attachment;
      if (pages === 0) return { icon: 'file-pdf', name, detail: '', full: path };
      const detail =
        whole === undefined
          ? fillTemplate(pages === 1 ? strings.attach.onePage : strings.attach.pages, `${pages}`)
          : fillTemplate(strings.attach.pageRange, whole.range);
      return { icon: 'file-pdf', name, detail: ` ${detail}`, full: `${path}, ${detail}` };
    }
    default:
      return assertNever(attachment);
  }
}

function fileName(path: string): string {
  return path.split(/[/\\]/).findLast((part) => part !== '') ?? path;
}
