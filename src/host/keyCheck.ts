import { FaultError } from '../core/fault';

export type KeyCheck =
  | { readonly kind: 'accepted' }
  /** The server has no list of models to check a key with. */
  | { readonly kind: 'cannot-check' }
  | { readonly kind: 'rejected'; readonly status: number }
  | { readonly kind: 'unreachable'; readonly error: unknown };

/**
 * Tries a key on the server's list of models.
 *
 * @throws `signal.reason` when aborted.
 */
export async function checkKey(
  listModels: (signal: AbortSignal) => Promise<unknown>,
  signal: AbortSignal,
): Promise<KeyCheck> {
  try {
    await listModels(signal);
    return { kind: 'accepted' };
  } catch (error) {
    signal.throwIfAborted();
    if (!FaultError.is(error) || error.fault.kind !== 'http') {
      return { kind: 'unreachable', error };
    }
    const { status } = error.fault;
    if (status === 401 || status === 403) return { kind: 'rejected', status };
    // A server that answers so has seen the key and has no such list, or none for now.
    if (status === 404 || status === 405 || status === 501) return { kind: 'cannot-check' };
    return { kind: 'unreachable', error };
  }
}
