/** What a text or a file's name gives away. */
export type SecretKind = 'api-key' | 'private-key' | 'token' | 'password' | 'secret-file';

export interface FoundSecret {
  readonly kind: SecretKind;
  /** Counted from 1; undefined for what the name of a file says. */
  readonly line?: number;
}

interface Pattern {
  readonly kind: SecretKind;
  readonly pattern: RegExp;
}

/**
 * Fixed beginnings with runs of one class and an upper bound, so that no text takes more than linear time. The shapes
 * are the published ones of each issuer.
 */
const patterns: readonly Pattern[] = [
  {
    kind: 'private-key',
    pattern: /-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----/,
  },
  { kind: 'api-key', pattern: /\bsk-(?:ant-|proj-|or-)?[A-Za-z0-9_-]{20,200}/ },
  { kind: 'api-key', pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/ },
  { kind: 'api-key', pattern: /\bAIza[A-Za-z0-9_-]{35}/ },
  { kind: 'api-key', pattern: /\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,100}/ },
  { kind: 'token', pattern: /\bgh[pousr]_[A-Za-z0-9]{36,251}/ },
  { kind: 'token', pattern: /\bgithub_pat_[A-Za-z0-9_]{22,255}/ },
  { kind: 'token', pattern: /\bglpat-[A-Za-z0-9_-]{20,60}/ },
  { kind: 'token', pattern: /\bxox[abprs]-[A-Za-z0-9-]{10,200}/ },
  { kind: 'token', pattern: /\bnpm_[A-Za-z0-9]{36}\b/ },
  { kind: 'token', pattern: /\bhf_[A-Za-z0-9]{30,60}\b/ },
  {
    kind: 'token',
    pattern: /\beyJ[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_-]{10,2000}/,
  },
  {
    kind: 'password',
    pattern:
      /\b(?:password|passwd|secret|api_?key|access_?token|client_?secret)["']?[ \t]{0,4}[:=][ \t]{0,4}["'][^"'\s$<{]{8,200}["']/i,
  },
  { kind: 'password', pattern: /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@]{1,64}:[^\s:/@$<{]{4,128}@/i },
];

/** Lines longer than this are looked at in pieces, which overlap so that nothing is cut in two. */
const longestPiece = 20_000;
const overlap = 9_000;

/** The first secret of each kind in a text, in the order of their lines. */
export function secretsIn(text: string): readonly FoundSecret[] {
  const found = new Map<SecretKind, FoundSecret>();
  for (const [index, line] of text.split('\n').entries()) {
    for (const piece of piecesOf(line)) {
      for (const { kind, pattern } of patterns) {
        if (!found.has(kind) && pattern.test(piece)) found.set(kind, { kind, line: index + 1 });
      }
    }
  }
  return [...found.values()];
}

const secretNames =
  /^(?:\.env(?:\..{1,40})?|\.netrc|\.npmrc|\.pypirc|\.pgpass|\.htpasswd|id_(?:rsa|dsa|ecdsa|ed25519)|credentials(?:\.json)?|secrets?\.(?:json|ya?ml|toml|env)|.{1,200}\.(?:pem|key|p12|pfx|jks|keystore|kdbx))$/i;
const examples = /^\.env\.(?:example|sample|template|dist)$/i;

/** Whether a file's name says that it holds keys or passwords. */
export function isSecretFile(path: string): boolean {
  const name = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  return secretNames.test(name) && !examples.test(name);
}

function* piecesOf(line: string): Generator<string> {
  if (line.length <= longestPiece) {
    yield line;
    return;
  }
  for (let at = 0; at < line.length; at += longestPiece - overlap) {
    yield line.slice(at, at + longestPiece);
  }
}
