import type { JSX } from 'preact';
import type { Attachment } from '../../src/core/contentBlock';
import { attachmentLabel } from '../attachmentLabel';
import { fillTemplate } from '../fillTemplate';
import { usePanel } from '../panel';
import { IconButton } from './buttons';
import { Icon } from './icon';

interface AttachmentChipProps {
  readonly attachment: Attachment;
  readonly content: () => string;
  /** An estimate. */
  readonly tokens?: number;
  /** Without it, the attachment stays. */
  readonly onRemove?: () => void;
}

/** Something attached, by its name: opens on a click. */
export function AttachmentChip({
  attachment,
  content,
  tokens,
  onRemove,
}: AttachmentChipProps): JSX.Element {
  const { strings, formats, post } = usePanel();
  const { icon, name, detail, full } = attachmentLabel(attachment, strings);
  const openLabel = fillTemplate(strings.openAttachment, full);
  const cost =
    tokens === undefined || tokens === 0
      ? ''
      : fillTemplate(strings.attach.tokens, formats.count(tokens));
  return (
    <li class="chip">
      <button
        type="button"
        class="chip-name"
        title={cost === '' ? openLabel : `${openLabel}\n${cost}`}
        aria-label={cost === '' ? openLabel : `${openLabel}, ${cost}`}
        onClick={() =>
          post({ type: 'openAttachment', attachment: { attachment, content: content() } })
        }
      >
        <Icon name={icon} />
        <span class="chip-file" dir="ltr">
          {name}
        </span>
        <span class="chip-lines" dir="ltr">
          {detail}
        </span>
        {cost === '' ? null : (
          <span class="chip-tokens" dir="ltr">
            {`≈${formats.count(tokens ?? 0)}`}
          </span>
        )}
      </button>
      {onRemove === undefined ? null : (
        <IconButton
          icon="close"
          class="chip-remove"
          label={fillTemplate(strings.removeAttachment, full)}
          onClick={onRemove}
        />
      )}
    </li>
  );
}
