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
