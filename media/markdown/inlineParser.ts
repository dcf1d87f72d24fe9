import MarkdownIt, { type StateInline, type Token } from 'markdown-it';
import { splitAtEmails, urlAutolink, wwwAutolink } from './autolink';
import { readDefinition, type DefinitionReading } from './definition';
import type { Inline } from './inline';
import { takeImage, takeLink } from './linkRule';
import { MathsDelimiters } from './mathsDelimiters';
import type { References } from './references';

/** Emphasis and links nested deeper than this show their content alone: browsers lay out deep trees slowly, or fail. */
const deepestElement = 100;

const parser = createParser();

function createParser(): InstanceType<typeof MarkdownIt> {
  // `linkify` lets the rule of this name run. The library's own also links `main.rs` and `README.md`, being domains.
  const markdown = new MarkdownIt({ html: false, linkify: true, maxNesting: 100 });
  markdown.inline.ruler.at('linkify', takeUrl);
  markdown.inline.ruler.before('text', 'www', takeWww);
  markdown.inline.ruler.before('escape', 'maths', takeMaths);
  markdown.inline.ruler.at('text', takeText);
  markdown.inline.ruler.at('link', takeLink);
  markdown.inline.ruler.at('image', takeImage);
  markdown.inline.ruler.before('strikethrough', 'tildes', takeTildes);
  return markdown;
}

