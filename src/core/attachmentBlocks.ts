import type {
  Base64ImageSource,
  ContentBlockParam,
  ImageBlockParam,
} from '@anthropic-ai/sdk/resources/messages';
import { assertNever } from './assertNever';
import { attachmentText, oneLine } from './attachmentText';
import { blobPlaceholder, type BlobRef } from './blob';
import type { Attachment, ImageAttachment } from './contentBlock';
import { wellFormed } from './wellFormed';

/** Types of image that the API takes (API: vision). */
export const imageTypes = [
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
] as const satisfies readonly Base64ImageSource['media_type'][];
export type ImageType = (typeof imageTypes)[number];

/** With more images than this in a request, none may be larger than {@link smallImageEdge} (API: vision). */
export const mostLargeImages = 20;
/** Pixels of the longer side. */
export const smallImageEdge = 2_000;

/**
 * How the model gets something attached; empty where nothing of it can be sent. Bytes are stood for by a placeholder.
 *
 * @param images whether the request has so many images that each must be small.
 */
export function attachmentBlocks(
  attachment: Attachment,
  content: string,
  images: 'large' | 'small',
): ContentBlockParam[] {
  switch (attachment.kind) {
    case 'selection':
    case 'file':
    case 'folder':
    case 'text':
      return [{ type: 'text', text: wellFormed(attachmentText(attachment, content)) }];
    case 'image':
      return imageBlocks(attachment, images);
    case 'pdf': {
      const { path, blob, whole } = attachment;
      const title = whole === undefined ? oneLine(path) : `${oneLine(path)}, pages ${whole.range}`;
      return [
        {
          type: 'document',
          source: { type: 'base64', media_type: 'application/pdf', data: blobPlaceholder(blob) },
          title: wellFormed(title),
        },
      ];
    }
    default:
      return assertNever(attachment);
  }
}

/** Its name before it, as several images in a prompt need one to be told apart (API: vision). */
function imageBlocks(
  { path, blob, small }: ImageAttachment,
  images: 'large' | 'small',
): ContentBlockParam[] {
  const block = imageBlock(images === 'small' ? (small ?? blob) : blob);
  if (block === undefined) return [];
  return [{ type: 'text', text: wellFormed(`${oneLine(path) || 'Image'}:`) }, block];
}

function imageBlock(blob: BlobRef): ImageBlockParam | undefined {
  const type = imageTypes.find((known) => known === blob.mediaType);
  if (type === undefined) return undefined;
  return {
    type: 'image',
    source: { type: 'base64', media_type: type, data: blobPlaceholder(blob) },
  };
}
