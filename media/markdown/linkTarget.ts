/** Schemes that a click may leave the view with. Everything else with a scheme is shown, never followed. */
const openableScheme = /^(?:https?|mailto):/i;
const scriptScheme = /^(?:javascript|vbscript|data):/i;
/** `main.ts:12` is a file and its line. */
const anyScheme = /^[a-z][a-z0-9+.-]*:(?!\d+(?::\d+)?$)/i;
/** Browsers skip these inside a scheme (`java\tscript:`), so they are judged without them (URL standard, basic parser). */
const ignoredByBrowsers = /[\u0000-\u0020\u007f-\u00a0\u2028\u2029]/g;

/**
 * What may be opened from a link in model output: `http`, `https`, `mailto`, and paths of files of the workspace
 * (without a scheme). Undefined for anything else, above all `javascript:`, `data:`, `vbscript:`, `command:` and
 * `file:`, for links to another host without a scheme (`//host`), and for links within the page.
 */
export function linkTarget(href: string): string | undefined {
  const judged = href.replace(ignoredByBrowsers, '');
  if (openableScheme.test(judged)) return href;
  if (scriptScheme.test(judged) || anyScheme.test(judged)) return undefined;
  if (judged === '' || judged.startsWith('#') || /^[\\/]{2}/.test(judged)) return undefined;
  return href;
}
