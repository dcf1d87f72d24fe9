import type { CancellationToken } from 'vscode';
import type { Disposable } from '../core/disposable';

/** An `AbortSignal` that follows a cancellation token until disposed. */
export function bridgeCancellation(
  token: CancellationToken,
): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  if (token.isCancellationRequested) controller.abort();
  const listener = token.onCancellationRequested(() => controller.abort());
  return { signal: controller.signal, dispose: () => void listener.dispose() };
}
