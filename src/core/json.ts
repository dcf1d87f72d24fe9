/** A JSON object whose members are not yet known. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The member if it is a string, else undefined. */
export function stringMember(object: JsonObject, name: string): string | undefined {
  const value = object[name];
  return typeof value === 'string' ? value : undefined;
}

/** The member if it is a finite number, else undefined. */
export function numberMember(object: JsonObject, name: string): number | undefined {
  const value = object[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/**
 * Whether objects and arrays are nested at most `depth` levels deep. Deeper ones, which only a hostile or broken peer
 * sends, overflow the stack of `JSON.stringify` and of structured clone (measured: some 2,000 levels).
 */
export function isShallow(value: unknown, depth = 100): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return depth > 0 && Object.values(value).every((member) => isShallow(member, depth - 1));
}

/** The parsed text, or undefined where it is not JSON. Never throws. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Malformed input is an ordinary case at every boundary: the caller decides what it means.
    return undefined;
  }
}
