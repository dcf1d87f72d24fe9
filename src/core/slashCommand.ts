/** A prompt that is called by its name: `/name arguments`. */
export interface SlashCommand {
  /** Without the slash; lower case. */
  readonly name: string;
  readonly description: string;
  /** `$ARGUMENTS` stands for all that was written after the name, `$1` to `$9` for its words. */
  readonly template: string;
}

/** What Caudal brings. A file of the same name takes its place. */
export const builtInCommands: readonly SlashCommand[] = [
  {
    name: 'explain',
    description: 'Explain the attached code',
    template: 'Explain what the attached code does and why it is written so. $ARGUMENTS',
  },
  {
    name: 'fix',
    description: 'Find and mend what is wrong',
    template: 'Find what is wrong in the attached code, say why, and mend it. $ARGUMENTS',
  },
  {
    name: 'tests',
    description: 'Write tests',
    template:
      'Write tests for the attached code, in the style and with the framework of the project. $ARGUMENTS',
  },
  {
    name: 'doc',
    description: 'Write documentation',
    template:
      'Write documentation comments for the attached code, in its language’s own form. $ARGUMENTS',
  },
  {
    name: 'review',
    description: 'Review the code',
    template:
      'Review the attached code: defects first, then risks, then style. Name the lines. $ARGUMENTS',
  },
  {
    name: 'commit',
    description: 'Write a commit message',
    template:
      'Write a commit message for the attached changes: one line in the imperative, then why. $ARGUMENTS',
  },
];

const call = /^\/([a-z0-9][a-z0-9_-]{0,63})(?:\s+([\s\S]*))?$/i;
const fileName = /^([a-z0-9][a-z0-9_-]{0,63})\.md$/i;

/** The commands by which a prompt can be called: later lists win over earlier ones. */
export function mergeCommands(
  ...lists: readonly (readonly SlashCommand[])[]
): readonly SlashCommand[] {
  const byName = new Map(lists.flat().map((command) => [command.name, command]));
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The prompt that a text calls; the text itself where it calls none. */
export function expandSlashCommand(text: string, commands: readonly SlashCommand[]): string {
  const [, name, given = ''] = call.exec(text.trim()) ?? [];
  const command = commands.find((one) => one.name === name?.toLowerCase());
  if (command === undefined) return text;
  const all = given.trim();
  const words = all.split(/\s+/).filter((word) => word !== '');
  const usesArguments = /\$(?:ARGUMENTS|[1-9])/.test(command.template);
  // A function, since `$&` and the like in what was written stand for nothing.
  const expanded = command.template.replace(/\$(?:ARGUMENTS|([1-9]))/g, (_match, digit?: string) =>
    digit === undefined ? all : (words[Number(digit) - 1] ?? ''),
  );
  return (usesArguments || all === '' ? expanded : `${expanded}\n\n${all}`).trim();
}

/** The commands that fit what is written so far; none where it is no call, or its arguments have begun. */
export function matchingCommands<T extends { readonly name: string }>(
  text: string,
  commands: readonly T[],
): readonly T[] {
  const [, begun] = /^\/([a-z0-9_-]{0,64})$/i.exec(text) ?? [];
  return begun === undefined
    ? []
    : commands.filter(({ name }) => name.startsWith(begun.toLowerCase()));
}

/**
 * A command from a Markdown file, called by the file's name. A first part between lines of `---` may hold a
 * `description`; else the first line describes it. Undefined where the name cannot be called or nothing is in it.
 */
export function commandFromFile(name: string, content: string): SlashCommand | undefined {
  const called = fileName.exec(name)?.[1]?.toLowerCase();
  const text = content.replace(/^\uFEFF/, '').replace(/\r\n/g, '\n');
  const end = text.startsWith('---\n') ? text.indexOf('\n---\n', 3) : -1;
  const head = end < 0 ? '' : text.slice(4, end);
  const template = (end < 0 ? text : text.slice(end + 5)).trim();
  if (called === undefined || template === '') return undefined;
  const said = /^description:[ \t]*(.*)$/m.exec(head)?.[1]?.trim() ?? '';
  const firstLine = (template.split('\n', 1)[0] ?? '').replace(/^#+[ \t]*/, '');
  return { name: called, description: (said === '' ? firstLine : said).slice(0, 120), template };
}
