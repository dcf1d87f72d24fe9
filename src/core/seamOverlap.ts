import { continuesCharacter, isHighSurrogate, isSpaced, Squeezer, unitClass } from './seamText';

/** UTF-16 units before the cut in which a repetition may begin at any word. 40 long words fit. */
export const nearReach = 1_000;
/** UTF-16 units before the cut in which a repetition may begin at a line or a sentence. */
export const farReach = 2_000;

/** A beginning of the continuation that says again what the kept text ends with. */
export interface Overlap {
  /** Where it begins in the kept text. */
  readonly keptStart: number;
  /** Where it ends in the continuation: after the last character that is not white space. */
  readonly end: number;
  /** Whether its first letter is large in one and small in the other. */
  readonly caseChanged: boolean;
  /** Whether the word that the cut went through goes on in the continuation. */
  readonly continuesWord: boolean;
}

/** The end of the kept text, prepared for finding where a continuation begins in it. */
export class KeptTail {
  /** Compared form (see {@link Squeezer}) of the end of the kept text. */
  readonly units: string;
  /** Without its spaces. */
  readonly solid: string;
  /** Offset in the kept text for each of `units`. */
  readonly origins: Int32Array;
  /** Offset in `solid` for each of `units`. */
  readonly solidOffsets: Int32Array;
  /** Whether white space at its end says that its last word, or what stands there, is whole. */
  readonly endsWhole: boolean;
  /** Whether the kept text ends within or right after a word. */
  readonly endsInWord: boolean;

  constructor(readonly kept: string) {
    const squeezer = new Squeezer();
    const from = Math.max(0, kept.length - farReach);
    // At most one space and one other unit for each.
    const origins = new Int32Array(2 * (kept.length - from));
    const solidOffsets = new Int32Array(origins.length);
    let units = '';
    let solid = '';
    for (let i = from; i < kept.length; i++) {
      const squeezed = squeezer.push(kept.charAt(i));
      for (let j = 0; j < squeezed.length; j++) {
        origins[units.length + j] = i;
        solidOffsets[units.length + j] = solid.length;
      }
      units += squeezed;
      solid += squeezed.length > 1 ? squeezed.slice(1) : squeezed;
    }
    this.units = units;
    this.solid = solid;
    this.origins = origins;
    this.solidOffsets = solidOffsets;
    const endsInSpace = unitClass(kept.charAt(kept.length - 1)) === 'space';
    const last = unitClass(units.charAt(units.length - 1));
    this.endsWhole = endsInSpace && (isSpaced(last) || last === 'symbol');
    this.endsInWord = !endsInSpace && isSpaced(last);
  }

  /** Offsets in `units` at which a repetition may begin that begins with this unit, whatever its case; in order. */
  starts(unit: string): { readonly start: number; readonly caseChanged: boolean }[] {
    const small = unit.toLowerCase();
    const starts: { readonly start: number; readonly caseChanged: boolean }[] = [];
    for (let start = 0; start < this.units.length; start++) {
      const there = this.units.charAt(start);
      if (there !== unit && there.toLowerCase() !== small) continue;
      if (mayBegin(this.kept, this.origins[start] ?? 0)) {
        starts.push({ start, caseChanged: there !== unit });
      }
    }
    return starts;
  }
}

/** Whether a repetition may begin at this offset: never inside a word or a character. */
function mayBegin(kept: string, at: number): boolean {
  if (!isBoundary(kept, at)) return false;
  return kept.length - at <= nearReach || isLineStart(kept, at) || isSentenceStart(kept, at);
}

/** Punctuation after which a repetition may begin inside what white space encloses; never at a dot of a number. */
const openers = '([{<"\'`“‘«*_~|$>';

function isBoundary(kept: string, at: number): boolean {
  if (at === 0) return true;
  const unit = kept.charAt(at);
  const before = kept.charAt(at - 1);
  if (continuesCharacter(unit) || before === '\u200D') return false;
  const here = unitClass(unit);
  const there = unitClass(before);
  if (there === 'space' || here === 'ideograph' || here === 'unspaced') return true;
  if (here === 'symbol') return openers.includes(unit) ? unit !== before : isHighSurrogate(unit);
  return !isSpaced(there) && (openers.includes(before) || there !== 'symbol');
}

export function isLineStart(text: string, at: number): boolean {
  const lineStart = text.lastIndexOf('\n', at - 1) + 1;
  return at === 0 || text.slice(lineStart, at).trim() === '';
}

