/** Where a link of an answer leads. Model output is hostile input: what is not listed leads nowhere. */
export type LinkTarget =
  /** To be opened outside the editor, after the person has seen it. */
  | { readonly kind: 'external'; readonly url: string }
  /** A file of the workspace, relative to one of its folders, with `/`; `line` counts from 1. */
  | { readonly kind: 'workspace-path'; readonly path: string; readonly line: number | undefined }
  /** A file by its full path. */
  | { readonly kind: 'absolute-path'; readonly path: string; readonly line: number | undefined }
  | { readonly kind: 'refused' };

const externalSchemes = ['http:', 'https:', 'mailto:'];

export function linkTarget(href: string): LinkTarget {
  const text = href.trim();
  const drivePath = /^[a-z]:[\\/]/i.test(text);
  // `main.ts:12` is a file and its line, not a scheme.
  if (!drivePath && /^[a-z][a-z\d+.-]*:(?!\d+(:\d+)?$)/i.test(text)) {
    if (!URL.canParse(text)) return refused;
    const url = new URL(text);
    // The parsed form shows a host in ASCII, so that no look-alike letters can hide where it leads.
    if (externalSchemes.includes(url.protocol)) return { kind: 'external', url: url.href };
    if (url.protocol === 'file:' && url.hostname === '') {
      return fileTarget(url.pathname + url.hash);
    }
    return refused;
  }
  if (text === '' || text.startsWith('#') || text.startsWith('//') || text.startsWith('\\\\')) {
    return refused;
  }
  return fileTarget(text);
}

const refused: LinkTarget = { kind: 'refused' };

function fileTarget(text: string): LinkTarget {
  const match = /^(.*?)(?:#L?(\d+)(?:[-:,].*)?|:(\d+)(?::\d+)?)?$/s.exec(text);
  const written = decode(match?.[1] ?? text)?.replaceAll('\\', '/');
  if (written === undefined || written === '' || written.includes('\0')) return refused;
  const number = Number(match?.[2] ?? match?.[3] ?? Number.NaN);
  const line = Number.isSafeInteger(number) && number > 0 ? number : undefined;
  if (written.startsWith('/')) {
    const path = normalize(written);
    return path === undefined ? refused : { kind: 'absolute-path', path: `/${path}`, line };
  }
  if (/^[a-z]:\//i.test(written)) {
    const path = normalize(written.slice(3));
    return path === undefined
      ? refused
      : { kind: 'absolute-path', path: `/${written.slice(0, 2)}/${path}`, line };
  }
  const path = normalize(written);
  return path === undefined || path === '' ? refused : { kind: 'workspace-path', path, line };
}

/** Without `.` and `..`; undefined where it would leave its root. */
function normalize(path: string): string | undefined {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/');
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    // A lone per cent sign: then it is not encoded.
    return text;
  }
}
