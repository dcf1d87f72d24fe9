import { StringStream, type StreamParser } from '@codemirror/streamparser';
import { tokenClass, type TokenClass } from './tokenClass';

/** A part of a line, by its length in UTF-16 units. */
export interface Token {
  readonly length: number;
  /** Undefined for what has the colour of text. */
  readonly class: TokenClass | undefined;
}

const tabSize = 4;
const indentUnit = 2;
/** Steps without progress after which a parser is taken to be stuck. */
const mostEmptySteps = 10;

/** Reads a text line by line; what a line means may depend on all lines before it. */
export class LineTokenizer<State> {
  private readonly state: State | undefined;

  constructor(private readonly parser: StreamParser<State>) {
    this.state = parser.startState?.(indentUnit);
  }

  /** The tokens of the next line, without its end. They cover it. */
  line(text: string): Token[] {
    const { parser } = this;
    // Parsers without a start state are those that do not look at it.
    const state = this.state as State;
    if (text === '') {
      parser.blankLine?.(state, indentUnit);
      return [];
    }
    const tokens: { length: number; class: TokenClass | undefined }[] = [];
    const stream = new StringStream(text, tabSize, indentUnit);
    let emptySteps = 0;
    while (!stream.eol()) {
      stream.start = stream.pos;
      const style = parser.token(stream, state);
      const length = stream.pos - stream.start;
      if (length === 0) {
        emptySteps += 1;
        if (emptySteps > mostEmptySteps) {
          stream.skipToEnd();
          tokens.push({ length: stream.pos - stream.start, class: undefined });
        }
        continue;
      }
      emptySteps = 0;
      // Some parsers return undefined, against their types.
      const kind = typeof style === 'string' ? tokenClass(style) : undefined;
      const last = tokens.at(-1);
      if (last?.class === kind && last !== undefined) last.length += length;
      else tokens.push({ length, class: kind });
    }
    return tokens;
  }
}
