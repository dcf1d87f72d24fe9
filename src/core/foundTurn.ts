/** Where a text was found: how often in which turn. */
export interface FoundTurn {
  readonly turn: string;
  readonly count: number;
}
