/**
 * Hears the text of each string in a tool's input while it is written. `path` names the string: the keys and positions
 * that lead to it, joined with `/`. Called once more with '' and `isWhole` when the string ends.
 */
export type ToolTextListener = (path: string, text: string, isWhole: boolean) => void;

type State = 'value' | 'key' | 'string' | 'escape' | 'unicode' | 'other';

interface Level {
  readonly isArray: boolean;
  /** The key, or the position, of the member that is being read. */
  key: string;
  index: number;
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

/**
 * Reads the JSON of a call's input as it streams, each character once, and tells its strings as they grow: a path, a
 * command or a file's new text is visible before the JSON is complete. It only ever shows: what runs is what
 * `JSON.parse` reads once the call has ended. Of what is no JSON it makes something or nothing, and never throws.
 */
export class ToolInputScanner {
  private readonly levels: Level[] = [];
  private state: State = 'value';
  private isKey = false;
  private key = '';
  private unicode = '';
  private path = '';
  private count = 0;

  constructor(private readonly onText: ToolTextListener) {}

  /** Characters looked at so far. */
  get scanned(): number {
    return this.count;
  }

  push(text: string): void {
    let from = 0;
    for (let i = 0; i < text.length; i++) {
      const character = text.charAt(i);
      this.count++;
      switch (this.state) {
        case 'string':
          if (character === '"') {
            this.take(text.slice(from, i));
            this.endString();
          } else if (character === '\\') {
            this.take(text.slice(from, i));
            this.state = 'escape';
          }
          break;
        case 'escape':
          this.onEscape(character);
          from = i + 1;
          break;
        case 'unicode':
          this.onUnicode(character);
          from = i + 1;
          break;
        case 'value':
        case 'key':
        case 'other':
          this.onStructure(character);
          from = i + 1;
          break;
      }
    }
    if (this.state === 'string') this.take(text.slice(from));
  }

  private onStructure(character: string): void {
    const level = this.levels.at(-1);
    switch (character) {
      case '{':
      case '[':
        this.levels.push({ isArray: character === '[', key: '', index: 0 });
        this.state = character === '[' ? 'value' : 'key';
        return;
      case '}':
      case ']':
        this.levels.pop();
        this.state = 'other';
        return;
      case ',':
        if (level?.isArray === true) level.index++;
        this.state = level?.isArray === false ? 'key' : 'value';
        return;
      case ':':
        this.state = 'value';
        return;
      case '"':
        this.isKey = this.state === 'key';
        this.key = '';
        if (!this.isKey) this.path = this.pathHere();
        this.state = 'string';
        return;
      default:
        return;
    }
  }

  private onEscape(character: string): void {
    if (character === 'u') {
      this.unicode = '';
      this.state = 'unicode';
      return;
    }
    this.state = 'string';
    this.take(escapes.get(character) ?? character);
  }

  private onUnicode(character: string): void {
    this.unicode += character;
    if (this.unicode.length < 4) return;
    this.state = 'string';
    const unit = Number.parseInt(this.unicode, 16);
    if (!Number.isNaN(unit)) this.take(String.fromCharCode(unit));
  }

  private take(text: string): void {
    if (text === '') return;
    if (this.isKey) this.key += text;
    else this.onText(this.path, text, false);
  }

  private endString(): void {
    this.state = 'other';
    if (!this.isKey) return this.onText(this.path, '', true);
    const level = this.levels.at(-1);
    if (level !== undefined) level.key = this.key;
  }

  private pathHere(): string {
    return this.levels.map(({ isArray, key, index }) => (isArray ? index : key)).join('/');
  }
}
