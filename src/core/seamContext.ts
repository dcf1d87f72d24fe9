import { isHighSurrogate } from './seamText';

/** A fenced code block that is open where the text ends (CommonMark 4.5). */
export interface OpenFence {
  readonly character: string;
  readonly length: number;
  /** What stands after the fence, mostly the language. */
  readonly info: string;
}

/** Where in a document the text was cut: what the rules of the seam ask about. */
export interface SeamContext {
  readonly kept: string;
  readonly fence: OpenFence | undefined;
  /** Offset at which the line begins that was cut. */
  readonly lineStart: number;
  /** Offset of that line's first character that is not white space. */
  readonly lineTextStart: number;
  /** The line that was cut, as far as it got; empty where the cut is at a line's beginning. */
  readonly line: string;
  readonly isTableRow: boolean;
}

export function seamContext(kept: string): SeamContext {
  const lineStart = kept.lastIndexOf('\n') + 1;
  const line = kept.slice(lineStart);
  const indent = line.length - line.trimStart().length;
  return {
    kept,
    fence: openFence(kept.slice(0, lineStart)),
    lineStart,
    lineTextStart: lineStart + indent,
    line,
    isTableRow: line.charAt(indent) === '|',
  };
}

const fenceLine =
  /^[ \t]*(?:>[ \t]?)*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(`{3,}|~{3,})([^\r\n]*)\r?$/gm;

/** The fence that is open after these lines. */
export function openFence(lines: string): OpenFence | undefined {
  let open: OpenFence | undefined;
  for (const [, marker = '', after = ''] of lines.matchAll(fenceLine)) {
    const character = marker.charAt(0);
    const info = after.trim();
    if (open === undefined) {
      if (character === '~' || !info.includes('`'))
        open = { character, length: marker.length, info };
    } else if (character === open.character && marker.length >= open.length && info === '') {
      open = undefined;
    }
  }
  return open;
}

/** The language a fence names, by its common name; empty where it names none. */
export function fenceLanguage(info: string): string {
  const name = (/^[^\s{,:]*/.exec(info)?.[0] ?? '').toLowerCase();
  return languageAliases.get(name) ?? name;
}

const languageAliases = new Map([
  ['js', 'javascript'],
  ['ts', 'typescript'],
  ['py', 'python'],
  ['python3', 'python'],
  ['rb', 'ruby'],
  ['rs', 'rust'],
  ['sh', 'bash'],
  ['shell', 'bash'],
  ['zsh', 'bash'],
  ['yml', 'yaml'],
  ['md', 'markdown'],
  ['c++', 'cpp'],
  ['cs', 'csharp'],
  ['c#', 'csharp'],
  ['golang', 'go'],
  ['kt', 'kotlin'],
]);

/**
 * How many UTF-16 units at the end of a cut text are better not sent to the model: white space, which the API refuses at
 * the end of a prefill, and half a surrogate pair, which is no text.
 */
export function unsendableEnd(text: string, withSpace: boolean): number {
  const half = isHighSurrogate(text.charAt(text.length - 1)) ? 1 : 0;
  if (!withSpace) return half;
  return text.length - text.slice(0, text.length - half).trimEnd().length;
}
