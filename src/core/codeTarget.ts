/** A word that looks like a file's path: it has a folder or an extension, and no address in front. */
const pathLike = /(?<![\w:/\\.-])(?:[\w@.+-]+[/\\])*[\w@+-][\w@.+-]*\.[A-Za-z]\w{0,9}(?![\w/\\])/g;

/**
 * The files that a code block of an answer may be meant for, the likeliest first: what its fence names, what its first
 * line names in a comment, what stands right before it.
 *
 * @param info all that stands behind the fence.
 * @param before the text before the block.
 */
export function codeTargets(info: string, before: string, code: string): readonly string[] {
  const [firstLine = ''] = code.split('\n', 1);
  const comment = /^\s*(?:\/\/|#|--|;|<!--|\/\*)/.test(firstLine) ? firstLine : '';
  const named = [
    ...pathsIn(info.replace(/^\w+:/, '').replaceAll(/["'=]/g, ' ')),
    ...pathsIn(comment),
    ...pathsIn(before).reverse(),
  ];
  return [...new Set(named)];
}

function pathsIn(text: string): string[] {
  return [...text.matchAll(pathLike)].map(([path]) => path.replaceAll('\\', '/'));
}

/**
 * The file with the code in its place: where the code's first and last line stand in the file once each and in that order,
 * what is from one to the other; else all of the file.
 */
export function withCode(file: string, code: string): string {
  const usesCrLf = file.includes('\r\n');
  const lines = file.replaceAll('\r\n', '\n').split('\n');
  const text = code.replaceAll('\r\n', '\n').replace(/\n*$/, '');
  const own = text.split('\n');
  const ends = own.filter((line) => line.trim() !== '');
  const first = placeOf(lines, ends[0]);
  const last = placeOf(lines, ends.at(-1));
  const joined =
    first === undefined || last === undefined || last <= first
      ? `${text}\n`
      : [...lines.slice(0, first), ...own, ...lines.slice(last + 1)].join('\n');
  return usesCrLf ? joined.replaceAll('\n', '\r\n') : joined;
}

/** Undefined unless the line is there exactly once. */
function placeOf(lines: readonly string[], line: string | undefined): number | undefined {
  if (line === undefined) return undefined;
  const at = lines.indexOf(line);
  return at === -1 || lines.includes(line, at + 1) ? undefined : at;
}
