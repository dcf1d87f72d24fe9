import { Connectivity } from '../../src/core/connectivity';
import type { Clock } from '../../src/core/clock';
import type { TurnLimits } from '../../src/core/turnController';

/** Limits that leave a cut answer to the person; tests change what they are about. */
export const askingLimits: TurnLimits = {
  maxRetries: 3,
  maxRetryAfterMs: 60_000,
  resume: 'ask',
  maxRetryCostUsd: 1_000,
  silenceLimitMs: 300_000,
};

/** A network that is there. */
export function steadyNetwork(clock: Clock): Connectivity {
  return new Connectivity({ probe: () => Promise.resolve(true), clock, random: () => 0.5 });
}
