/** Characters per token, about. */
const perToken = 4;

/** A guess at the tokens of a text or of a part of a request: enough to see figures move. */
export function estimateTokens(value: unknown): number {
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? '');
  return Math.ceil(text.length / perToken);
}
