import { ToolRefusal } from '../../core/tool';

/** What a file's bytes say about its text. Other encodings have no mark of their own and are not guessed at. */
export interface TextEncoding {
  readonly name: 'utf-8' | 'utf-16le' | 'utf-16be';
  /** Length of the byte order mark in bytes, 0 where there is none. */
  readonly bomLength: number;
}

/** The encoding by the byte order mark; UTF-8 where there is none. */
export function encodingOf(start: Uint8Array): TextEncoding {
  const [a, b, c] = start;
  if (a === 0xef && b === 0xbb && c === 0xbf) return { name: 'utf-8', bomLength: 3 };
  if (a === 0xff && b === 0xfe) return { name: 'utf-16le', bomLength: 2 };
  if (a === 0xfe && b === 0xff) return { name: 'utf-16be', bomLength: 2 };
  return { name: 'utf-8', bomLength: 0 };
}

/** Whether the start of a file is that of no text: the test that git makes. */
export function isBinary(start: Uint8Array): boolean {
  return encodingOf(start).name === 'utf-8' && start.subarray(0, 8000).includes(0);
}

/**
 * The text without its mark.
 *
 * @throws ToolRefusal where the bytes are no text of that encoding: an edit would not bring them back as they were.
 */
export function decodeExactly(bytes: Uint8Array): { text: string; encoding: TextEncoding } {
  const encoding = encodingOf(bytes);
  if (isBinary(bytes)) throw new ToolRefusal('This is a binary file: it is not edited as text.');
  try {
    const decoder = new TextDecoder(encoding.name, { fatal: true, ignoreBOM: true });
    return { text: decoder.decode(bytes.subarray(encoding.bomLength)), encoding };
  } catch {
    throw new ToolRefusal(
      `The file has bytes that are not ${encoding.name.toUpperCase()}: an edit would change them too.`,
    );
  }
}

/** The bytes of a text, with the mark that its file had. */
export function encode(text: string, { name, bomLength }: TextEncoding): Uint8Array {
  const marked = bomLength > 0 ? `\uFEFF${text}` : text;
  if (name === 'utf-8') return Buffer.from(marked, 'utf8');
  const bytes = Buffer.from(marked, 'utf16le');
  return name === 'utf-16le' ? bytes : bytes.swap16();
}
