/** One place that looks like a credential. */
export interface Finding {
  readonly kind: string;
  /** The first characters only: a report must not spread what it found. */
  readonly excerpt: string;
}

/**
 * Shapes of credentials. Put together from parts, so that this file is not itself what it looks for.
 */
const shapes: readonly (readonly [string, RegExp])[] = [
  ['Anthropic key', new RegExp(`${'sk-' + 'ant-'}[A-Za-z0-9_-]{16,}`, 'g')],
  ['OpenAI key', new RegExp(`\\b${'sk-' + 'proj-'}[A-Za-z0-9_-]{16,}`, 'g')],
  [
    'GitHub token',
    new RegExp(`\\b(${'gh' + '[pousr]_'}|${'github' + '_pat_'})[A-Za-z0-9_]{20,}`, 'g'),
  ],
  ['npm token', new RegExp(`\\b${'npm' + '_'}[A-Za-z0-9]{36}\\b`, 'g')],
  ['AWS access key', new RegExp(`\\b${'AK' + 'IA'}[0-9A-Z]{16}\\b`, 'g')],
  ['Google API key', new RegExp(`\\b${'AI' + 'za'}[0-9A-Za-z_-]{35}\\b`, 'g')],
  ['Slack token', new RegExp(`\\b${'xo' + 'x'}[abprs]-[0-9A-Za-z-]{10,}`, 'g')],
  ['private key', new RegExp(['-----BEGIN [A-Z ]*PRI', 'VATE KEY-----'].join(''), 'g')],
  ['JSON web token', /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/g],
];

/** Everything in the text that looks like a credential. `vsce` looks for some kinds, but not for ours. */
export function findCredentials(text: string): Finding[] {
  return shapes.flatMap(([kind, shape]) =>
    Array.from(text.matchAll(shape), ([found]) => ({ kind, excerpt: `${found.slice(0, 10)}…` })),
  );
}