/** Characters at which another rule than that for text may apply. */
const special = /[\n!#$%&*+\-:<=>@[\]\\^_`{}~]/g;

function takeText(state: StateInline, silent: boolean): boolean {
  special.lastIndex = state.pos;
  let end = Math.min(special.exec(state.src)?.index ?? state.posMax, state.posMax);
  const www = state.src.slice(state.pos + 1, end).search(/www\./i);
  if (www !== -1) end = state.pos + 1 + www;
  if (end <= state.pos) return false;
  if (!silent) state.pending += state.src.slice(state.pos, end);
  state.pos = end;
  return true;
}

function takeUrl(state: StateInline, silent: boolean): boolean {
  // Silent is the search for the end of a link's text, which an address in it must not hide.
  if (silent || state.linkLevel > 0 || state.src[state.pos] !== ':') return false;
  const link = urlAutolink(state.src, state.pos, state.posMax);
  if (link === undefined) return false;
  const scheme = state.src.slice(link.start, state.pos);
  if (!state.pending.endsWith(scheme)) return false;
  state.pending = state.pending.slice(0, -scheme.length);
  pushLink(state, link.href, state.src.slice(link.start, link.end));
  state.pos = link.end;
  return true;
}

function takeWww(state: StateInline, silent: boolean): boolean {
  if (silent || state.linkLevel > 0) return false;
  if (state.src.slice(state.pos, state.pos + 4).toLowerCase() !== 'www.') return false;
  const link = wwwAutolink(state.src, state.pos, state.posMax);
  if (link === undefined) return false;
  pushLink(state, link.href, state.src.slice(state.pos, link.end));
  state.pos = link.end;
  return true;
}

interface MathsEnvironment {
  readonly maths: MathsDelimiters;
}

/** A formula. One that is still open is text up to the end: what is markup elsewhere is not in a formula. */
function takeMaths(state: StateInline, silent: boolean): boolean {
  const { src, pos, posMax } = state;
  if (src[pos] !== '$' && src[pos] !== '\\') return false;
  const reading = (state.env as unknown as MathsEnvironment).maths.read(pos, posMax);
  if (reading === 'none') return false;
  if (reading === 'open') {
    // A single dollar is more often money than the beginning of a formula.
    if (silent || (src[pos] === '$' && src[pos + 1] !== '$')) return false;
    state.pending += src.slice(pos, posMax);
    state.pos = posMax;
    return true;
  }
  if (!silent) {
    const token = state.push('maths', '', 0);
    token.content = reading.tex;
    token.markup = src.slice(pos, reading.end);
    token.block = reading.isDisplay;
  }
  state.pos = reading.end;
  return true;
}

/** Two tildes strike out; the library also finds two in a longer run, which GFM takes for text. */
function takeTildes(state: StateInline, silent: boolean): boolean {
  if (silent || state.src[state.pos] !== '~') return false;
  const { length } = state.scanDelims(state.pos, true);
  if (length === 2) return false;
  state.pending += '~'.repeat(length);
  state.pos += length;
  return true;
}

function pushLink(state: StateInline, href: string, text: string): void {
  state.push('link_open', 'a', 1).attrs = [['href', parser.normalizeLink(href)]];
  state.push('text_special', '', 0).content = text;
  state.push('link_close', 'a', -1);
}

export interface ParsedText {
  readonly inlines: readonly Inline[];
  /** Labels without a definition so far, by which something would have been a link. */
  readonly missed: ReadonlySet<string>;
}

/** Inline structure of a text: CommonMark, strikethrough and the autolinks of GFM, formulas. Raw HTML is text. */
export class InlineParser {
  /** UTF-16 units parsed so far: what the work of a view is counted by. */
  parsedLength = 0;

  constructor(private readonly references: References) {}

  /** @param isWhole - false while more text may follow: a formula that is open may be closed then. */
  parse(text: string, isWhole = true): ParsedText {
    this.parsedLength += text.length;
    const tokens: Token[] = [];
    const maths = new MathsDelimiters(text, isWhole);
    const environment = { references: this.references.lookup, maths };
    const { missed } = this.references.watch(() => {
      parser.inline.parse(text, parser, environment, tokens);
    });
    return { inlines: new TokenReader(tokens).read(0, false), missed };
  }
}

/** Builds the tree that the tokens open and close. */
class TokenReader {
  private next = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  /** Everything up to the end of the element around. */
  read(depth: number, isInLink: boolean): Inline[] {
    const inlines: Inline[] = [];
    let ignored = 0;
    for (;;) {
      const token = this.tokens[this.next];
      this.next += 1;
      if (token === undefined || (token.nesting === -1 && ignored === 0)) return inlines;
      if (token.nesting === -1) ignored -= 1;
      else if (token.nesting === 1 && depth >= deepestElement) ignored += 1;
      else this.add(inlines, token, depth, isInLink);
    }
  }

  private add(inlines: Inline[], token: Token, depth: number, isInLink: boolean): void {
    switch (token.type) {
      case 'text':
        if (isInLink) addText(inlines, token.content);
        else addTextWithEmails(inlines, token.content);
        return;
      case 'text_special':
        addText(inlines, token.content);
        return;
      case 'softbreak':
        addText(inlines, '\n');
        return;
      case 'hardbreak':
        inlines.push({ kind: 'break' });
        return;
      case 'code_inline':
        inlines.push({ kind: 'code', text: token.content });
        return;
      case 'maths': {
        const { content: tex, markup: source, block: isDisplay } = token;
        inlines.push({ kind: 'maths', source, tex, isDisplay });
        return;
      }
      case 'image_open': {
        const text = plainText(this.read(depth + 1, true));
        const [href, title] = [attribute(token, 'href'), attribute(token, 'title')];
        inlines.push({ kind: 'image', href, title, text });
        return;
      }
      case 'link_open': {
        const children = this.read(depth + 1, true);
        const [href, title] = [attribute(token, 'href'), attribute(token, 'title')];
        inlines.push({ kind: 'link', href, title, children });
        return;
      }
      case 'em_open':
      case 'strong_open':
      case 's_open': {
        const children = this.read(depth + 1, isInLink);
        const tag = token.type === 'em_open' ? 'em' : token.type === 's_open' ? 's' : 'strong';
        inlines.push({ kind: 'emphasis', tag, children });
        return;
      }
      default:
        addText(inlines, token.content);
    }
  }
}

function addText(inlines: Inline[], text: string): void {
  if (text === '') return;
  const last = inlines.at(-1);
  if (last?.kind === 'text') inlines[inlines.length - 1] = { kind: 'text', text: last.text + text };
  else inlines.push({ kind: 'text', text });
}

function addTextWithEmails(inlines: Inline[], text: string): void {
  for (const part of splitAtEmails(text)) {
    if (part.href === undefined) {
      addText(inlines, part.text);
    } else {
      const children: Inline[] = [{ kind: 'text', text: part.text }];
      inlines.push({ kind: 'link', href: part.href, title: '', children });
    }
  }
}

function attribute(token: Token, name: string): string {
  return String(token.attrGet(name) ?? '');
}

/** What a picture's description says, without its markup. */
export function plainText(inlines: readonly Inline[]): string {
  return inlines
    .map((inline) => {
      switch (inline.kind) {
        case 'text':
        case 'code':
        case 'image':
          return inline.text;
        case 'break':
          return '\n';
        case 'maths':
          return inline.source;
        case 'emphasis':
        case 'link':
          return plainText(inline.children);
      }
    })
    .join('');
}

/** A link reference definition at the start of a paragraph's text. */
export function readLinkDefinition(text: string, isWhole: boolean): DefinitionReading {
  return readDefinition(text, isWhole, parser);
}

/** What an info string says behind a fence, with escapes and entities read. */
export function readInfoString(info: string): string {
  return parser.utils.unescapeAll(info).trim();
}
