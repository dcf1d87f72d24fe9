import { toDisposable, type Disposable } from './disposable';

/** Subscribes a listener; disposing the result unsubscribes it. */
export type Event<T> = (listener: (value: T) => void) => Disposable;

/**
 * Calls its listeners synchronously, in the order in which they subscribed. One that throws keeps nobody else from
 * hearing, and not the caller of `fire` from going on: its error surfaces as an unhandled rejection.
 */
export class Emitter<T> implements Disposable {
  private readonly listeners = new Set<(value: T) => void>();

  readonly event: Event<T> = (listener) => {
    // A wrapper, so that the same function may subscribe twice.
    const entry = (value: T): void => listener(value);
    this.listeners.add(entry);
    return toDisposable(() => this.listeners.delete(entry));
  };

  fire(value: T): void {
    for (const listener of [...this.listeners]) {
      // Unsubscribed by one that was called before it.
      if (!this.listeners.has(listener)) continue;
      try {
        listener(value);
      } catch (error) {
        // A broken reader must not end the stream that everybody else reads.
        void Promise.reject(error instanceof Error ? error : new Error(String(error)));
      }
    }
  }

  dispose(): void {
    this.listeners.clear();
  }
}
