import type { TurnOutline } from '../src/core/conversationPatch';

/** Pixels: what a turn has besides its text, and what a UTF-16 unit adds before anything was measured. */
const bareHeight = 50;
const firstGuess = 0.35;

/** How high each turn is or, where it was never on the page, is likely to be: the room kept for those that are not on it. */
export class TurnHeights {
  private readonly known = new Map<string, number>();
  private readonly guessed = new Map<string, number>();
  private measuredSize = 0;
  private measuredHeight = 0;

  /** In CSS pixels. A guess stays as it is until it is measured: what is off screen must not move by itself. */
  of(outline: TurnOutline): number {
    const known = this.known.get(outline.id) ?? this.guessed.get(outline.id);
    if (known !== undefined) return known;
    const perUnit = this.measuredSize > 0 ? this.measuredHeight / this.measuredSize : firstGuess;
    const guess = Math.round(bareHeight + outline.size * perUnit);
    this.guessed.set(outline.id, guess);
    return guess;
  }

  measured({ id, size }: TurnOutline, height: number): void {
    if (!this.known.has(id)) {
      this.measuredSize += size;
      this.measuredHeight += Math.max(0, height - bareHeight);
    }
    this.known.set(id, height);
  }
}
