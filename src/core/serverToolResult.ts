import { isJsonObject, stringMember, type JsonObject } from './json';

/** UTF-16 units of a fetched page that are shown: the model has all of it, the person has the link. */
const mostOfPage = 2_000;

/** What a tool of the server's own came to, for the person. */
export interface ServerToolResult {
  /** Markdown of our making: whatever the web brought stands in it as plain text and as links. */
  readonly text: string;
  readonly isError: boolean;
}

/**
 * Reads the block of a result: what was found by a search, the page that was fetched, or why there is none. Empty text
 * for tools that this version does not know.
 *
 * @param block As it came on the wire (API: web search, web fetch).
 */
export function serverToolResult({ content }: JsonObject): ServerToolResult {
  if (Array.isArray(content)) {
    return { text: content.filter(isJsonObject).map(foundPage).join(''), isError: false };
  }
  if (!isJsonObject(content)) return { text: '', isError: false };
  const type = stringMember(content, 'type') ?? '';
  if (type.endsWith('_error')) {
    return { text: plain(stringMember(content, 'error_code') ?? type), isError: true };
  }
  return { text: type === 'web_fetch_result' ? fetchedPage(content) : '', isError: false };
}

function foundPage(found: JsonObject): string {
  if (found['type'] !== 'web_search_result') return '';
  const url = stringMember(found, 'url') ?? '';
  const age = stringMember(found, 'page_age');
  return `- ${link(stringMember(found, 'title') ?? '', url)}${age === undefined ? '' : ` (${plain(age)})`}\n`;
}

function fetchedPage(result: JsonObject): string {
  const url = stringMember(result, 'url') ?? '';
  const page = result['content'];
  if (!isJsonObject(page)) return link('', url);
  const { source } = page;
  const data =
    isJsonObject(source) && source['type'] === 'text' ? stringMember(source, 'data') : undefined;
  const head = link(stringMember(page, 'title') ?? '', url);
  if (data === undefined || data.trim() === '') return head;
  const shown = data.length > mostOfPage ? `${data.slice(0, mostOfPage)}…` : data;
  const longest = Math.max(2, ...(shown.match(/`+/g) ?? []).map((ticks) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${head}\n\n${fence}text\n${shown}\n${fence}\n`;
}

function link(title: string, url: string): string {
  const name = plain(title.trim() === '' ? url : title);
  return URL.canParse(url) ? `[${name}](<${new URL(url).href.replaceAll('>', '%3E')}>)` : name;
}

/** One line in which no character means anything to Markdown. */
function plain(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[!-/:-@[-`{-~]/g, '\\$&');
}
