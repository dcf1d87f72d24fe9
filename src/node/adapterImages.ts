import type { AdapterImage } from '../core/adapterGateway';
import { largestImage, largestImageSide } from '../core/attachmentLimits';
import { fileKindOf } from '../core/fileKind';
import { imageSize } from '../core/imageSize';
import { isJsonObject, stringMember, type JsonObject } from '../core/json';
import { HttpRefusal } from './httpRefusal';

const mostImages = 20;
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const longestName = 200;

/**
 * The images of a prompt: `[{ "data": base64, "name"?: text }]`. What each is, its bytes say.
 *
 * @throws HttpRefusal for what the API would not take.
 */
export function imagesOf({ images }: JsonObject): AdapterImage[] {
  if (images === undefined || images === null) return [];
  if (!Array.isArray(images) || images.length > mostImages) {
    throw unprocessable(`images must be a list of at most ${mostImages}`);
  }
  return images.map((image, index) => imageOf(image, `images[${index}]`));
}

function imageOf(image: unknown, at: string): AdapterImage {
  const data = isJsonObject(image) ? stringMember(image, 'data') : undefined;
  if (!isJsonObject(image) || data === undefined || data === '' || !base64.test(data)) {
    throw unprocessable(`${at}.data must be base64`);
  }
  const bytes = new Uint8Array(Buffer.from(data, 'base64'));
  const found = fileKindOf(bytes);
  const size = imageSize(bytes);
  if (found.kind !== 'image' || size === undefined) {
    throw unprocessable(`${at}.data must be a PNG, a JPEG, a GIF or a WebP`);
  }
  if (bytes.length > largestImage || Math.max(size.width, size.height) > largestImageSide) {
    throw unprocessable(
      `${at} is too large: at most ${largestImage} bytes and ${largestImageSide} pixels a side`,
    );
  }
  const name = stringMember(image, 'name') ?? `image ${Number(/\d+/.exec(at)?.[0]) + 1}`;
  return { name: name.slice(0, longestName), mediaType: found.mediaType, data: bytes, size };
}

function unprocessable(message: string): HttpRefusal {
  return new HttpRefusal(422, 'invalid_request_error', message);
}
