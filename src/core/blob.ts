/** Bytes that are kept beside a conversation, not in it: an image, a PDF. Named by their content. */
export interface BlobRef {
  /** SHA-256 of the bytes, in lower-case hexadecimal. */
  readonly sha256: string;
  readonly mediaType: string;
  /** Size in bytes. */
  readonly size: number;
}

/** Where such bytes are kept. */
export interface BlobStore {
  /** Durable when it resolves; the same bytes are kept once. */
  put(data: Uint8Array, mediaType: string): Promise<BlobRef>;
  /** Undefined where they are gone. */
  get(ref: BlobRef): Promise<Uint8Array | undefined>;
}

/**
 * What stands for a blob's base64 in a request (`source.data`), so that requests are small, are the same bytes each
 * time, and can be recorded. The transport puts the bytes in as the request leaves.
 */
export function blobPlaceholder({ sha256 }: BlobRef): string {
  return `blob:${sha256}`;
}

/** Endings by media type, so that an editor and a page know what a file is. */
const endings: ReadonlyMap<string, string> = new Map([
  ['image/png', 'png'],
  ['image/jpeg', 'jpg'],
  ['image/gif', 'gif'],
  ['image/webp', 'webp'],
  ['image/avif', 'avif'],
  ['image/bmp', 'bmp'],
  ['image/heic', 'heic'],
  ['image/tiff', 'tiff'],
  ['image/x-icon', 'ico'],
  ['application/pdf', 'pdf'],
]);

/** The types whose files have an ending of their own. */
export const blobMediaTypes: readonly string[] = [...endings.keys()];

/** Name of a blob's file in the folder of its store. */
export function blobFileName({ sha256, mediaType }: Pick<BlobRef, 'sha256' | 'mediaType'>): string {
  return `${sha256}.${endings.get(mediaType) ?? 'bin'}`;
}
