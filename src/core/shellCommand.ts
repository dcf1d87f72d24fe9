/** What a line for a shell is made of, as far as rules need it. */
export interface ShellCommand {
  /** The words of each command in it, in order, quotes taken off. */
  readonly commands: readonly (readonly string[])[];
  /**
   * Whether these are all that runs. False where something in it may be a command, a file or a quote in one shell or
   * another: substitution, redirection, groups, operators within quotes, quotes that do not end.
   */
  readonly isPlain: boolean;
}

const separators = new Set([';', '&', '|', '\n', '\r', '\u2028', '\u2029', '\0']);
const neverPlain = new Set(['`', '<', '>', '(', ')']);

/**
 * Takes a line apart at `&&`, `||`, `;`, `|`, `&` and line breaks. Which shell runs it is not known: what one shell would
 * quote and another would run is not plain, and a backslash is a character like any other, so that a word with one
 * matches no rule.
 */
export function parseShellCommand(line: string): ShellCommand {
  const commands: string[][] = [];
  let words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  let isPlain = true;
  const endWord = (): void => {
    if (word !== undefined) words.push(word);
    word = undefined;
  };
  const endCommand = (): void => {
    endWord();
    if (words.length > 0) commands.push(words);
    words = [];
  };
  // `$(`, `${` and `$'`: a plain `$NAME` is only ever one argument more.
  if (/\$[({'"[]/.test(line)) isPlain = false;
  for (const character of line) {
    if (neverPlain.has(character)) isPlain = false;
    if (quote !== undefined) {
      if (separators.has(character)) isPlain = false;
      if (character === quote) quote = undefined;
      else word = (word ?? '') + character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (separators.has(character)) {
      endCommand();
    } else if (/\s/.test(character)) {
      endWord();
    } else {
      word = (word ?? '') + character;
    }
  }
  endCommand();
  return { commands, isPlain: isPlain && quote === undefined };
}