const sentenceEnd = /(?:[.!?…]["'”’»)\]*_]*\s|[。！？]["'”’」』）]*)$/;

export function isSentenceStart(text: string, at: number): boolean {
  return sentenceEnd.test(text.slice(Math.max(0, at - 8), at));
}

/** A repetition that has reached the end of the kept text; what follows may still undo it. */
interface Reached {
  readonly start: number;
  readonly end: number;
  readonly caseChanged: boolean;
  continuesWord: boolean | undefined;
  /** Length of the repeated text without spaces. */
  readonly length: number;
  /** How much of the text before the repetition is the end of one more turn of it. */
  readonly before: number;
  /** How much of the text after it is the beginning of one more turn of it. */
  after: number;
  state: 'open' | 'settled' | 'undone';
}

/**
 * Finds all repetitions with which a continuation may begin, as it comes.
 *
 * One that would be the third turn (or a later one) of the same words is none: text that turns round already, like a
 * column of equal rows or "ha ha ha", is taken as meant.
 */
export class OverlapMatcher {
  private readonly squeezer = new Squeezer();
  /** Beginnings in the tail that agree with everything that came, in order. */
  private alive: { readonly start: number; readonly caseChanged: boolean }[] = [];
  private readonly reached: Reached[] = [];
  private count = 0;

  constructor(private readonly tail: KeptTail) {}

  /** Whether nothing that comes can bring another repetition, or undo one. */
  get isSettled(): boolean {
    return (
      this.count > 0 &&
      this.alive.length === 0 &&
      this.reached.every(({ state }) => state !== 'open')
    );
  }

  /** What was found, longest first. */
  get overlaps(): readonly Overlap[] {
    return this.reached
      .filter((reached) => reached.state !== 'undone' && !hasTurned(reached))
      .map(({ start, end, caseChanged, continuesWord }) => ({
        keptStart: this.tail.origins[start] ?? 0,
        end,
        caseChanged,
        continuesWord: continuesWord ?? false,
      }))
      .sort((a, b) => a.keptStart - b.keptStart);
  }

  /** @param index Offset of this unit in the continuation. */
  push(unit: string, index: number): void {
    const isInWord = isSpaced(unitClass(unit));
    for (const reached of this.reached) this.endWord(reached, isInWord);
    const units = this.squeezer.push(unit);
    for (let i = 0; i < units.length; i++) this.step(units.charAt(i), index, isInWord);
  }

  private endWord(reached: Reached, goesOn: boolean): void {
    if (reached.continuesWord !== undefined) return;
    reached.continuesWord = goesOn && this.tail.endsInWord;
    // "the " and then "theory": another word, no repetition.
    if (goesOn && this.tail.endsWhole) reached.state = 'undone';
  }

  private step(unit: string, index: number, isInWord: boolean): void {
    const { units } = this.tail;
    for (const reached of this.reached) {
      if (reached.state === 'open') this.turn(reached, unit, isInWord);
    }
    if (this.count === 0) {
      this.alive = this.tail.starts(unit);
    } else if (this.alive.length > 0) {
      this.alive = this.alive.filter(({ start }) => units.charAt(start + this.count) === unit);
    }
    this.count++;
    // The last one has the shortest way to the end.
    const last = this.alive.at(-1);
    if (last !== undefined && last.start + this.count === units.length) {
      this.alive.pop();
      this.reach(last.start, last.caseChanged, index + 1);
    }
  }

  private reach(start: number, caseChanged: boolean, end: number): void {
    const { solid, solidOffsets } = this.tail;
    const from = solidOffsets[start] ?? 0;
    const length = solid.length - from;
    let before = 0;
    while (
      before < length &&
      before < from &&
      solid.charAt(from - 1 - before) === solid.charAt(solid.length - 1 - before)
    ) {
      before++;
    }
    this.reached.push({
      start,
      end,
      caseChanged,
      continuesWord: undefined,
      length,
      before,
      after: 0,
      state: before >= length ? 'undone' : 'open',
    });
  }

  private turn(reached: Reached, unit: string, isInWord: boolean): void {
    const { solid, solidOffsets } = this.tail;
    const next = solid.charAt((solidOffsets[reached.start] ?? 0) + reached.after);
    if (hasTurned(reached)) {
      // "the" and then "the theory": the second turn must end where its word ends.
      const endsInWord = this.tail.endsInWord || this.tail.endsWhole;
      reached.state = endsInWord && isInWord && unit !== ' ' ? 'settled' : 'undone';
      if (reached.state === 'settled') reached.after = 0;
    } else if (unit !== ' ') {
      if (unit === next) reached.after++;
      else reached.state = 'settled';
    }
  }
}

function hasTurned({ before, after, length }: Reached): boolean {
  return before + after >= length;
}
