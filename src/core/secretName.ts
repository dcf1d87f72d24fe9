/** Names of files that hold keys or passwords, in lower case. */
const secretNames = new Set([
  '.netrc',
  '_netrc',
  '.npmrc',
  '.pypirc',
  '.pgpass',
  '.git-credentials',
  '.dockercfg',
  '.htpasswd',
  '.vault-token',
  'credentials',
  'credentials.json',
  'secrets.json',
  'secrets.yaml',
  'secrets.yml',
  'application_default_credentials.json',
]);

const secretPatterns: readonly RegExp[] = [
  /^\.env($|\.)/,
  /\.env$/,
  /^id_(rsa|dsa|ecdsa|ed25519)/,
  /\.(pem|key|p12|pfx|jks|keystore|kdbx|ppk|asc|gpg|tfvars|tfstate)$/,
  /^service[-_]?account.*\.json$/,
];

/** Folders whose every file counts as one. */
const secretFolders = new Set(['.ssh', '.gnupg', '.aws', '.azure', '.kube', '.docker']);

/** An example of such a file is there to be read. */
const examplePattern = /\.(example|sample|template|dist)$/;

/**
 * Whether a path names something that holds keys or passwords. By name alone and whatever the case, since a file that
 * is asked about once too often costs a click, and one that is not costs a key.
 *
 * @param path with `/` between its parts.
 */
export function isSecretPath(path: string): boolean {
  const parts = path.toLowerCase().split('/');
  const name = parts.pop() ?? '';
  if (parts.some((part) => secretFolders.has(part))) return !name.endsWith('.pub');
  if (name.endsWith('.pub') || examplePattern.test(name)) return false;
  return secretNames.has(name) || secretPatterns.some((pattern) => pattern.test(name));
}
