import { unifiedDiff } from '../../core/hunks';
import type { JsonObject } from '../../core/json';
import { applyTextEdits, parseTextEdit } from '../../core/textEdit';
import { ToolRefusal, type Tool, type ToolSubject } from '../../core/tool';
import { inputSchema, objectArray, requiredString, told } from '../../core/toolInput';
import type { ChangePlace, FileChanges } from './fileChanges';
import { toolPath, type ResolvedPath, type WorkspacePaths } from './workspacePaths';

const pathSchema = { type: 'string', description: 'Relative to the workspace, with "/".' };

/** The tools that change files. */
export function editTools(paths: WorkspacePaths, files: FileChanges): readonly Tool[] {
  const tools = [
    editFileTool(paths, files),
    createFileTool(paths, files),
    deleteFileTool(paths, files),
    renameFileTool(paths, files),
  ];
  // Calls of one message may run at once: two edits of one file would each lose the other's.
  let last: Promise<unknown> = Promise.resolve();
  return tools.map((tool) => ({
    ...tool,
    run: (input, call) => {
      const result = last.then(() => {
        call.signal.throwIfAborted();
        return tool.run(input, call);
      });
      last = result.catch(() => undefined);
      return result;
    },
  }));
}

function editFileTool(paths: WorkspacePaths, files: FileChanges): Tool {
  return {
    name: 'edit_file',
    description:
      'Changes a file. Each edit either puts new_text in the place of old_text, which must be in the file exactly once ' +
      '(or set replace_all), or inserts new_text after a line (0: at the beginning). Edits are made one after the other; ' +
      'if one does not fit, none is made. Line ends and encoding are kept. Read the file first.',
    inputSchema: inputSchema(
      {
        path: pathSchema,
        edits: {
          type: 'array',
          minItems: 1,
          items: inputSchema(
            {
              old_text: { type: 'string', description: 'Exact text, without line numbers.' },
              insert_after_line: { type: 'integer', description: 'Instead of old_text.' },
              new_text: { type: 'string' },
              replace_all: { type: 'boolean' },
            },
            ['new_text'],
          ),
        },
      },
      ['path', 'edits'],
    ),
    effect: 'edit',
    hasLongInput: true,
    subject: (input) => changedPaths(paths, input, 'path'),
    preview: async (input) => {
      const file = await changeable(paths, input, 'path');
      const before = await files.read(file.absolute);
      return { path: file.path, before, after: edited(before, input) };
    },
    run: async (input, { reviewed }) => {
      const file = await changeable(paths, input, 'path');
      const before = await files.read(file.absolute);
      if (reviewed !== undefined && reviewed.before !== before) throw changedMeanwhile();
      const proposed = edited(before, input);
      const after = reviewed?.after ?? proposed;
      if (after === before) return told('Nothing to change: the file is like this already.');
      const place = await files.write(file.absolute, after);
      return told(`Changed ${file.path}.${remark(place)}${review(before, proposed, after)}`);
    },
  };
}

function edited(before: string, input: JsonObject): string {
  const edits = objectArray(input, 'edits').map(parseTextEdit);
  if (edits.length === 0) throw new ToolRefusal('There are no edits.');
  return applyTextEdits(before, edits);
}

function changedMeanwhile(): ToolRefusal {
  return new ToolRefusal(
    'The file was changed while the person looked at the edit: read it again.',
  );
}

/** What the model would not know otherwise: it goes on with what it proposed. */
function review(before: string, proposed: string, after: string): string {
  if (after === proposed) return '';
  return ` The person accepted only a part of it, or changed it. This is what was done:\n${unifiedDiff(before, after)}`;
}

function createFileTool(paths: WorkspacePaths, files: FileChanges): Tool {
  return {
    name: 'create_file',
    description:
      'Makes a new file, and the folders it is in. Refused where there is a file already: change that with edit_file.',
    inputSchema: inputSchema({ path: pathSchema, content: { type: 'string' } }, [
      'path',
      'content',
    ]),
    effect: 'edit',
    hasLongInput: true,
    subject: (input) => changedPaths(paths, input, 'path'),
    preview: async (input) => {
      const file = await changeable(paths, input, 'path');
      return { path: file.path, before: '', after: requiredString(input, 'content') };
    },
    run: async (input, { reviewed }) => {
      const file = await changeable(paths, input, 'path');
      const proposed = requiredString(input, 'content');
      const content = reviewed?.after ?? proposed;
      await files.create(file.absolute, content);
      return told(`Made ${file.path}.${review('', proposed, content)}`);
    },
  };
}

function deleteFileTool(paths: WorkspacePaths, files: FileChanges): Tool {
  return {
    name: 'delete_file',
    description: 'Deletes one file. Folders are not deleted.',
    inputSchema: inputSchema({ path: pathSchema }, ['path']),
    effect: 'edit',
    hasLongInput: false,
    subject: (input) => changedPaths(paths, input, 'path'),
    run: async (input) => {
      const file = await changeable(paths, input, 'path');
      await files.delete(file.absolute);
      return told(`Deleted ${file.path}.`);
    },
  };
}

function renameFileTool(paths: WorkspacePaths, files: FileChanges): Tool {
  return {
    name: 'rename_file',
    description:
      'Renames or moves a file or folder. The editor brings imports up to date where its language support does that.',
    inputSchema: inputSchema({ path: pathSchema, new_path: pathSchema }, ['path', 'new_path']),
    effect: 'edit',
    hasLongInput: false,
    subject: (input) => changedPaths(paths, input, 'path', 'new_path'),
    run: async (input) => {
      const from = await changeable(paths, input, 'path');
      const to = await changeable(paths, input, 'new_path');
      await files.rename(from.absolute, to.absolute);
      return told(`Renamed ${from.path} to ${to.path}.`);
    },
  };
}

async function changedPaths(
  paths: WorkspacePaths,
  input: JsonObject,
  ...members: readonly string[]
): Promise<ToolSubject> {
  const resolved = await Promise.all(members.map((member) => changeable(paths, input, member)));
  return { kind: 'paths', paths: resolved.map(toolPath) };
}

/** What lies in `.git` runs programs when git is next used: nobody who says yes to an edit means that. */
async function changeable(
  paths: WorkspacePaths,
  input: JsonObject,
  member: string,
): Promise<ResolvedPath> {
  const resolved = await paths.resolve(requiredString(input, member));
  if (resolved.path.toLowerCase().split('/').includes('.git')) {
    throw new ToolRefusal('Files of git itself are not changed: use git for that.');
  }
  if (resolved.inWorkspace && resolved.absolute === resolved.folder) {
    throw new ToolRefusal('This is the folder of the workspace itself.');
  }
  return resolved;
}

function remark(place: ChangePlace): string {
  return place === 'disk'
    ? ''
    : ' The person has unsaved changes in it: yours are in the editor too, and not on the disk yet.';
}
