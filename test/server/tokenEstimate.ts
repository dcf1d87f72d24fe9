import { isJsonObject } from '../../src/core/json';

/** Characters per token, about. */
const perToken = 4;

/** Tokens of an image or a document, whatever its size (API: vision). */
const perSource = 1_568;

/** A guess at the tokens of a text or of a part of a request: enough to see figures move. */
export function estimateTokens(value: unknown): number {
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? '', withoutBytes);
  return Math.ceil(text.length / perToken);
}

function withoutBytes(name: string, value: unknown): unknown {
  const isSource = name === 'source' && isJsonObject(value) && value['type'] === 'base64';
  return isSource ? 'x'.repeat(perSource * perToken) : value;
}
