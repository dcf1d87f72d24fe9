import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { createInterface } from 'node:readline';
import { open } from 'node:fs/promises';
import path from 'node:path';
import {
  isJsonObject,
  numberMember,
  parseJson,
  stringMember,
  type JsonObject,
} from '../../core/json';
import { isSecretPath } from '../../core/secretName';
import { ToolRefusal, type Tool, type ToolCall, type ToolOutcome } from '../../core/tool';
import { inputSchema, integerOr, isOn, requiredString, told } from '../../core/toolInput';
import { anyDepthMatcher, walkFiles } from './fileWalk';
import { folderSubject, foldersOf, joined, type ExcludedFiles } from './findTools';
import { encodingOf, isBinary } from './textEncoding';
import type { ResolvedPath, WorkspacePaths } from './workspacePaths';

const maxLineChars = 400;
/** Larger files are not searched where there is no ripgrep, in bytes. */
const maxFallbackSize = 5 * 1024 * 1024;

/** Where ripgrep is; undefined where there is none. */
export type RipgrepPath = () => Promise<string | undefined>;

interface Search {
  readonly pattern: string;
  readonly isRegex: boolean;
  readonly isCaseSensitive: boolean;
  readonly include: string | undefined;
  readonly contextLines: number;
  readonly limit: number;
}

/** A line of the answer: one that matches, or one around it. */
interface FoundLine {
  /** Relative to where the search began. */
  readonly file: string;
  readonly line: number;
  readonly text: string;
  readonly isMatch: boolean;
}

export function searchTextTool(
  paths: WorkspacePaths,
  exclude: ExcludedFiles,
  ripgrep: RipgrepPath,
): Tool {
  return {
    name: 'search_text',
    description:
      'Searches the text of files, without those that .gitignore or the editor leaves out. Gives "file:line:text" for ' +
      'matches and "file-line-text" for lines around them.',
    inputSchema: inputSchema(
      {
        pattern: { type: 'string', description: 'What to look for, exactly as it is.' },
        is_regex: { type: 'boolean', description: 'Whether the pattern is a regular expression.' },
        case_sensitive: { type: 'boolean', description: 'Default: false.' },
        path: { type: 'string', description: 'A file or folder. Default: the workspace.' },
        include: { type: 'string', description: 'A glob that file names must match: "*.ts".' },
        context_lines: { type: 'integer', description: 'Lines around each match, 0 to 20.' },
        limit: { type: 'integer', description: 'Matches at most, 1 to 1000. Default 200.' },
      },
      ['pattern'],
    ),
    effect: 'read',
    hasLongInput: false,
    subject: (input) => folderSubject(paths, input),
    run: (input, call) => search(paths, exclude, ripgrep, input, call),
  };
}

async function search(
  paths: WorkspacePaths,
  exclude: ExcludedFiles,
  ripgrep: RipgrepPath,
  input: JsonObject,
  { signal }: ToolCall,
): Promise<ToolOutcome> {
  const wanted: Search = {
    pattern: requiredString(input, 'pattern'),
    isRegex: isOn(input, 'is_regex'),
    isCaseSensitive: isOn(input, 'case_sensitive'),
    include: stringMember(input, 'include'),
    contextLines: integerOr(input, 'context_lines', { missing: 0, least: 0, most: 20 }),
    limit: integerOr(input, 'limit', { missing: 200, least: 1, most: 1000 }),
  };
  if (wanted.pattern === '') throw new ToolRefusal('The pattern is empty.');
  const program = await ripgrep();
  const answer = new SearchAnswer(wanted.limit);
  for (const place of await foldersOf(paths, input)) {
    const found =
      program === undefined
        ? searchFiles(place, wanted, exclude(), signal)
        : runRipgrep(program, place, wanted, exclude(), signal);
    for await (const line of found) {
      if (!answer.take({ ...line, file: joined(place.path, line.file) }, place.isSecret)) break;
    }
    if (answer.isFull) break;
  }
  return told(answer.text);
}

/** Gathers lines as the model reads them. */
class SearchAnswer {
  private readonly lines: string[] = [];
  private readonly secretFiles = new Set<string>();
  private previous: FoundLine | undefined;
  private matches = 0;
  isFull = false;

  constructor(private readonly limit: number) {}

  /** @param isAsked whether the person was asked about a file with keys by name. */
  take(found: FoundLine, isAsked: boolean): boolean {
    if (!isAsked && isSecretPath(found.file)) {
      this.secretFiles.add(found.file);
      return true;
    }
    if (found.isMatch && this.matches === this.limit) {
      this.isFull = true;
      return false;
    }
    if (found.isMatch) this.matches++;
    const { previous } = this;
    const isNext = previous?.file === found.file && previous.line + 1 === found.line;
    if (previous !== undefined && !isNext && !(previous.isMatch && found.isMatch)) {
      this.lines.push('--');
    }
    this.previous = found;
    const mark = found.isMatch ? ':' : '-';
    const text = found.text.replace(/\r?\n$/, '');
    const shown = text.length > maxLineChars ? `${text.slice(0, maxLineChars)}…` : text;
    this.lines.push(`${found.file}${mark}${found.line}${mark}${shown}`);
    return true;
  }

