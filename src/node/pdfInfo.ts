import { inflateSync } from 'node:zlib';

/** What matters of a PDF before it is sent. */
export interface PdfInfo {
  /** 0 where they could not be counted. */
  readonly pages: number;
  /** Needs a password, or was made with one: the API takes neither (API: PDF support). */
  readonly isEncrypted: boolean;
}

const page = /\/Type\s*\/Page(?![A-Za-z])/g;
const objectStream = /\/Type\s*\/ObjStm\b/;
/** Bytes that all object streams of a file may inflate to: what is beyond is not counted. */
const mostInflated = 64 * 1024 * 1024;

/**
 * Counts the pages of a PDF by its page objects, those in object streams included (ISO 32000, 7.5.7). A file that was
 * saved in increments may name a page twice; it is then counted once, by the number of its object.
 */
export function pdfInfo(data: Uint8Array): PdfInfo {
  const text = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('latin1');
  const found = new Set<string>();
  let [packed, inflated] = [0, 0];
  const dictionary = /(\d+)\s+(\d+)\s+obj\b([\s\S]*?)(?:endobj|stream\r?\n)/g;
  for (let match = dictionary.exec(text); match !== null; match = dictionary.exec(text)) {
    const [whole, id = '', , body = ''] = match;
    if (body.search(page) !== -1) found.add(id);
    if (!whole.endsWith('stream\n') && !whole.endsWith('stream\r\n')) continue;
    const start = match.index + whole.length;
    const end = text.indexOf('endstream', start);
    if (end === -1) break;
    dictionary.lastIndex = end;
    if (!objectStream.test(body) || inflated >= mostInflated) continue;
    const objects = unpacked(data.subarray(start, end), mostInflated - inflated);
    inflated += objects.length;
    packed += objects.match(page)?.length ?? 0;
  }
  return { pages: found.size + packed, isEncrypted: /\/Encrypt\s+\d+\s+\d+\s+R/.test(text) };
}

function unpacked(data: Uint8Array, most: number): string {
  try {
    return inflateSync(data, { maxOutputLength: most }).toString('latin1');
  } catch {
    // Another filter, or damage: its pages are not counted.
    return '';
  }
}
