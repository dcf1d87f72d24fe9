import { createHmac } from 'node:crypto';

const secret = 'wire-server';

/**
 * Signs a thinking block as bound to its model and to everything before it (API: preserved thinking), so that a changed
 * history is noticed as the real server notices it.
 */
export function signThinking(model: string, prefix: unknown, text: string): string {
  return createHmac('sha256', secret)
    .update(JSON.stringify(canonical([model, prefix, text])))
    .digest('base64');
}

/** The same value whatever the order of members; marks for the cache and empty members change nothing. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, member]) => name !== 'cache_control' && member !== null)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, canonical(member)]),
  );
}
