import type * as vscode from 'vscode';
import type { Clock } from '../../core/clock';

export interface SettledOptions {
  readonly quietMs: number;
  readonly patienceMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Resolves once an event has not come for a while, or after all patience.
 *
 * @throws the signal's reason once it is aborted.
 */
export async function settled(
  event: vscode.Event<unknown>,
  { quietMs, patienceMs, clock, signal }: SettledOptions,
): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve) => {
    const end = (): void => {
      quiet.dispose();
      patience.dispose();
      listening.dispose();
      signal.removeEventListener('abort', end);
      resolve();
    };
    let quiet = clock.setTimer(quietMs, end);
    const patience = clock.setTimer(patienceMs, end);
    const listening = event(() => {
      quiet.dispose();
      quiet = clock.setTimer(quietMs, end);
    });
    signal.addEventListener('abort', end, { once: true });
  });
  signal.throwIfAborted();
}
