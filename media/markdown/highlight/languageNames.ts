/** The languages that have colours, by the names by which fences call them. */
const names = {
  c: 'c h',
  cmake: 'cmake',
  cpp: 'cpp c++ cc cxx hpp hxx arduino cuda',
  csharp: 'csharp c# cs',
  css: 'css',
  dart: 'dart',
  diff: 'diff patch',
  dockerfile: 'dockerfile docker containerfile',
  go: 'go golang',
  haskell: 'haskell hs',
  html: 'html htm xhtml vue svelte',
  java: 'java',
  javascript: 'javascript js jsx mjs cjs node',
  json: 'json json5 jsonc jsonl ndjson',
  kotlin: 'kotlin kt kts',
  less: 'less',
  lua: 'lua',
  objectiveC: 'objective-c objectivec objc',
  perl: 'perl pl',
  powerShell: 'powershell ps1 pwsh ps',
  properties: 'properties ini cfg conf env dotenv',
  protobuf: 'protobuf proto proto3',
  python: 'python py python3 pyi pycon',
  r: 'r rscript',
  ruby: 'ruby rb',
  rust: 'rust rs',
  scala: 'scala sbt',
  scss: 'scss sass',
  shell: 'shell sh bash zsh ksh console shellscript shell-session',
  sql: 'sql mysql postgres postgresql pgsql plsql sqlite tsql',
  swift: 'swift',
  toml: 'toml',
  typescript: 'typescript ts tsx mts cts',
  xml: 'xml svg xsd xsl xslt plist rss',
  yaml: 'yaml yml',
} as const;

export type LanguageId = keyof typeof names;

const languages = new Map<string, LanguageId>();
for (const [id, aliases] of Object.entries(names)) {
  if (isLanguageId(id)) for (const alias of aliases.split(' ')) languages.set(alias, id);
}

function isLanguageId(id: string): id is LanguageId {
  return id in names;
}

/** The language that a fence's first word names; undefined where it has no colours. */
export function languageNamed(name: string): LanguageId | undefined {
  return languages.get(name.toLowerCase());
}
