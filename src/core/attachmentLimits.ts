import type { Attachment } from './contentBlock';

/** Pixels of the longer side that any model looks at: more is scaled down by the server (API: vision). */
export const largestUsefulEdge = 2_576;
/** Pixels of a side that the API takes (API: vision). */
export const largestImageSide = 8_000;
/** Bytes of an image that the API takes: 10 MB as base64 (API: vision). */
export const largestImage = Math.floor((10 * 1024 * 1024 * 3) / 4);
/** Bytes of all attachments of a request: 32 MB as base64, with room for the text (API: request size). */
export const largestTotal = 23 * 1024 * 1024;
/** Images of a request where the model's window is 1 M tokens, and where it is smaller (API: vision). */
const mostImages = { large: 600, small: 100 };
/** Pages likewise (API: PDF support). */
const mostPages = { large: 600, small: 100 };
const largeWindow = 1_000_000;
/** UTF-16 units of one text: some 600,000 tokens. */
export const longestText = 2_000_000;

/** What does not fit into one request. */
export type AttachmentProblem =
  | { readonly kind: 'too-many-images'; readonly most: number; readonly found: number }
  | { readonly kind: 'too-many-pages'; readonly most: number; readonly found: number }
  | { readonly kind: 'too-large'; readonly most: number; readonly found: number }
  | { readonly kind: 'no-images' }
  | { readonly kind: 'no-pdfs' };

/** What a model takes; null where the server does not say. */
export interface AttachmentAbility {
  readonly maxInputTokens: number | null;
  readonly capabilities: { readonly imageInput: boolean; readonly pdfInput: boolean } | null;
}

/** Whether a request with all of these would be refused, and why. */
export function attachmentProblem(
  attachments: readonly Attachment[],
  model: AttachmentAbility | undefined,
): AttachmentProblem | undefined {
  const window = (model?.maxInputTokens ?? largeWindow) >= largeWindow ? 'large' : 'small';
  let [images, pages, pdfs, bytes] = [0, 0, 0, 0];
  for (const attachment of attachments) {
    if (attachment.kind === 'image') images++;
    if (attachment.kind === 'pdf') {
      pdfs++;
      pages += attachment.pages;
    }
    if ('blob' in attachment) bytes += attachment.blob.size;
  }
  if (images > 0 && model?.capabilities?.imageInput === false) return { kind: 'no-images' };
  if (pdfs > 0 && model?.capabilities?.pdfInput === false) return { kind: 'no-pdfs' };
  if (images > mostImages[window]) {
    return { kind: 'too-many-images', most: mostImages[window], found: images };
  }
  if (pages > mostPages[window]) {
    return { kind: 'too-many-pages', most: mostPages[window], found: pages };
  }
  if (bytes > largestTotal) return { kind: 'too-large', most: largestTotal, found: bytes };
  return undefined;
}
