/**
 * What a key or a token looks like. Written in parts, so that no scanner takes the pattern itself for a credential.
 */
const credentials: readonly RegExp[] = [
  new RegExp(`${['sk', 'ant', ''].join('-')}[\\w-]+`, 'g'),
  new RegExp(
    `(?<=\\b(?:${['Bea', 'rer'].join('')}|${['Ba', 'sic'].join('')})\\s+)[\\w.~+/=-]{6,}`,
    'gi',
  ),
  new RegExp(
    `(?<=\\b(?:x-${['api', 'key'].join('-')}|${['api', 'key'].join('[_-]?')})["']?\\s*[:=]\\s*["']?)[^\\s"',;&}]+`,
    'gi',
  ),
  // The user information of a URL.
  /(?<=\b[a-z][\w+.-]*:\/\/)[^\s/@]+(?=@)/gi,
];

const mask = '‹redacted›';

/**
 * The text without anything that looks like a credential, and without the given secrets.
 *
 * @param secrets Exact values in use; those shorter than 6 characters are left alone, they would mask ordinary words.
 */
export function redact(text: string, secrets: readonly string[] = []): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret.length >= 6) clean = clean.replaceAll(secret, mask);
  }
  for (const pattern of credentials) clean = clean.replace(pattern, mask);
  return clean;
}
