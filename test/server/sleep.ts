import type { ServerResponse } from 'node:http';

/** Ends early when the connection is gone. */
export async function sleep(ms: number, response: ServerResponse): Promise<void> {
  await untilClosed(response, (done) => {
    const timer = setTimeout(done, ms);
    return () => clearTimeout(timer);
  });
}

/** Resolves when the promise does, or when the connection is gone. */
export async function settled(promise: Promise<unknown>, response: ServerResponse): Promise<void> {
  await untilClosed(response, (done) => {
    promise.then(done, done);
    return () => undefined;
  });
}

/** Resolves when the connection is gone. */
export async function closed(response: ServerResponse): Promise<void> {
  await untilClosed(response, () => () => undefined);
}

/** A turn of the event loop. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function untilClosed(
  response: ServerResponse,
  start: (done: () => void) => () => void,
): Promise<void> {
  if (response.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      cancel();
      response.off('close', done);
      resolve();
    };
    const cancel = start(done);
    response.on('close', done);
  });
}
