import type { ImageType } from './attachmentBlocks';

/** What a file is, by its first bytes and not by its name. */
export type FileKind =
  | { readonly kind: 'image'; readonly mediaType: ImageType }
  /** An image that the API does not take as it is. */
  | { readonly kind: 'other-image'; readonly mediaType: string }
  | { readonly kind: 'pdf' }
  | { readonly kind: 'text' }
  | { readonly kind: 'binary' };

/** Bytes that are looked at to tell text from anything else. */
const sampleSize = 8_192;
const imageSignatures: readonly (readonly [prefix: string, mediaType: ImageType])[] = [
  ['\x89PNG\r\n\x1a\n', 'image/png'],
  ['\xff\xd8\xff', 'image/jpeg'],
  ['GIF87a', 'image/gif'],
  ['GIF89a', 'image/gif'],
];
const otherSignatures: readonly (readonly [prefix: string, mediaType: string])[] = [
  ['BM', 'image/bmp'],
  ['II*\0', 'image/tiff'],
  ['MM\0*', 'image/tiff'],
  ['\0\0\x01\0', 'image/x-icon'],
];
/** Of ISO base media files (ISO/IEC 23008-12; AV1 Image File Format). */
const brands: ReadonlyMap<string, string> = new Map([
  ['avif', 'image/avif'],
  ['avis', 'image/avif'],
  ['heic', 'image/heic'],
  ['heix', 'image/heic'],
  ['mif1', 'image/heic'],
]);
const byteOrderMarks = ['\xff\xfe', '\xfe\xff', '\xef\xbb\xbf'];

export function fileKindOf(bytes: Uint8Array): FileKind {
  const head = latin1(bytes.subarray(0, 1_024));
  const image = imageSignatures.find(([prefix]) => head.startsWith(prefix));
  if (image !== undefined) return { kind: 'image', mediaType: image[1] };
  if (head.startsWith('RIFF') && head.slice(8, 12) === 'WEBP') {
    return { kind: 'image', mediaType: 'image/webp' };
  }
  // Anything may stand before it, within the first kilobyte (ISO 32000, annex H).
  if (head.startsWith('%PDF-') || /[\r\n]%PDF-\d/.test(head)) return { kind: 'pdf' };
  if (byteOrderMarks.some((mark) => head.startsWith(mark))) return { kind: 'text' };
  const isBinary = bytes.subarray(0, sampleSize).includes(0);
  const brand = head.slice(4, 8) === 'ftyp' ? brands.get(head.slice(8, 12)) : undefined;
  const other = isBinary
    ? (brand ?? otherSignatures.find(([prefix]) => head.startsWith(prefix))?.[1])
    : undefined;
  if (other !== undefined) return { kind: 'other-image', mediaType: other };
  return { kind: isBinary ? 'binary' : 'text' };
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
