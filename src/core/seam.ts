import { isRepetition } from './seamEvidence';
import { seamContext, type SeamContext } from './seamContext';
import { readLeadIn } from './seamLeadIn';
import { farReach, KeptTail, OverlapMatcher } from './seamOverlap';
import { RewordedRestart, rewordableStarts } from './seamReworded';
import { missingSpace, spaceBeyond } from './seamSpacing';
import { isHighSurrogate } from './seamText';

/**
 * The most that is ever held back, in UTF-16 units: a repetition of the longest reach, its white space, and a preamble.
 * Reached only by text that repeats the kept text letter for letter all the way, or by white space without end.
 */
export const longestHold = farReach + 500;

export interface SeamOptions {
  /**
   * UTF-16 units at the end of the kept text that the model was not sent (see `ResumePlan`): it brings that white space
   * again, and may bring the character whole of which it was half.
   */
  readonly unsentLength?: number;
}

/** How a continuation joins what was kept. */
interface Cut {
  /** Offset in the continuation at which the new text begins. */
  readonly at: number;
  readonly kind: 'repetition' | 'lead-in' | 'none';
}

/**
 * Joins an answer that was cut with its continuation, while that streams: takes off what the continuation repeats of
 * the kept text, and what it says before it goes on. Decides from the end of what was kept and the beginning of what
 * now comes, as soon as no other reading is left; everything after that goes through untouched. How the text is split
 * into deltas makes no difference.
 *
 * Short repetitions are ambiguous ("very" and "very"): see `isRepetition` for what counts as one.
 */
export class SeamJoiner {
  private readonly context: SeamContext;
  private readonly tail: KeptTail;
  private readonly unsent: string;
  private readonly matchers: { readonly from: number; readonly matcher: OverlapMatcher }[] = [];
  private readonly rewordableStarts: readonly number[];
  private readonly rewordings: RewordedRestart[] = [];
  private leadInLength = 0;
  private isLeadInOpen = true;

  private phase: 'deciding' | 'spacing' | 'through' = 'deciding';
  private held = '';
  private cut: Cut = { at: 0, kind: 'none' };
  private takenOff = '';
  private putIn = '';

  /** @param kept The whole text block before the cut, or its last few kB. */
  constructor(kept: string, options: SeamOptions = {}) {
    const { unsentLength = 0 } = options;
    this.context = seamContext(kept);
    this.tail = new KeptTail(kept);
    this.unsent = kept.slice(kept.length - unsentLength);
    if (this.tail.units === '') this.phase = 'through';
    this.rewordableStarts = rewordableStarts(this.context);
    this.readFrom(0);
  }

  /** What was taken off, for the inspector and the log; '' until that is decided. */
  get removed(): string {
    return this.takenOff;
  }

  /** White space that was put in between; '' until that is decided. */
  get inserted(): string {
    return this.putIn;
  }

  /** Whether the join is made: from here on everything goes through as it comes. */
  get isDecided(): boolean {
    return this.phase === 'through';
  }

  /** The text to append now; '' while undecided. */
  push(delta: string): string {
    for (let i = 0; i < delta.length; i++) {
      if (this.phase === 'through') return delta.slice(i);
      const out = this.take(delta.charAt(i));
      if (out !== '') return out + delta.slice(i + 1);
    }
    return '';
  }

  /** What was still held back. The continuation is over. */
  end(): string {
    return this.phase === 'through' ? '' : this.settle(true);
  }

  private take(unit: string): string {
    const index = this.held.length;
    this.held += unit;
    if (this.phase === 'deciding') {
      for (const { matcher } of this.matchers) matcher.push(unit, index);
      for (const rewording of this.rewordings) rewording.push(unit, index);
      this.readLeadIn();
    }
    return this.settle(this.held.length >= longestHold);
  }

  private readLeadIn(): void {
    if (!this.isLeadInOpen) return;
    const { fence, line } = this.context;
    const { offsets, length, isOpen } = readLeadIn(this.held, fence, line.trim() !== '');
    this.isLeadInOpen = isOpen;
    this.leadInLength = length;
    for (const offset of offsets) {
      if (this.matchers.every(({ from }) => from !== offset)) this.readFrom(offset);
    }
  }

  private readFrom(offset: number): void {
    const matcher = new OverlapMatcher(this.tail);
    this.matchers.push({ from: offset, matcher });
    const rewordings = this.rewordableStarts.map(
      (start) => new RewordedRestart(this.context.kept.slice(start), this.tail.endsInWord),
    );
    this.rewordings.push(...rewordings);
    for (let i = offset; i < this.held.length; i++) {
      matcher.push(this.held.charAt(i), i);
      for (const rewording of rewordings) rewording.push(this.held.charAt(i), i);
    }
  }

  /** The text to append, or '' where more is needed to know it. @param isForced Whether nothing more is waited for. */
  private settle(isForced: boolean): string {
    if (this.phase === 'deciding') {
      if (!isForced && !this.canDecide()) return '';
      if (isForced) for (const rewording of this.rewordings) rewording.finish();
      this.cut = this.decide();
      this.phase = 'spacing';
    }
    const joined = this.joined(isForced);
    const inserted =
      joined !== undefined && this.cut.kind !== 'repetition'
        ? missingSpace(this.context, joined, isForced)
        : '';
    if (joined === undefined || inserted === undefined) return '';
    this.takenOff = this.held.slice(0, this.held.length - joined.length);
    this.putIn = inserted;
    this.phase = 'through';
    this.held = '';
    return inserted + joined;
  }

  /** What follows the cut, without white space and the half of a character that the kept text has already. */
  private joined(isForced: boolean): string | undefined {
    const { kept } = this.context;
    const rest = this.held.slice(this.cut.at);
    const text = rest.trimStart();
    if (text === '' && !isForced) return undefined;
    const isRepetition = this.cut.kind === 'repetition';
    const half = kept.charAt(kept.length - 1);
    if (!isRepetition && isHighSurrogate(half) && text.startsWith(half)) return text.slice(1);
    const before = isRepetition ? kept : this.unsent;
    const known = isRepetition || before.trim() === '' ? before.slice(before.trimEnd().length) : '';
    const space = rest.slice(0, rest.length - text.length);
    return known === '' ? rest : spaceBeyond(known, space) + text;
  }

  private canDecide(): boolean {
    return (
      !this.isLeadInOpen &&
      this.matchers.every(({ matcher }) => matcher.isSettled) &&
      this.rewordings.every(({ isSettled }) => isSettled)
    );
  }

  private decide(): Cut {
    const ends: number[] = [];
    for (const { from, matcher } of this.matchers) {
      const found = matcher.overlaps.find((overlap) =>
        isRepetition(overlap, this.context, this.held, from),
      );
      if (found !== undefined) ends.push(found.end);
    }
    for (const { end } of this.rewordings) if (end !== undefined) ends.push(end);
    const at = Math.max(...ends, this.leadInLength);
    // "S" and then "Sure, continuing:": what a lead-in begins with is no repetition.
    if (at > this.leadInLength) return { at, kind: 'repetition' };
    return { at, kind: at > 0 ? 'lead-in' : 'none' };
  }
}
