import type { IncomingMessage, ServerResponse } from 'node:http';
import { isJsonObject, isShallow, type JsonObject } from '../core/json';
import { HttpRefusal } from './httpRefusal';

/**
 * Reads the JSON object in a request's body, of at most `limit` bytes.
 *
 * @throws HttpRefusal
 */
export async function readJsonBody(
  request: IncomingMessage,
  response: ServerResponse,
  limit: number,
): Promise<JsonObject> {
  const { headers } = request;
  if (!/^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '')) {
    throw new HttpRefusal(415, 'invalid_request_error', 'The body must be application/json');
  }
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') {
    throw new HttpRefusal(415, 'invalid_request_error', 'The body must not be compressed');
  }
  if (Number(headers['content-length'] ?? 0) > limit) throw tooLarge(limit);
  if (headers.expect !== undefined) response.writeContinue();
  const text = await readText(request, limit);
  const body = parsed(text);
  if (!isJsonObject(body) || !isShallow(body)) {
    throw new HttpRefusal(422, 'invalid_request_error', 'The body must be a JSON object');
  }
  return body;
}

async function readText(request: IncomingMessage, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  await new Promise<void>((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) {
        request.removeAllListeners('data');
        reject(tooLarge(limit));
      } else {
        chunks.push(chunk);
      }
    });
    request.on('end', resolve);
    request.on('error', reject);
  });
  return Buffer.concat(chunks).toString('utf8');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new HttpRefusal(400, 'invalid_request_error', 'The body is not valid JSON');
  }
}

function tooLarge(limit: number): HttpRefusal {
  return new HttpRefusal(413, 'request_too_large', `The body is larger than ${limit} bytes`);
}
