import { stat } from 'node:fs/promises';
import path from 'node:path';
import { stringMember, type JsonObject } from '../../core/json';
import { ToolRefusal, type Tool, type ToolCall, type ToolOutcome } from '../../core/tool';
import { inputSchema, integerOr, requiredString, told } from '../../core/toolInput';
import { asRefusal } from './fileChanges';
import { anyDepthMatcher, walkFiles } from './fileWalk';
import { toolPath, type ResolvedPath, type WorkspacePaths } from './workspacePaths';

const maxListed = 1000;

/** Which files the person does not want to see, as globs of the setting `files.exclude`. */
export type ExcludedFiles = () => readonly string[];

/** The tools that tell which files there are. */
export function findTools(paths: WorkspacePaths, exclude: ExcludedFiles): readonly Tool[] {
  return [
    {
      name: 'list_files',
      description:
        'Lists files and folders (these end with "/"), without those that .gitignore or the editor leaves out.',
      inputSchema: inputSchema(
        {
          path: { type: 'string', description: 'A folder. Default: the workspace.' },
          depth: { type: 'integer', description: 'Levels to go down, 1 to 20. Default 2.' },
        },
        [],
      ),
      effect: 'read',
      hasLongInput: false,
      subject: (input) => folderSubject(paths, input),
      run: (input, call) => list(paths, exclude, input, call),
    },
    {
      name: 'find_files',
      description:
        'Finds files by name. The pattern is a glob: "*.ts", "src/**/test_*.py". Without "/" it means any depth.',
      inputSchema: inputSchema(
        {
          pattern: { type: 'string' },
          path: { type: 'string', description: 'A folder to look in. Default: the workspace.' },
          limit: { type: 'integer', description: `At most ${maxListed}. Default 200.` },
        },
        ['pattern'],
      ),
      effect: 'read',
      hasLongInput: false,
      subject: (input) => folderSubject(paths, input),
      run: (input, call) => find(paths, exclude, input, call),
    },
  ];
}

/** The folders a call is about: one that it names, or all of the workspace. */
export async function foldersOf(
  paths: WorkspacePaths,
  input: JsonObject,
): Promise<readonly ResolvedPath[]> {
  const asked = stringMember(input, 'path');
  const wanted = asked === undefined || asked === '' ? paths.roots : [asked];
  if (wanted.length === 0) throw new ToolRefusal('No folder is open in the editor.');
  return Promise.all(wanted.map((folder) => paths.resolve(folder)));
}

export async function folderSubject(
  paths: WorkspacePaths,
  input: JsonObject,
): Promise<Awaited<ReturnType<Tool['subject']>>> {
  return { kind: 'paths', paths: (await foldersOf(paths, input)).map(toolPath) };
}

async function list(
  paths: WorkspacePaths,
  exclude: ExcludedFiles,
  input: JsonObject,
  { signal }: ToolCall,
): Promise<ToolOutcome> {
  const depth = integerOr(input, 'depth', { missing: 2, least: 1, most: 20 });
  const lines: string[] = [];
  for (const folder of await foldersOf(paths, input)) {
    const stats = await asRefusal(() => stat(folder.absolute));
    if (!stats.isDirectory()) throw new ToolRefusal(`${folder.path} is a file: use read_file.`);
    const rules = { exclude: exclude(), depth };
    const root = folder.folder ?? folder.absolute;
    for await (const { relative, isFolder } of walkFiles(root, folder.absolute, rules, signal)) {
      if (lines.length === maxListed) {
        lines.push(`[more than ${maxListed}: list a folder of it, or less deep]`);
        return told(lines.join('\n'));
      }
      lines.push(`${joined(folder.path, relative)}${isFolder ? '/' : ''}`);
    }
  }
  return told(
    lines.length === 0 ? 'Nothing is in it, or all of it is left out.' : lines.join('\n'),
  );
}

async function find(
  paths: WorkspacePaths,
  exclude: ExcludedFiles,
  input: JsonObject,
  { signal }: ToolCall,
): Promise<ToolOutcome> {
  const matches = anyDepthMatcher(requiredString(input, 'pattern'));
  const limit = integerOr(input, 'limit', { missing: 200, least: 1, most: maxListed });
  const lines: string[] = [];
  for (const folder of await foldersOf(paths, input)) {
    const rules = { exclude: exclude(), depth: Infinity };
    const root = folder.folder ?? folder.absolute;
    for await (const { relative, isFolder } of walkFiles(root, folder.absolute, rules, signal)) {
      if (isFolder || !matches(relative)) continue;
      if (lines.length === limit) {
        lines.push(`[more than ${limit}: make the pattern narrower]`);
        return told(lines.join('\n'));
      }
      lines.push(joined(folder.path, relative));
    }
  }
  return told(lines.length === 0 ? 'No file has such a name.' : lines.join('\n'));
}

/** A path as the person sees it. */
export function joined(folder: string, relative: string): string {
  return folder === '.' ? relative : path.posix.join(folder, relative);
}
