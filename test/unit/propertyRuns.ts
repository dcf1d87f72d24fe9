import fc from 'fast-check';

/** Set CAUDAL_SEED to run the properties with other examples, or to repeat a run that failed elsewhere. */
export const propertySeed = Number(process.env['CAUDAL_SEED'] ?? 20_261_122);

/** How many times more examples than usual are tried: for a long search. */
const factor = Number(process.env['CAUDAL_RUNS_FACTOR'] ?? 1);

/** Mocha's limit for one test with properties, in ms: a guard against endless loops, not a measurement. */
export const propertyTimeout = 60_000 * factor;

/** Parameters for `fc.assert`; a failure prints the seed and the smallest counterexample. */
export function runs(count: number): { seed: number; numRuns: number } {
  return { seed: propertySeed, numRuns: Math.ceil(count * factor) };
}

/** `fc.assert` for both kinds of properties, with the seed of this run. */
export async function checkProperty<T>(property: fc.IRawProperty<T>, count: number): Promise<void> {
  await fc.assert(property, runs(count));
}