  get text(): string {
    const remarks: string[] = [];
    if (this.lines.length === 0) remarks.push('Nothing found.');
    if (this.isFull)
      remarks.push(`[more than ${this.limit} matches: search for something narrower]`);
    if (this.secretFiles.size > 0) {
      const names = [...this.secretFiles].slice(0, 10).join(', ');
      remarks.push(
        `[not shown, since such files hold keys: ${names}. Name one as path to search it]`,
      );
    }
    return [...this.lines, ...remarks].join('\n');
  }
}

async function* runRipgrep(
  program: string,
  { absolute, folder }: ResolvedPath,
  { pattern, isRegex, isCaseSensitive, include, contextLines }: Search,
  exclude: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<FoundLine> {
  const root = folder ?? absolute;
  // Not as `--glob`: that would bring back what `.gitignore` leaves out.
  const includes = include === undefined ? undefined : anyDepthMatcher(include);
  const args = [
    ...['--json', '--no-config', '--hidden', '--no-require-git', '--no-messages', '--sort', 'path'],
    ...['--context', String(contextLines), '--max-columns', '10000', '--glob', '!**/.git'],
    ...exclude.flatMap((glob) => ['--glob', `!${glob}`]),
    ...(isRegex ? [] : ['--fixed-strings']),
    isCaseSensitive ? '--case-sensitive' : '--ignore-case',
    // Never a shell, and `--` before what a file is called.
    ...['--regexp', pattern, '--', absolute],
  ];
  const child = spawn(program, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  const stop = (): void => void child.kill('SIGKILL');
  signal.addEventListener('abort', stop, { once: true });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (complaint.length < 1000) complaint += text;
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  // Told when it is awaited; until then it is no unhandled rejection.
  ended.catch(() => undefined);
  try {
    for await (const line of createInterface({ input: child.stdout, crlfDelay: Infinity })) {
      const found = foundLine(parseJson(line), absolute);
      if (found !== undefined && includes?.(found.file) !== false) yield found;
    }
    const code = await ended;
    signal.throwIfAborted();
    // 1: nothing found. 2 comes also when single files could not be read, and then without a word.
    if (code === 2 && complaint !== '') throw new ToolRefusal(complaint.slice(0, 1000).trim());
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}

/** A message of `rg --json` that is a line; undefined for the others. */
function foundLine(message: unknown, start: string): FoundLine | undefined {
  if (!isJsonObject(message) || !isJsonObject(message['data'])) return undefined;
  const { type, data } = message as { type: unknown; data: JsonObject };
  if (type !== 'match' && type !== 'context') return undefined;
  const file = textOf(data['path']);
  const line = numberMember(data, 'line_number');
  if (file === undefined || line === undefined) return undefined;
  const relative = path.relative(start, file).split(path.sep).join('/');
  return { file: relative, line, text: textOf(data['lines']) ?? '', isMatch: type === 'match' };
}

/** Text that is no UTF-8 comes as base64. */
function textOf(value: unknown): string | undefined {
  if (!isJsonObject(value)) return undefined;
  const bytes = stringMember(value, 'bytes');
  return stringMember(value, 'text') ?? (bytes && Buffer.from(bytes, 'base64').toString('utf8'));
}

/** Without ripgrep: file by file, giving way between them. A search by regular expression needs ripgrep. */
async function* searchFiles(
  { absolute, folder }: ResolvedPath,
  search: Search,
  exclude: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<FoundLine> {
  if (search.isRegex) {
    // A pattern that backtracks for ever would hold the whole editor's extensions.
    throw new ToolRefusal(
      'Regular expressions need ripgrep, which was not found: search for plain text.',
    );
  }
  const includes = search.include === undefined ? undefined : anyDepthMatcher(search.include);
  const own = await linesOf(absolute);
  if (own !== undefined) {
    yield* matchesIn(own, '', search);
    return;
  }
  const root = folder ?? absolute;
  for await (const entry of walkFiles(root, absolute, { exclude, depth: Infinity }, signal)) {
    if (entry.isFolder || includes?.(entry.relative) === false) continue;
    const lines = await linesOf(entry.absolute);
    if (lines !== undefined) yield* matchesIn(lines, entry.relative, search);
  }
}

function* matchesIn(
  lines: readonly string[],
  file: string,
  { pattern, isCaseSensitive, contextLines }: Search,
): Generator<FoundLine> {
  const wanted = isCaseSensitive ? pattern : pattern.toLowerCase();
  const isMatch = (text: string): boolean =>
    (isCaseSensitive ? text : text.toLowerCase()).includes(wanted);
  let told = 0;
  for (const [index, text] of lines.entries()) {
    if (!isMatch(text)) continue;
    for (let at = Math.max(told, index - contextLines); at < index; at++) {
      yield { file, line: at + 1, text: lines[at] ?? '', isMatch: false };
    }
    yield { file, line: index + 1, text, isMatch: true };
    told = index + 1;
    while (told <= index + contextLines && told < lines.length && !isMatch(lines[told] ?? '')) {
      yield { file, line: told + 1, text: lines[told] ?? '', isMatch: false };
      told++;
    }
  }
}

/** Undefined for what is no text file of a reasonable size. Links are not followed. */
async function linesOf(file: string): Promise<readonly string[] | undefined> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await open(file, flags).catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    const stats = await handle.stat();
    if (!stats.isFile() || stats.size > maxFallbackSize) return undefined;
    const bytes = await handle.readFile();
    if (isBinary(bytes)) return undefined;
    return new TextDecoder(encodingOf(bytes).name).decode(bytes).split('\n');
  } finally {
    await handle.close();
  }
}
