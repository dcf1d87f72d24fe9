// Without the `node:` prefix: these two names, and only these, are what VS Code replaces for extensions with its own,
// which know the person's proxy and certificates.
import * as http from 'http';
import * as https from 'https';
import type { Clock } from '../core/clock';

/** An idle connection is kept this long for the next request, in ms: one that slept with the machine is never used. */
const idleMs = 4_000;
/** How long a connection may take to be made, in ms. The system's own limit is more than two minutes. */
const connectTimeoutMs = 30_000;
/** TCP asks a silent peer for a sign of life after this, in ms: a dead network is found without waiting for bytes (T42). */
const keepAliveMs = 15_000;
/** Bodies of errors are read this far, in bytes. */
const longestErrorBody = 256 * 1024;

/** The part of the `fetch` contract that the SDK uses. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/**
 * A `fetch` over `http` and `https`. The built-in one cuts every body that is silent for 300 s, and in VS Code neither
 * a dispatcher nor an option of ours reaches that limit (its proxy support replaces the dispatcher); with
 * `http.electronFetch` it even goes through Chromium, which drops every stream when a network interface appears (T53).
 *
 * Redirects are not followed: a key goes to the server it was given for and nowhere else. Aborting destroys the socket
 * in the same tick.
 */
export function nodeFetch(clock: Clock): Fetch {
  const agents = {
    http: new http.Agent({ keepAlive: true, timeout: idleMs }),
    https: new https.Agent({ keepAlive: true, timeout: idleMs }),
  };
  return (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    return new Promise<Response>((resolve, reject) => {
      const options = {
        method: init.method ?? 'GET',
        headers: Object.fromEntries(new Headers(init.headers)),
      };
      const request =
        url.protocol === 'https:'
          ? https.request(url, { ...options, agent: agents.https })
          : http.request(url, { ...options, agent: agents.http });
      const { signal } = init;
      const onAbort = (): void => void request.destroy(abortError());
      if (signal?.aborted) onAbort();
      signal?.addEventListener('abort', onAbort, { once: true });
      request.on('close', () => signal?.removeEventListener('abort', onAbort));

      const timer = clock.setTimer(connectTimeoutMs, () => request.destroy(connectTimeout(url)));
      request.on('close', () => timer.dispose());
      request.on('socket', (socket) => {
        socket.setKeepAlive(true, keepAliveMs);
        if (socket.connecting) socket.once('connect', () => timer.dispose());
        else timer.dispose();
      });
      request.on('error', reject);
      request.on('response', (message) => {
        timer.dispose();
        try {
          resolve(responseOf(message));
        } catch (error) {
          request.destroy();
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      });
      request.end(typeof init.body === 'string' ? init.body : undefined);
    });
  };
}

function responseOf(message: http.IncomingMessage): Response {
  const status = message.statusCode ?? 0;
  const headers = new Headers();
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  const hasBody = status !== 204 && status !== 205 && status !== 304;
  if (!hasBody) message.resume();
  const isError = status < 200 || status > 299;
  return new Response(hasBody ? bodyOf(message, isError ? longestErrorBody : undefined) : null, {
    status,
    headers,
  });
}

/** The body as a stream that reads from the socket only what is asked for. */
function bodyOf(
  message: http.IncomingMessage,
  limit = Number.POSITIVE_INFINITY,
): ReadableStream<Uint8Array> {
  const chunks: AsyncIterator<Uint8Array, undefined> = message[Symbol.asyncIterator]();
  let size = 0;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller): Promise<void> {
        const chunk = await chunks.next();
        if (chunk.done === true) {
          controller.close();
          return;
        }
        controller.enqueue(chunk.value);
        size += chunk.value.length;
        if (size < limit) return;
        controller.close();
        message.destroy();
      },
      cancel(): void {
        message.destroy();
      },
    },
    { highWaterMark: 0 },
  );
}

function abortError(): Error {
  return new DOMException('The request was aborted', 'AbortError');
}

function connectTimeout({ host }: URL): Error {
  return Object.assign(new Error(`connect ETIMEDOUT ${host}`), { code: 'ETIMEDOUT' });
}
