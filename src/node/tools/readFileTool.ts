import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import type { JsonObject } from '../../core/json';
import { ToolRefusal, type Tool, type ToolCall, type ToolOutcome } from '../../core/tool';
import { inputSchema, integerOr, requiredString, told } from '../../core/toolInput';
import { fileRefusal } from './fileRefusal';
import { LineGatherer, readLines, type LineRange, type ReadLines } from './lineReader';
import { encodingOf, isBinary } from './textEncoding';
import { toolPath, type WorkspacePaths } from './workspacePaths';

const defaultLines = 2000;
const maxChars = 120_000;
const maxLineChars = 4000;
/** Sizes that the API takes, with room for base64 in a request of 32 MB. */
const maxImageSize = 5_000_000;
const maxPdfSize = 20_000_000;

/** What the editor holds and the disk does not have yet. */
export interface UnsavedText {
  /** The text of the file in the editor, where it was changed and not saved. */
  unsavedText(absolute: string): string | undefined;
}

export function readFileTool(paths: WorkspacePaths, editor: UnsavedText): Tool {
  return {
    name: 'read_file',
    description:
      'Reads a file and gives its lines with their numbers, as "number<tab>text". Long files come in parts: ask for the ' +
      'next with "first_line". Images and PDFs are shown as such. Unsaved changes in the editor are included.',
    inputSchema: inputSchema(
      {
        path: { type: 'string', description: 'Relative to the workspace, with "/".' },
        first_line: { type: 'integer', description: 'The first line wanted, from 1. Default 1.' },
        line_count: { type: 'integer', description: `How many lines. Default ${defaultLines}.` },
      },
      ['path'],
    ),
    effect: 'read',
    hasLongInput: false,
    subject: async (input) => ({
      kind: 'paths',
      paths: [toolPath(await paths.resolve(requiredString(input, 'path')))],
    }),
    run: (input, call) => readFile(paths, editor, input, call),
  };
}

async function readFile(
  paths: WorkspacePaths,
  editor: UnsavedText,
  input: JsonObject,
  { signal }: ToolCall,
): Promise<ToolOutcome> {
  const { absolute } = await paths.resolve(requiredString(input, 'path'));
  const range: LineRange = {
    first: integerOr(input, 'first_line', { missing: 1, least: 1, most: 1e9 }),
    count: integerOr(input, 'line_count', { missing: defaultLines, least: 1, most: 100_000 }),
    maxChars,
    maxLineChars,
  };
  const unsaved = editor.unsavedText(absolute);
  if (unsaved !== undefined) {
    const gatherer = new LineGatherer(range);
    gatherer.push(unsaved);
    return numbered(gatherer.end(false), range, ['It has unsaved changes, which are included.']);
  }
  let file: FileHandle;
  try {
    // Links were followed already: one that came in between is none that anybody was asked about. A pipe would wait.
    file = await open(absolute, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    throw fileRefusal(error);
  }
  try {
    const stats = await file.stat();
    if (stats.isDirectory()) throw new ToolRefusal('This is a folder: use list_files.');
    if (!stats.isFile()) throw new ToolRefusal('This is no ordinary file.');
    const start = new Uint8Array(8000);
    const { bytesRead } = await file.read(start, 0, start.length, 0);
    const head = start.subarray(0, bytesRead);
    const shown = await asDocument(file, head, stats.size, path.basename(absolute));
    if (shown !== undefined) return shown;
    if (isBinary(head)) return told(`A binary file of ${stats.size} bytes; it is not text.`);
    const encoding = encodingOf(head);
    const notes = encoding.name === 'utf-8' ? [] : [`Its encoding is ${encoding.name}.`];
    return numbered(await readLines(file, encoding, range, signal), range, notes);
  } finally {
    await file.close();
  }
}

/** An image or a PDF as what it is; undefined for everything else. */
async function asDocument(
  file: FileHandle,
  head: Uint8Array,
  size: number,
  name: string,
): Promise<ToolOutcome | undefined> {
  const mediaType = mediaTypeOf(head);
  if (mediaType === undefined) return undefined;
  const limit = mediaType === 'application/pdf' ? maxPdfSize : maxImageSize;
  if (size > limit) {
    throw new ToolRefusal(`This is ${mediaType} of ${size} bytes; at most ${limit} can be shown.`);
  }
  // Not to its end: it may grow meanwhile.
  const data = new Uint8Array(size);
  const { bytesRead } = await file.read(data, 0, size, 0);
  const bytes = data.subarray(0, bytesRead);
  return {
    content: [
      mediaType === 'application/pdf'
        ? { kind: 'pdf', name, data: bytes }
        : { kind: 'image', mediaType, data: bytes },
    ],
    isError: false,
  };
}

/** By content, whatever the name says: the API refuses a request whose media type is not that of the bytes. */
function mediaTypeOf(head: Uint8Array): string | undefined {
  const start = Buffer.from(head.subarray(0, 16)).toString('latin1');
  if (start.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (start.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (/^GIF8[79]a/.test(start)) return 'image/gif';
  if (start.startsWith('RIFF') && start.slice(8, 12) === 'WEBP') return 'image/webp';
  if (start.startsWith('%PDF-')) return 'application/pdf';
  return undefined;
}

function numbered(read: ReadLines, range: LineRange, notes: readonly string[]): ToolOutcome {
  const { lines, hasMore, isCut, hasInvalidBytes, lineCount } = read;
  if (lines.length === 0) {
    return told(lineCount === 0 ? 'The file is empty.' : `The file has only ${lineCount} lines.`);
  }
  const next = range.first + lines.length;
  const remarks = [
    ...notes,
    ...(hasInvalidBytes ? ['Some bytes are not valid in its encoding; they read as \uFFFD.'] : []),
    ...(isCut ? [`Lines longer than ${maxLineChars} characters are cut.`] : []),
    ...(hasMore ? [`The file goes on: ask for first_line ${next}.`] : []),
  ];
  const text = lines.map((line, index) => `${range.first + index}\t${line}`).join('\n');
  return told(remarks.length === 0 ? text : `${text}\n\n[${remarks.join(' ')}]`);
}
