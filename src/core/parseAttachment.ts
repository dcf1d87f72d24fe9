import type { BlobRef } from './blob';
import { textSources, type Attachment } from './contentBlock';
import { isJsonObject, type JsonObject } from './json';

/** UTF-16 units of a path, an address, a name. */
const longestName = 8_192;
const sha256 = /^[0-9a-f]{64}$/;
const mediaType = /^[a-z]+\/[a-z0-9.+-]{1,100}$/;

/** Reads an attachment that came from a view, a journal or the memory of drafts; undefined where it is none. */
export function parseAttachment(value: unknown): Attachment | undefined {
  if (!isJsonObject(value)) return undefined;
  const path = nameIn(value, 'path');
  const uri = nameIn(value, 'uri');
  if (path === undefined || uri === undefined) return undefined;
  const { kind } = value;
  const languageId = nameIn(value, 'languageId');
  switch (kind) {
    case 'selection': {
      const startLine = countIn(value, 'startLine');
      const endLine = countIn(value, 'endLine');
      return languageId === undefined || startLine === undefined || endLine === undefined
        ? undefined
        : { kind, path, uri, languageId, startLine, endLine };
    }
    case 'file':
      return languageId === undefined ? undefined : { kind, path, uri, languageId };
    case 'folder':
      return { kind, path, uri };
    case 'text': {
      const source = textSources.find((known) => known === value['source']);
      return source === undefined ? undefined : { kind, path, uri, source };
    }
    case 'image': {
      const blob = blobRefFrom(value['blob']);
      const width = countIn(value, 'width');
      const height = countIn(value, 'height');
      const small = blobRefFrom(value['small']);
      const original = blobRefFrom(value['original']);
      return blob === undefined || width === undefined || height === undefined
        ? undefined
        : {
            kind,
            path,
            uri,
            blob,
            width,
            height,
            ...(small === undefined ? {} : { small }),
            ...(original === undefined ? {} : { original }),
          };
    }
    case 'pdf': {
      const blob = blobRefFrom(value['blob']);
      const pages = countIn(value, 'pages');
      const { whole } = value;
      if (blob === undefined || pages === undefined) return undefined;
      if (whole === undefined) return { kind, path, uri, blob, pages };
      const wholeBlob = isJsonObject(whole) ? blobRefFrom(whole['blob']) : undefined;
      const range = isJsonObject(whole) ? nameIn(whole, 'range') : undefined;
      return wholeBlob === undefined || range === undefined
        ? undefined
        : { kind, path, uri, blob, pages, whole: { blob: wholeBlob, range } };
    }
    default:
      return undefined;
  }
}

function blobRefFrom(value: unknown): BlobRef | undefined {
  if (!isJsonObject(value)) return undefined;
  const name = nameIn(value, 'sha256');
  const type = nameIn(value, 'mediaType');
  const size = countIn(value, 'size');
  if (name === undefined || type === undefined || size === undefined) return undefined;
  // The name becomes a file's, and both go into a request.
  return sha256.test(name) && mediaType.test(type)
    ? { sha256: name, mediaType: type, size }
    : undefined;
}

function nameIn(from: JsonObject, member: string): string | undefined {
  const value = from[member];
  return typeof value === 'string' && value.length <= longestName ? value : undefined;
}

function countIn(from: JsonObject, member: string): number | undefined {
  const value = from[member];
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}
