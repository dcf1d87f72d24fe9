import { isJsonObject, type JsonObject } from '../../src/core/json';
import { contentOf } from './contentBlocks';
import { invalid, refusal, type Refusal } from './refusal';

const largestImage = 10 * 1024 * 1024;
const largestSide = 8_000;
const mostLarge = 20;
const smallSide = 2_000;
const mostImages = 600;
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const imageTypes: readonly unknown[] = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'];

/** Images and documents as the API takes them (API: vision, PDF support). */
export function mediaRules(messages: readonly unknown[]): Refusal | undefined {
  const images: { readonly block: JsonObject; readonly at: string }[] = [];
  for (const [m, message] of messages.entries()) {
    if (!isJsonObject(message)) continue;
    const blocks = (contentOf(message['content']) ?? []).map((block, i) => {
      return { block, at: `messages.${m}.content.${i}` };
    });
    const nested = blocks.flatMap(({ block, at }) =>
      block['type'] === 'tool_result'
        ? (contentOf(block['content']) ?? []).map((inner, i) => {
            return { block: inner, at: `${at}.tool_result.content.${i}` };
          })
        : [],
    );
    for (const { block, at } of [...blocks, ...nested]) {
      if (block['type'] === 'image') images.push({ block, at });
      const refused = block['type'] === 'document' ? documentRule(block, at) : undefined;
      if (refused !== undefined) return refused;
    }
  }
  if (images.length > mostImages) return refusal(413, 'Too many images in the request');
  const side = images.length > mostLarge ? smallSide : largestSide;
  for (const { block, at } of images) {
    const refused = imageRule(block, `${at}.image.source`, side);
    if (refused !== undefined) return refused;
  }
  return undefined;
}

function imageRule(block: JsonObject, at: string, largest: number): Refusal | undefined {
  const { source } = block;
  if (!isJsonObject(source)) return invalid(`${at}: Input should be a valid dictionary`);
  if (source['type'] !== 'base64') return undefined;
  const { data, media_type: type } = source;
  if (!imageTypes.includes(type)) {
    return invalid(
      `${at}.base64.media_type: Input should be 'image/jpeg', 'image/png', 'image/gif' or 'image/webp'`,
    );
  }
  if (typeof data !== 'string' || data === '' || !base64.test(data)) {
    return invalid(`${at}.base64.data: invalid base64 data`);
  }
  if (data.length > largestImage) {
    return invalid(
      `${at}.base64: image exceeds 10 MB maximum: ${data.length} bytes > ${largestImage} bytes`,
    );
  }
  const bytes = Buffer.from(data, 'base64');
  const found = typeOf(bytes);
  if (found !== type) {
    return invalid(
      `${at}.base64.media_type: The image was specified using the ${String(type)} media type, but the image appears to be a ${found} image`,
    );
  }
  const [width, height] =
    type === 'image/png' ? [bytes.readUInt32BE(16), bytes.readUInt32BE(20)] : [1, 1];
  return Math.max(width, height) > largest
    ? invalid(
        `${at}.base64.data: At least one of the image dimensions exceed max allowed size: ${largest} pixels`,
      )
    : undefined;
}

function typeOf(bytes: Buffer): string {
  if (bytes.length > 24 && bytes.readUInt32BE(0) === 0x89504e47) return 'image/png';
  if (bytes.length > 3 && bytes.readUIntBE(0, 3) === 0xffd8ff) return 'image/jpeg';
  const head = bytes.toString('latin1', 0, 12);
  if (head.startsWith('GIF8')) return 'image/gif';
  return head.startsWith('RIFF') && head.endsWith('WEBP') ? 'image/webp' : 'unknown';
}

function documentRule({ source }: JsonObject, at: string): Refusal | undefined {
  if (!isJsonObject(source)) return invalid(`${at}.document.source: Field required`);
  if (source['type'] !== 'base64') return undefined;
  const { data, media_type: type } = source;
  if (type !== 'application/pdf') {
    return invalid(`${at}.document.source.base64.media_type: Input should be 'application/pdf'`);
  }
  if (typeof data !== 'string' || !base64.test(data)) {
    return invalid(`${at}.document.source.base64.data: invalid base64 data`);
  }
  return Buffer.from(data, 'base64').toString('latin1', 0, 5) === '%PDF-'
    ? undefined
    : invalid(`${at}.document.source.base64.data: The PDF specified was not valid.`);
}
