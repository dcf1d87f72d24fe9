import { assertNever } from './assertNever';
import type { Attachment } from './contentBlock';

/** Characters of text for a token, about. */
const perToken = 3.5;
/** Pixels of the squares that an image is cut into, and how many count at most (API: vision). */
const imageSquare = 28;
const mostImageTokens = 4_784;
/** Of one page: its text and its picture, about (API: PDF support). */
const perPage = 2_250 + 1_568;

/** How many tokens an attachment takes, about; 0 where nothing is known. */
export function attachmentTokens(attachment: Attachment, content: string): number {
  const { kind } = attachment;
  switch (kind) {
    case 'selection':
    case 'file':
    case 'folder':
    case 'text':
      return Math.ceil(content.length / perToken);
    case 'image': {
      const squares =
        Math.ceil(attachment.width / imageSquare) * Math.ceil(attachment.height / imageSquare);
      return Math.min(squares, mostImageTokens);
    }
    case 'pdf':
      return attachment.pages * perPage;
    default:
      return assertNever(kind);
  }
}
