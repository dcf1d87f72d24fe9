import { HtmlRenderer, Parser, type Node } from 'commonmark';
import { micromark } from 'micromark';
import { gfm, gfmHtml as gfmHtmlExtension } from 'micromark-extension-gfm';
import { comparableText, type BlockRecord } from './recordedBlocks';

/** What the reference keeps of a block before its inlines are read. */
interface RawText {
  readonly _string_content: string;
}

/** The block structure of a text by CommonMark's own reference implementation, which knows no tables. */
export function referenceBlocks(text: string): readonly BlockRecord[] {
  const parser = new Parser();
  // Only the blocks are wanted, with their raw text.
  Object.assign(parser, { processInlines: () => undefined });
  return children(parser.parse(text));
}

function children(node: Node): BlockRecord[] {
  const records: BlockRecord[] = [];
  for (let child = node.firstChild; child !== null; child = child.next) {
    const record = recordOf(child);
    // Where definitions were all there was under an underline, the reference leaves an empty paragraph.
    if (record[0] !== 'p' || record[1] !== '') records.push(record);
  }
  return records;
}

function recordOf(node: Node): BlockRecord {
  switch (node.type) {
    case 'block_quote':
      return ['quote', ...children(node)];
    case 'item':
      return ['item', ...children(node)];
    case 'list': {
      const start = node.listType === 'bullet' ? 'bullets' : node.listStart;
      return [node.listTight ? 'tight' : 'loose', start, ...children(node)];
    }
    case 'paragraph':
      return ['p', rawText(node)];
    case 'heading':
      return [`h${node.level}`, rawText(node)];
    case 'code_block':
      return ['code', node.info ?? '', node.literal];
    case 'thematic_break':
      return ['hr'];
    default:
      throw new Error(`the reference has a ${node.type} where none was expected`);
  }
}

function rawText(node: Node): string {
  return comparableText((node as unknown as RawText)._string_content);
}

/** The text where the reference finds raw HTML in it, which the view shows as text. */
export function hasRawHtml(text: string): boolean {
  const walker = new Parser().parse(text).walker();
  for (let event = walker.next(); event !== null; event = walker.next()) {
    if (event.node.type === 'html_block' || event.node.type === 'html_inline') return true;
  }
  return false;
}

/**
 * False where the reference differs from its own specification, or reads raw HTML, which the view shows as text, or where
 * GFM finds a table of one column.
 */
export function isComparable(text: string): boolean {
  // It takes only spaces, and not tabs, for the end of a definition's line.
  const hasTabBehindDefinition = /\]:[^]*\t/.test(text);
  const hasDelimiterRow = /(?::-+:?|-:)[ \t]*$/m.test(text);
  // CommonMark knows no formulas.
  const mayHaveMaths = /\\[([]/.test(text);
  return (
    !mayHaveMaths &&
    !hasTabBehindDefinition &&
    !hasDelimiterRow &&
    !/^[ \t>*+\-\d.)]*<[a-z!?/]/im.test(text)
  );
}

/** False, besides, where GFM finds an address in what CommonMark takes for text. */
export function isComparableWhole(text: string): boolean {
  return (
    isComparable(text) && !hasRawHtml(text) && !hasLinkInLink(text) && !/\\<(?:http|a@)/.test(text)
  );
}

/** An address in brackets inside a link's text, which is no HTML where the reference writes it. */
function hasLinkInLink(text: string): boolean {
  const walker = new Parser().parse(text).walker();
  let depth = 0;
  for (let event = walker.next(); event !== null; event = walker.next()) {
    if (event.node.type !== 'link') continue;
    depth += event.entering ? 1 : -1;
    if (depth > 1) return true;
  }
  return false;
}

/** The whole text as CommonMark's own reference implementation renders it. */
export function referenceHtml(text: string): string {
  // It takes no carriage return for the end of the last line.
  return new HtmlRenderer().render(new Parser().parse(text.replace(/\r\n?/g, '\n')));
}

/**
 * The text as a renderer of GFM renders it. A single tilde stands for itself: in answers it mostly means “about”
 * (`~5 s and ~10 s`), and to strike out there are two.
 */
export function gfmHtml(text: string): string {
  const extensions = [gfm({ singleTilde: false })];
  return micromark(text, { extensions, htmlExtensions: [gfmHtmlExtension()] });
}
