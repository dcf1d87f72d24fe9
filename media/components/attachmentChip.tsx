import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { blobFileName } from '../../src/core/blob';
import type { Attachment, ImageAttachment } from '../../src/core/contentBlock';
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

/** A small picture; its icon where the file is gone. */
function Thumbnail({ image, alt }: { image: ImageAttachment; alt: string }): JSX.Element {
  const { blobs } = usePanel();
  const [isGone, setGone] = useState(false);
  if (isGone || blobs === '') return <Icon name="file-media" />;
  return (
    <img
      class="chip-thumbnail"
      src={`${blobs}/${blobFileName(image.blob)}`}
      alt={alt}
      draggable={false}
      onError={() => setGone(true)}
    />
  );
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
    <li class={attachment.kind === 'image' ? 'chip chip-image' : 'chip'}>
      <button
        type="button"
        class="chip-name"
        title={cost === '' ? openLabel : `${openLabel}\n${cost}`}
        onClick={() =>
          post({ type: 'openAttachment', attachment: { attachment, content: content() } })
        }
      >
        {attachment.kind === 'image' ? (
          <Thumbnail image={attachment} alt={full} />
        ) : (
          <Icon name={icon} />
        )}
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
