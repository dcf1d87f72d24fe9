import { isJsonObject, type JsonObject } from './json';
import type { MessageRequest } from './messageTransport';

const placeholder = /^blob:([0-9a-f]{64})$/;

/**
 * The request with base64 in the place of each placeholder (`blobPlaceholder`). What is gone becomes a text that says
 * so, since a request without it is still worth an answer. Returns the same object where there is nothing to put in.
 *
 * @param base64Of Undefined for bytes that are gone.
 */
export async function withBlobs(
  request: MessageRequest,
  base64Of: (sha256: string) => Promise<string | undefined>,
): Promise<MessageRequest> {
  const filled = await filledIn(request.messages, base64Of);
  return filled === request.messages
    ? request
    : { ...request, messages: filled as MessageRequest['messages'] };
}

/** Walks messages, their content and the content of tool results; nothing else holds blocks with a source. */
async function filledIn(
  value: unknown,
  base64Of: (sha256: string) => Promise<string | undefined>,
): Promise<unknown> {
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    let changed = false;
    // One after the other: the bytes of all at once may be many.
    for (const item of value as unknown[]) {
      const filled = await filledIn(item, base64Of);
      changed ||= filled !== item;
      items.push(filled);
    }
    return changed ? items : value;
  }
  if (!isJsonObject(value)) return value;
  const sha256 = blobIn(value);
  if (sha256 === undefined) {
    const content = await filledIn(value['content'], base64Of);
    return content === value['content'] ? value : { ...value, content };
  }
  const data = await base64Of(sha256);
  return data === undefined ? absence(value) : { ...value, source: { ...sourceOf(value), data } };
}

function blobIn(block: JsonObject): string | undefined {
  const { type } = block;
  const data = sourceOf(block)?.['data'];
  if ((type !== 'image' && type !== 'document') || typeof data !== 'string') return undefined;
  return placeholder.exec(data)?.[1];
}

function sourceOf({ source }: JsonObject): JsonObject | undefined {
  return isJsonObject(source) ? source : undefined;
}

function absence({ type, title }: JsonObject): JsonObject {
  const what =
    typeof title === 'string' ? title : `this ${type === 'image' ? 'image' : 'document'}`;
  return { type: 'text', text: `(${what} was attached here, and its file is gone)` };
}
