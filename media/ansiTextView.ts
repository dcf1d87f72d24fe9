import type { TextSink } from './blockModel';

/** UTF-16 units in one text node: adding to a longer one costs more than a new one. */
const nodeLength = 4_096;
/** A sequence that is longer than this is none. */
const longestSequence = 256;

const escape = String.fromCharCode(27);
const bell = String.fromCharCode(7);
/** CSI with its parameters and end; OSC to its end; any other two characters. */
const sequence = new RegExp(
  `^${escape}(?:\\[([0-9;:?<=>!]*)([ -/]*)([@-~])|\\][^${bell}${escape}]*(?:${bell}|${escape}\\\\)|[@-Z\\\\^_a-z0-9=<>])`,
);
const names = ['Black', 'Red', 'Green', 'Yellow', 'Blue', 'Magenta', 'Cyan', 'White'] as const;

interface Style {
  /** Number of a terminal colour, 0 to 15. */
  foreground?: number;
  background?: number;
  isBold?: boolean;
  isFaint?: boolean;
  isItalic?: boolean;
  isUnderlined?: boolean;
}

/**
 * A program's output: the terminal's sixteen colours and its ways of writing are shown; a carriage return begins its
 * line anew, as progress bars want it; whatever else a terminal would do is left out.
 */
export class AnsiTextView implements TextSink {
  readonly element = document.createElement('div');
  private style: Style = {};
  private last: Text | undefined;
  /** The beginning of a sequence, or a carriage return, of which the rest is still to come. */
  private rest = '';
  /** Everything since the last line break. */
  private line: ChildNode[] = [];

  constructor() {
    this.element.className = 'tool-output';
    this.element.dir = 'ltr';
  }

  append(text: string): void {
    let input = this.rest + text;
    this.rest = '';
    while (input !== '') {
      const at = input.search(new RegExp(`[\\r\\n${escape}]`));
      if (at < 0) return this.write(input);
      this.write(input.slice(0, at));
      input = input.slice(at);
      const eaten = this.control(input);
      if (eaten === 0) {
        this.rest = input;
        return;
      }
      input = input.slice(eaten);
    }
  }

  end(): void {
    this.rest = '';
    this.last = undefined;
  }

  dispose(): void {
    this.element.remove();
  }

  /** How many characters were a control; 0 where more must come to know. */
  private control(input: string): number {
    if (input.startsWith('\n')) {
      this.write('\n');
      this.line = [];
      this.last = undefined;
      return 1;
    }
    if (input.startsWith('\r')) {
      if (input.length === 1) return 0;
      if (input[1] !== '\n' && input[1] !== '\r') this.eraseLine();
      return 1;
    }
    const found = sequence.exec(input);
    if (found === null) return input.length < longestSequence ? 0 : 1;
    const [whole, parameters = '', between = '', end] = found;
    if (end === 'm' && between === '') this.restyle(parameters);
    return whole.length;
  }

  private write(text: string): void {
    if (text === '') return;
    if (this.last !== undefined && this.last.length < nodeLength) {
      this.last.appendData(text);
      return;
    }
    this.last = document.createTextNode(text);
    const classes = classesOf(this.style);
    let node: ChildNode = this.last;
    if (classes.length > 0) {
      const span = document.createElement('span');
      span.className = classes.join(' ');
      span.append(this.last);
      node = span;
    }
    this.element.append(node);
    this.line.push(node);
  }

  private eraseLine(): void {
    for (const node of this.line) node.remove();
    this.line = [];
    this.last = undefined;
  }

  private restyle(parameters: string): void {
    this.last = undefined;
    const codes = parameters.split(/[;:]/).map(Number);
    for (let i = 0; i < codes.length; i++) {
      const code = codes[i] ?? 0;
      // Colours of the 256 and of the 16 million are shown as none: a theme has sixteen.
      if (code === 38 || code === 48) {
        const [kind, number] = [codes[i + 1], codes[i + 2] ?? 0];
        const colour = kind === 5 && number < 16 ? number : undefined;
        this.style = withColour(this.style, code === 38, colour);
        i += kind === 5 ? 2 : 4;
      } else {
        this.style = styleAfter(this.style, code);
      }
    }
  }
}

function styleAfter(style: Style, code: number): Style {
  if (code >= 30 && code <= 37) return withColour(style, true, code - 30);
  if (code >= 90 && code <= 97) return withColour(style, true, code - 82);
  if (code >= 40 && code <= 47) return withColour(style, false, code - 40);
  if (code >= 100 && code <= 107) return withColour(style, false, code - 92);
  switch (code) {
    case 0:
      return {};
    case 1:
      return { ...style, isBold: true };
    case 2:
      return { ...style, isFaint: true };
    case 3:
      return { ...style, isItalic: true };
    case 4:
      return { ...style, isUnderlined: true };
    case 22:
      return { ...style, isBold: false, isFaint: false };
    case 23:
      return { ...style, isItalic: false };
    case 24:
      return { ...style, isUnderlined: false };
    case 39:
      return withColour(style, true, undefined);
    case 49:
      return withColour(style, false, undefined);
    default:
      return style;
  }
}

function withColour(style: Style, isForeground: boolean, colour: number | undefined): Style {
  const { foreground, background, ...rest } = style;
  const [front, back] = isForeground ? [colour, background] : [foreground, colour];
  return {
    ...rest,
    ...(front === undefined ? {} : { foreground: front }),
    ...(back === undefined ? {} : { background: back }),
  };
}

function classesOf(style: Style): string[] {
  const name = (colour: number): string =>
    `${colour >= 8 ? 'Bright' : ''}${names[colour % 8] ?? 'White'}`;
  return [
    style.foreground === undefined ? '' : `ansi${name(style.foreground)}`,
    style.background === undefined ? '' : `ansiOn${name(style.background)}`,
    style.isBold === true ? 'ansi-bold' : '',
    style.isFaint === true ? 'ansi-faint' : '',
    style.isItalic === true ? 'ansi-italic' : '',
    style.isUnderlined === true ? 'ansi-underlined' : '',
  ].filter((className) => className !== '');
}
