import type { IncomingMessage } from 'node:http';

/** Larger bodies are refused, in bytes (API: errors). */
const longestBody = 32 * 1024 * 1024;

/** `malformed`: not UTF-8, or not JSON. */
export type RequestBody =
  | { readonly kind: 'read'; readonly text: string }
  | { readonly kind: 'malformed'; readonly text: string; readonly reason: string }
  | { readonly kind: 'too-large' };

/** @throws Error where the client goes away in the middle. */
export async function readBody(request: IncomingMessage): Promise<RequestBody> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= longestBody) chunks.push(chunk);
  }
  if (size > longestBody) return { kind: 'too-large' };
  const bytes = Buffer.concat(chunks);
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (text !== '') JSON.parse(text);
    return { kind: 'read', text };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: 'malformed', text: bytes.toString('utf8'), reason };
  }
}
