/** Names that answers give to languages, where the editor has another for them. */
const ids: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'c++': 'cpp',
    'c#': 'csharp',
    cs: 'csharp',
    docker: 'dockerfile',
    golang: 'go',
    htm: 'html',
    js: 'javascript',
    jsx: 'javascriptreact',
    kt: 'kotlin',
    md: 'markdown',
    objc: 'objective-c',
    ps1: 'powershell',
    py: 'python',
    rb: 'ruby',
    rs: 'rust',
    bash: 'shellscript',
    sh: 'shellscript',
    shell: 'shellscript',
    zsh: 'shellscript',
    text: 'plaintext',
    txt: 'plaintext',
    ts: 'typescript',
    tsx: 'typescriptreact',
    yml: 'yaml',
  }),
);

/**
 * The editor's id of a language as a fence names it; undefined where it knows none, and finds out by itself.
 *
 * @param known - the ids of all languages that the editor has.
 */
export function languageIdNamed(name: string, known: readonly string[]): string | undefined {
  const lower = name.toLowerCase();
  const id = ids.get(lower) ?? lower;
  return known.includes(id) ? id : undefined;
}
