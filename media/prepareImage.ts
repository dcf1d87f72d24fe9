import { smallImageEdge } from '../src/core/attachmentBlocks';
import { largestImage, largestUsefulEdge } from '../src/core/attachmentLimits';
import { fileKindOf } from '../src/core/fileKind';
import type { PreparedImage } from '../src/protocol/attachedFile';

/** How good a JPEG is that stands in for a picture that would be too large otherwise. */
const quality = 0.9;

/**
 * Makes of an image what the API takes: of a type it knows, no larger than what a model looks at. Undefined where
 * nothing has to be made, and where the browser cannot read it.
 */
export async function prepareImage(
  data: Uint8Array<ArrayBuffer>,
): Promise<PreparedImage | undefined> {
  const found = fileKindOf(data);
  if (found.kind !== 'image' && found.kind !== 'other-image') return undefined;
  const bitmap = await createImageBitmap(new Blob([data], { type: found.mediaType })).catch(
    () => undefined,
  );
  if (bitmap === undefined) return undefined;
  try {
    const edge = Math.max(bitmap.width, bitmap.height);
    const isTaken =
      found.kind === 'image' && edge <= largestUsefulEdge && data.byteLength <= largestImage;
    if (isTaken && edge <= smallImageEdge) return undefined;
    const isPhoto = found.mediaType === 'image/jpeg';
    return {
      data: isTaken ? data : await scaled(bitmap, largestUsefulEdge, isPhoto),
      ...(edge <= smallImageEdge ? {} : { small: await scaled(bitmap, smallImageEdge, isPhoto) }),
    };
  } finally {
    bitmap.close();
  }
}

/** No side longer than `edge`. */
async function scaled(bitmap: ImageBitmap, edge: number, isPhoto: boolean): Promise<Uint8Array> {
  const factor = Math.min(1, edge / Math.max(bitmap.width, bitmap.height));
  const width = Math.max(1, Math.round(bitmap.width * factor));
  const height = Math.max(1, Math.round(bitmap.height * factor));
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('no canvas');
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, width, height);
  const png = isPhoto ? undefined : await canvas.convertToBlob({ type: 'image/png' });
  const blob =
    png !== undefined && png.size <= largestImage
      ? png
      : await canvas.convertToBlob({ type: 'image/jpeg', quality });
  return new Uint8Array(await blob.arrayBuffer());
}
