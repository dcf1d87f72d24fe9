/** Headers that say who somebody is. */
const secretHeaders: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'x-api-key',
  'cookie',
  'set-cookie',
  'anthropic-organization-id',
]);

/** What stands in the place of a value that nobody should see. */
export const headerMask = '‹redacted›';

/** The headers with the values of those masked that hold credentials or name an account. */
export function maskedHeaders(
  headers: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      secretHeaders.has(name.toLowerCase()) ? headerMask : value,
    ]),
  );
}
