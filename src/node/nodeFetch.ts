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
/** What has arrived and is not yet read by anybody, in bytes: beyond it the socket waits. */
const bufferLimit = 256 * 1024;
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

/**
 * The body as a stream. What has arrived is read from the socket at once, up to a limit, and given out before any
 * error: Node's own way of iterating a message throws away what was not yet read when the connection breaks.
 */
function bodyOf(
  message: http.IncomingMessage,
  limit = Number.POSITIVE_INFINITY,
): ReadableStream<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let buffered = 0;
  let size = 0;
  let end: 'whole' | Error | undefined;
  let wake: (() => void) | undefined;
  const finish = (how: 'whole' | Error): void => {
    end ??= how;
    wake?.();
  };
  message.on('data', (chunk: Uint8Array) => {
    chunks.push(chunk);
    buffered += chunk.length;
    size += chunk.length;
    if (size >= limit) {
      finish('whole');
      message.destroy();
    } else if (buffered >= bufferLimit) {
      message.pause();
    }
    wake?.();
  });
  message.on('end', () => finish('whole'));
  message.on('error', finish);
  message.on('close', () => finish(prematureClose()));
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller): Promise<void> {
        if (chunks.length === 0 && end === undefined) {
          await new Promise<void>((resolve) => (wake = resolve));
        }
        const chunk = chunks.shift();
        if (chunk !== undefined) {
          buffered -= chunk.length;
          if (buffered < bufferLimit) message.resume();
          controller.enqueue(chunk);
        } else if (end instanceof Error) {
          controller.error(end);
        } else {
          controller.close();
        }
      },
      cancel(): void {
        message.destroy();
      },
    },
    { highWaterMark: 0 },
  );
}

function prematureClose(): Error {
  return Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' });
}

function abortError(): Error {
  return new DOMException('The request was aborted', 'AbortError');
}

function connectTimeout({ host }: URL): Error {
  return Object.assign(new Error(`connect ETIMEDOUT ${host}`), { code: 'ETIMEDOUT' });
}
