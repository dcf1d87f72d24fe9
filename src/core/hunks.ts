import { createTwoFilesPatch, diffArrays } from 'diff';

/** Lines that one text has where the other has others. Lines keep their ends, so that joining them gives the text. */
export interface Hunk {
  /** The first line of the text before, from 0, that is replaced; where lines are only added, the one they come before. */
  readonly start: number;
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

/** Beyond so many changed lines the texts have little in common, and looking for it would take long. */
const maxEditLength = 1000;

/** What was changed between two texts, from the top. */
export function hunksBetween(before: string, after: string): readonly Hunk[] {
  const [old, now] = [linesOf(before), linesOf(after)];
  const changes = diffArrays([...old], [...now], { maxEditLength }) as
    readonly { value: string[]; added: boolean; removed: boolean }[] | undefined;
  if (changes === undefined) return [{ start: 0, removed: old, added: now }];
  const hunks: Hunk[] = [];
  let line = 0;
  let open: { start: number; removed: string[]; added: string[] } | undefined;
  for (const { value, added, removed } of changes) {
    if (!added && !removed) {
      open = undefined;
      line += value.length;
      continue;
    }
    if (open === undefined) hunks.push((open = { start: line, removed: [], added: [] }));
    if (added) {
      open.added.push(...value);
    } else {
      open.removed.push(...value);
      line += value.length;
    }
  }
  return hunks;
}

/** The text before, with those of its hunks that are accepted. @param accepted indices of `hunks`. */
export function acceptHunks(
  before: string,
  hunks: readonly Hunk[],
  accepted: ReadonlySet<number>,
): string {
  const old = linesOf(before);
  const parts: string[] = [];
  let line = 0;
  for (const [index, { start, removed, added }] of hunks.entries()) {
    if (!accepted.has(index)) continue;
    parts.push(...old.slice(line, start), ...added);
    line = start + removed.length;
  }
  parts.push(...old.slice(line));
  return parts.join('');
}

/** The change as a unified diff without its head. */
export function unifiedDiff(before: string, after: string): string {
  const patch = createTwoFilesPatch('', '', before, after, undefined, undefined, { context: 2 });
  return patch.slice(patch.indexOf('@@'));
}

function linesOf(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}
