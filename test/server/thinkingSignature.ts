import { createHash, createHmac } from 'node:crypto';
import { isJsonObject, parseJson, stringMember } from '../../src/core/json';

const secret = 'wire-server';
const macLength = 32;

/** What a thinking block was signed for (API: preserved thinking). Hashes; null where the model binds to nothing. */
export interface ThinkingSeal {
  readonly model: string;
  readonly text: string;
  readonly prefix: string | null;
  /** The thinking block before it. */
  readonly previous: string | null;
}

/**
 * Signs a thinking block as bound to its model, its text, everything before it, and the thinking before it, so that a
 * changed history is noticed as the real server notices it.
 *
 * @param prefix Null for a model that does not bind its thinking.
 * @param previous Signature of the thinking block before it, if any.
 */
export function signThinking(
  model: string,
  prefix: unknown,
  text: string,
  previous?: string,
): string {
  const seal: ThinkingSeal = {
    model,
    text: hashOf(text),
    prefix: prefix === null ? null : hashOf(prefix),
    previous: previous === undefined ? null : hashOf(previous),
  };
  const payload = Buffer.from(JSON.stringify(seal));
  return Buffer.concat([payload, mac(payload)]).toString('base64');
}

/** Undefined where the signature is not this server's, to the byte. */
export function readSeal(signature: string): ThinkingSeal | undefined {
  const bytes = Buffer.from(signature, 'base64');
  const payload = bytes.subarray(0, -macLength);
  if (bytes.toString('base64') !== signature || !mac(payload).equals(bytes.subarray(-macLength))) {
    return undefined;
  }
  const seal = parseJson(payload.toString());
  return isJsonObject(seal)
    ? {
        model: stringMember(seal, 'model') ?? '',
        text: stringMember(seal, 'text') ?? '',
        prefix: stringMember(seal, 'prefix') ?? null,
        previous: stringMember(seal, 'previous') ?? null,
      }
    : undefined;
}

/** The same for the same value whatever the order of members; marks for the cache and null members change nothing. */
export function hashOf(value: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(canonical(value)))
    .digest('base64');
}

function mac(payload: Uint8Array): Buffer {
  return createHmac('sha256', secret).update(payload).digest();
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, member]) => name !== 'cache_control' && member !== null)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, canonical(member)]),
  );
}
