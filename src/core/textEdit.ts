import { isOn, integerOr, requiredString } from './toolInput';
import type { JsonObject } from './json';
import { ToolRefusal } from './tool';

/** One change to a text, as a model asks for it. Its line ends are `\n`, whatever the file's are. */
export type TextEdit =
  | {
      readonly kind: 'replace';
      readonly oldText: string;
      readonly newText: string;
      readonly all: boolean;
    }
  /** 0 is before the first line. */
  | { readonly kind: 'insert'; readonly afterLine: number; readonly newText: string };

/** @throws ToolRefusal where it is neither a replacement nor an insertion. */
export function parseTextEdit(input: JsonObject): TextEdit {
  const newText = requiredString(input, 'new_text');
  if (input['insert_after_line'] !== undefined) {
    if (input['old_text'] !== undefined) {
      throw new ToolRefusal('An edit has either "old_text" or "insert_after_line".');
    }
    const afterLine = integerOr(input, 'insert_after_line', { missing: 0, least: 0, most: 1e9 });
    return { kind: 'insert', afterLine, newText };
  }
  const oldText = requiredString(input, 'old_text');
  if (oldText === '') throw new ToolRefusal('"old_text" is empty.');
  return { kind: 'replace', oldText, newText, all: isOn(input, 'replace_all') };
}

/**
 * The text after all edits, each of which sees what those before it made. Line ends stay as they are; new lines get those
 * that the text has most.
 *
 * @throws ToolRefusal where one does not fit; then none counts.
 */
export function applyTextEdits(text: string, edits: readonly TextEdit[]): string {
  const eol = dominantEol(text);
  return edits.reduce((current, edit, index) => {
    try {
      return applyTextEdit(current, edit, eol);
    } catch (error) {
      if (!ToolRefusal.is(error) || edits.length === 1) throw error;
      throw new ToolRefusal(
        `Edit ${index + 1} of ${edits.length}: ${error.message} Nothing was changed.`,
      );
    }
  }, text);
}

/** `\r\n` where most lines end with it, else `\n`. */
export function dominantEol(text: string): '\n' | '\r\n' {
  let lf = 0;
  let crlf = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) {
    if (text[at - 1] === '\r') crlf++;
    else lf++;
  }
  return crlf > lf ? '\r\n' : '\n';
}

function withEol(text: string, eol: '\n' | '\r\n'): string {
  return text.replace(/\r?\n/g, eol);
}

function applyTextEdit(text: string, edit: TextEdit, eol: '\n' | '\r\n'): string {
  const newText = withEol(edit.newText, eol);
  if (edit.kind === 'insert') return inserted(text, edit.afterLine, newText, eol);
  const found = occurrences(text, edit.oldText);
  const [first] = found;
  if (first === undefined) {
    throw new ToolRefusal(
      'old_text is not in the file. It must be exact, spaces included: read the file again.',
    );
  }
  if (found.length > 1 && !edit.all) {
    const lines = found.slice(0, 10).map(({ start }) => lineOf(text, start));
    throw new ToolRefusal(
      `old_text is in the file ${found.length} times (lines ${lines.join(', ')}). ` +
        'Give more of the text around it, or set replace_all.',
    );
  }
  const parts: string[] = [];
  let end = 0;
  for (const span of found) {
    parts.push(text.slice(end, span.start), newText);
    end = span.end;
  }
  parts.push(text.slice(end));
  return parts.join('');
}

function inserted(text: string, afterLine: number, newText: string, eol: string): string {
  let at = 0;
  for (let line = 0; line < afterLine; line++) {
    const end = text.indexOf('\n', at);
    if (end !== -1) {
      at = end + 1;
    } else if (line === afterLine - 1 && at < text.length) {
      // The last line has no end: it gets one, and what is inserted none.
      return `${text}${eol}${newText.endsWith(eol) ? newText.slice(0, -eol.length) : newText}`;
    } else {
      throw new ToolRefusal(`The file has only ${line} lines.`);
    }
  }
  const isWholeLine = newText === '' || newText.endsWith(eol) || at === text.length;
  return `${text.slice(0, at)}${newText}${isWholeLine ? '' : eol}${text.slice(at)}`;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Where the text stands, line ends of both kinds being the same. */
function occurrences(text: string, wanted: string): readonly Span[] {
  const plain = wanted.replaceAll('\r\n', '\n');
  // Positions in the text without its \r are brought back by counting those before them.
  const lf = text.replaceAll('\r\n', '\n');
  const removed = carriageReturns(text);
  const spans: Span[] = [];
  let passed = 0;
  const original = (position: number): number => {
    while (passed < removed.length && (removed[passed] ?? 0) - passed < position) passed++;
    return position + passed;
  };
  for (let at = lf.indexOf(plain); at !== -1; at = lf.indexOf(plain, at + plain.length)) {
    const start = original(at);
    spans.push({ start, end: original(at + plain.length) });
  }
  return spans;
}

/** Where the `\r` of each `\r\n` is. */
function carriageReturns(text: string): readonly number[] {
  const found: number[] = [];
  for (let at = text.indexOf('\r\n'); at !== -1; at = text.indexOf('\r\n', at + 2)) found.push(at);
  return found;
}

function lineOf(text: string, position: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < position; at = text.indexOf('\n', at + 1))
    line++;
  return line;
}
