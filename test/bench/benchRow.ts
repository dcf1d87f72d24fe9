/** One line of the table that `npm run bench` prints. */
export interface BenchRow {
  readonly what: string;
  readonly value: string;
  /** The same thing without Caudal, measured in the same run. */
  readonly floor?: string;
  readonly ratio?: number;
}
