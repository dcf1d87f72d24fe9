import type { ModelEntry } from './modelTable';
import { invalid, type Refusal } from './refusal';

const defaultLimit = 20;
const largestLimit = 1_000;

/** One page of the list of models (API: models, pagination). */
export function modelPage(entries: readonly ModelEntry[], query: URLSearchParams): unknown {
  const lifecycles = [...query.getAll('lifecycle'), ...query.getAll('lifecycle[]')];
  const listed = entries.filter(
    (entry) => lifecycles.length === 0 || lifecycles.includes(String(entry['lifecycle'])),
  );
  const limit = Number(query.get('limit') ?? defaultLimit);
  const after = placeOf(listed, query.get('after_id'));
  const before = placeOf(listed, query.get('before_id'));
  const start = after === undefined ? Math.max(0, (before ?? limit) - limit) : after + 1;
  const end = before ?? listed.length;
  const data = listed.slice(start, Math.min(start + limit, end));
  return {
    data,
    has_more: before === undefined ? start + limit < listed.length : start > 0,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
  };
}

export function pageRefusal(query: URLSearchParams): Refusal | undefined {
  const limit = Number(query.get('limit') ?? defaultLimit);
  return Number.isInteger(limit) && limit >= 1 && limit <= largestLimit
    ? undefined
    : invalid(`limit: Input should be between 1 and ${largestLimit}`);
}

/** An id that nobody has is no place: the list begins at its start. */
function placeOf(entries: readonly ModelEntry[], id: string | null): number | undefined {
  const place = entries.findIndex((entry) => entry.id === id);
  return place < 0 ? undefined : place;
}
