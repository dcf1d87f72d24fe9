import * as vscode from 'vscode';
import type { PromptAttachment } from '../core/conversation';
import { fileKindOf } from '../core/fileKind';
import { pageText } from '../core/pageText';
import type { Attacher } from './attacher';
import { AttachRefusal } from './attachRefusal';
import { decodeText } from './decodeText';
import { errorText } from './errorText';

const timeoutMs = 20_000;
const mostBytes = 10 * 1024 * 1024;

/**
 * What is behind an address that the person typed: a page as text, an image, a PDF.
 *
 * @throws AttachRefusal
 */
export async function fetchPage(url: string, attacher: Attacher): Promise<PromptAttachment> {
  const { data, type } = await load(url).catch((error: unknown) => {
    if (error instanceof AttachRefusal) throw error;
    throw new AttachRefusal(vscode.l10n.t('{0} cannot be read: {1}', url, errorText(error)));
  });
  if (fileKindOf(data).kind !== 'text') return attacher.readFile({ name: url, uri: url, data });
  const text = await decodeText(data, '');
  return {
    attachment: { kind: 'text', path: url, uri: url, source: 'url' },
    content: /html/i.test(type) ? pageText(text) : text,
  };
}

async function load(url: string): Promise<{ data: Uint8Array; type: string }> {
  const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  const chunks: Uint8Array[] = [];
  let size = 0;
  const body: AsyncIterable<Uint8Array> | null = response.body;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > mostBytes) throw new AttachRefusal(vscode.l10n.t('{0} is too long to attach.', url));
    chunks.push(chunk);
  }
  return {
    data: new Uint8Array(Buffer.concat(chunks)),
    type: response.headers.get('content-type') ?? '',
  };
}
