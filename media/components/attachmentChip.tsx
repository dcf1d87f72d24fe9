import type { JSX } from 'preact';
import type { Attachment } from '../../src/core/contentBlock';
import { fillTemplate } from '../fillTemplate';
import { usePanel } from '../panel';
import { IconButton } from './buttons';
import { Icon } from './icon';

interface AttachmentChipProps {
  readonly attachment: Attachment;
  /** Without it, the attachment stays. */
  readonly onRemove?: () => void;
}

/** A file and its lines: opens on a click. */
export function AttachmentChip({ attachment, onRemove }: AttachmentChipProps): JSX.Element {
  const { strings, post } = usePanel();
  const { path, uri, startLine, endLine } = attachment;
  const lines = startLine === endLine ? `${startLine}` : `${startLine}-${endLine}`;
  const fullName =
    startLine === endLine
      ? fillTemplate(strings.attachmentLine, path, `${startLine}`)
      : fillTemplate(strings.attachmentLines, path, `${startLine}`, `${endLine}`);
  const openLabel = fillTemplate(strings.openAttachment, fullName);
  return (
    <li class="chip">
      <button
        type="button"
        class="chip-name"
        title={openLabel}
        onClick={() => post({ type: 'openAttachment', uri, line: startLine })}
      >
        <Icon name="file-code" />
        <span class="chip-file" dir="ltr">
          {fileName(path)}
        </span>
        <span class="chip-lines" dir="ltr">{`:${lines}`}</span>
      </button>
      {onRemove === undefined ? null : (
        <IconButton
          icon="close"
          class="chip-remove"
          label={fillTemplate(strings.removeAttachment, fullName)}
          onClick={onRemove}
        />
      )}
    </li>
  );
}

function fileName(path: string): string {
  return path.split(/[/\\]/).findLast((part) => part !== '') ?? path;
}
