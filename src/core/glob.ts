/** Whether a path with `/` matches a pattern: `**` is any folders, `*` and `?` stay within one name. */
export function matchesGlob(pattern: string, path: string): boolean {
  return matchFolders(pattern.split('/'), 0, path.split('/'), 0);
}

function matchFolders(
  pattern: readonly string[],
  p: number,
  names: readonly string[],
  n: number,
): boolean {
  const part = pattern[p];
  if (part === undefined) return n === names.length;
  if (part === '**') {
    // Several in a row mean what one means, and would take time exponential in their number.
    if (pattern[p + 1] === '**') return matchFolders(pattern, p + 1, names, n);
    for (let skip = n; skip <= names.length; skip++) {
      if (matchFolders(pattern, p + 1, names, skip)) return true;
    }
    return false;
  }
  const name = names[n];
  return name !== undefined && matchName(part, name) && matchFolders(pattern, p + 1, names, n + 1);
}

/** In time linear in both for each star: the latest one is all that is ever tried again. */
function matchName(part: string, name: string): boolean {
  let p = 0;
  let n = 0;
  let star = -1;
  let starAt = 0;
  while (n < name.length) {
    if (part[p] === '*') {
      star = p++;
      starAt = n;
    } else if (part[p] === '?' || part[p] === name[n]) {
      p++;
      n++;
    } else if (star >= 0) {
      p = star + 1;
      n = ++starAt;
    } else {
      return false;
    }
  }
  while (part[p] === '*') p++;
  return p === part.length;
}
