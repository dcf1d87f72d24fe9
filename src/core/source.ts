import { stringMember, type JsonObject } from './json';

/** A page that an answer cites. */
export interface Source {
  readonly title: string;
  readonly url: string;
}

/** Undefined for what has no address on the web, as a place in a document that was attached. */
export function sourceOf(citation: JsonObject): Source | undefined {
  const url = stringMember(citation, 'url');
  if (url === undefined || !/^https?:\/\//i.test(url)) return undefined;
  return { title: stringMember(citation, 'title') ?? url, url };
}
