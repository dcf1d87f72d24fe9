import { isJsonObject, numberMember, parseJson, stringMember } from './json';

/** One conversation in the list: all that drawing the list needs. */
export interface JournalEntry {
  readonly id: string;
  readonly title: string;
  /** Milliseconds since the Unix epoch. */
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly turns: number;
}

/** A line of the index: an entry, or the id of one that was deleted. The last line about an id counts. */
export function encodeIndexEntry(entry: JournalEntry | { readonly deleted: string }): string {
  return `${JSON.stringify({ v: 1, ...entry })}\n`;
}

export interface JournalIndex {
  /** Newest first. */
  readonly entries: readonly JournalEntry[];
  /** Lines read; once they are many more than the entries, the index is worth rewriting. */
  readonly lines: number;
}

/** Reads an index; lines that are torn, corrupt or unknown are passed over. */
export function decodeIndex(text: string): JournalIndex {
  const entries = new Map<string, JournalEntry>();
  const lines = text.split('\n').filter((line) => line !== '');
  for (const line of lines) {
    const value = parseJson(line);
    if (!isJsonObject(value) || value['v'] !== 1) continue;
    const deleted = stringMember(value, 'deleted');
    if (deleted !== undefined) entries.delete(deleted);
    const id = stringMember(value, 'id');
    const createdAt = numberMember(value, 'createdAt');
    if (id === undefined || createdAt === undefined) continue;
    entries.set(id, {
      id,
      title: stringMember(value, 'title') ?? '',
      createdAt,
      updatedAt: numberMember(value, 'updatedAt') ?? createdAt,
      turns: numberMember(value, 'turns') ?? 0,
    });
  }
  const newestFirst = [...entries.values()].sort((a, b) => b.updatedAt - a.updatedAt);
  return { entries: newestFirst, lines: lines.length };
}
