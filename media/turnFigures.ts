import type { TurnMeta } from '../src/core/turnMeta';

/** UTF-16 units that make a token, roughly: for the speed of an answer whose tokens the server has not counted yet. */
const unitsPerToken = 4;
/** Below this, in ms, a speed says nothing. */
const shortestMeasure = 400;

/** The figures of a turn; each is undefined where it is not known. Times in ms, speed in tokens per second. */
export interface TurnFigures {
  readonly firstTokenMs: number | undefined;
  readonly tokensPerSecond: number | undefined;
  /** The speed comes from the length of the text, not from the server's count. */
  readonly isEstimate: boolean;
  readonly elapsedMs: number | undefined;
}

/** While the answer comes: `elapsedMs` is the time now, `outputLength` what has come, in UTF-16 units. */
export function liveFigures(meta: TurnMeta, elapsedMs: number, outputLength: number): TurnFigures {
  const { firstTokenMs } = meta;
  const writingMs = isUnbroken(meta) && firstTokenMs !== undefined ? elapsedMs - firstTokenMs : 0;
  return {
    firstTokenMs,
    tokensPerSecond: speed(outputLength / unitsPerToken, writingMs),
    isEstimate: true,
    elapsedMs,
  };
}

/** Once it is over. */
export function finalFigures(
  meta: TurnMeta,
  outputLength: number,
  showedThinking: boolean,
): TurnFigures {
  const { firstTokenMs, endedMs, usage } = meta;
  const isMeasured = isUnbroken(meta) && firstTokenMs !== undefined && endedMs !== undefined;
  const writingMs = isMeasured ? endedMs - firstTokenMs : 0;
  // Thinking that was not shown was written before the first token that was.
  const counted = usage && usage.output - (showedThinking ? 0 : usage.thinking);
  return {
    firstTokenMs,
    tokensPerSecond: speed(counted ?? outputLength / unitsPerToken, writingMs),
    isEstimate: counted === undefined,
    elapsedMs: endedMs,
  };
}

/** A speed over the wait between two attempts would say nothing. */
function isUnbroken({ attempts = 1 }: TurnMeta): boolean {
  return attempts <= 1;
}

function speed(tokens: number, ms: number): number | undefined {
  return ms < shortestMeasure || tokens <= 0 ? undefined : (tokens * 1000) / ms;
}
