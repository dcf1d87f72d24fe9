/** A file's bytes on their way from the view to the host. */
export interface AttachedFile {
  readonly name: string;
  /** Where it came from; empty for what was pasted or dropped from the system. */
  readonly uri: string;
  /** As it was. */
  readonly data: Uint8Array;
  /** What the view made of an image that the API does not take, or not so large. */
  readonly image?: PreparedImage;
}

export interface PreparedImage {
  readonly data: Uint8Array;
  /** For requests with many images, where `data` is too large for them. */
  readonly small?: Uint8Array;
}
