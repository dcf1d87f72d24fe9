/** Schemes that a click may leave the view with. Everything else with a scheme is shown, never followed. */
const openableScheme = /^(?:https?|mailto):/i;
const scriptScheme = /^(?:javascript|vbscript|data):/i;
/** `main.ts:12` is a file and its line. */
const anyScheme = /^[a-z][a-z0-9+.-]*:(?!\d+(?::\d+)?$)/i;
/** Browsers skip these around and inside a scheme (`java\tscript:`), so without them it is judged (URL standard). */
const ignoredByBrowsers = /[\u0000-\u0020\u007f-\u00a0\u2028\u2029]/g;

const encodedCharacter = /%([0-9a-f]{2})/gi;

/**
 * What may be opened from a link in model output: `http`, `https`, `mailto`, and paths of files of the workspace
 * (without a scheme). Undefined for anything else, above all `javascript:`, `data:`, `vbscript:`, `command:` and
 * `file:`, for links to another host without a scheme (`//host`), and for links within the page.
 */
export function linkTarget(href: string): string | undefined {
  if (openableScheme.test(href)) return href;
  const judged = href.replace(ignoredByBrowsers, '');
  if (judged === '' || judged.startsWith('#')) return undefined;
  // Whoever opens a path reads what is encoded in it (`java%09script:`).
  const read = href.replace(encodedCharacter, decoded).replace(ignoredByBrowsers, '');
  return leadsAway(judged) || leadsAway(read) ? undefined : href;
}

function leadsAway(path: string): boolean {
  return scriptScheme.test(path) || anyScheme.test(path) || /^[\\/]{2}/.test(path);
}

function decoded(_encoded: string, hex: string): string {
  return String.fromCharCode(Number.parseInt(hex, 16));
}
