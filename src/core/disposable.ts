/** Something that holds a resource until disposed. Structurally the same as VS Code's own. */
export interface Disposable {
  dispose(): void;
}

/** Owns disposables; once disposed itself, it disposes late arrivals at once, so nothing leaks past the end. */
export class DisposableStore implements Disposable {
  private readonly items = new Set<Disposable>();
  private disposed = false;

  add<T extends Disposable>(item: T): T {
    if (this.disposed) item.dispose();
    else this.items.add(item);
    return item;
  }

  /**
   * Disposes everything, last come first.
   *
   * @throws AggregateError once all were disposed, where some threw.
   */
  dispose(): void {
    this.disposed = true;
    const items = [...this.items].reverse();
    this.items.clear();
    const errors: unknown[] = [];
    for (const item of items) {
      try {
        item.dispose();
      } catch (error) {
        // The others hold resources too.
        errors.push(error);
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, 'Some parts could not be disposed');
  }
}

/** A disposable from a function, which is called once at most. */
export function toDisposable(dispose: () => void): Disposable {
  let open = true;
  return {
    dispose(): void {
      if (!open) return;
      open = false;
      dispose();
    },
  };
}
