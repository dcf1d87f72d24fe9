import { DisposableStore, type Disposable } from '../core/disposable';

/** One feature, registered with the editor on its own, so that a broken one does not take the others down. */
export interface Contribution {
  /** For the log. */
  readonly name: string;
  register(): Disposable;
}

/** Registers each feature; `failed` hears of those that throw. Disposing the result unregisters them all. */
export function registerContributions(
  contributions: readonly Contribution[],
  failed: (name: string, error: unknown) => void,
): Disposable {
  const store = new DisposableStore();
  for (const contribution of contributions) {
    try {
      store.add(contribution.register());
    } catch (error) {
      failed(contribution.name, error);
    }
  }
  return store;
}
