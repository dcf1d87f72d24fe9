import * as vscode from 'vscode';
import { smallImageEdge } from '../core/attachmentBlocks';
import {
  largestImage,
  largestImageSide,
  largestTotal,
  longestText,
} from '../core/attachmentLimits';
import type { BlobRef, BlobStore } from '../core/blob';
import type { PromptAttachment } from '../core/conversation';
import { fileKindOf } from '../core/fileKind';
import { imageSize } from '../core/imageSize';
import type { AttachedFile } from '../protocol/attachedFile';
import { AttachRefusal } from './attachRefusal';
import { decodeText } from './decodeText';
import { errorText } from './errorText';

/** Takes what was made of a file: a view's bridge, or the place that shows it. */
export interface AttachTarget {
  attach(attachment: PromptAttachment): void;
  /** Has the page make an image that the API takes, which comes back by {@link Attacher.readFile}. */
  prepareImage(file: AttachedFile): void;
}

/** Names of a folder that are listed. */
const mostListed = 2_000;

/** Makes attachments of files, folders and bytes. */
export class Attacher {
  constructor(private readonly blobs: BlobStore) {}

  /**
   * Attaches a file or a folder, of whatever scheme.
   *
   * @throws AttachRefusal with the reason for the person.
   */
  async addUri(uri: vscode.Uri, target: AttachTarget): Promise<void> {
    const name = nameOf(uri);
    const { type } = await statOf(uri);
    if ((type & vscode.FileType.Directory) !== 0) {
      target.attach({
        attachment: { kind: 'folder', path: name, uri: uri.toString() },
        content: await listingOf(uri),
      });
      return;
    }
    const open = vscode.workspace.textDocuments.find(
      (one) => one.uri.toString() === uri.toString(),
    );
    // What the person sees, saved or not.
    if (open !== undefined) {
      target.attach(textFile(name, uri.toString(), open.getText()));
      return;
    }
    const file = { name, uri: uri.toString(), data: await bytesOf(uri) };
    const { kind } = fileKindOf(file.data);
    if (kind === 'other-image' || (kind === 'image' && !isSmall(file.data))) {
      target.prepareImage(file);
    } else {
      target.attach(await this.readFile(file));
    }
  }

  /**
   * Makes an attachment of a file's bytes, by what is in them.
   *
   * @throws AttachRefusal with the reason for the person.
   */
  async readFile(file: AttachedFile): Promise<PromptAttachment> {
    const { name, uri, data } = file;
    if (data.byteLength === 0) throw new AttachRefusal(vscode.l10n.t('{0} is empty.', name));
    const found = fileKindOf(data);
    switch (found.kind) {
      case 'image':
      case 'other-image':
        return this.readImage(file, found.mediaType);
      case 'pdf':
        return this.readPdf(file);
      case 'text':
        return textFile(name, uri, await decodeText(data, uri));
      case 'binary':
        throw new AttachRefusal(
          vscode.l10n.t(
            '{0} is neither text nor an image nor a PDF, so it cannot be attached.',
            name,
          ),
        );
    }
  }

  private async readImage(
    { name, uri, data, image }: AttachedFile,
    mediaType: string,
  ): Promise<PromptAttachment> {
    const sent = image?.data ?? data;
    const found = fileKindOf(sent);
    const size = imageSize(sent);
    if (found.kind !== 'image' || size === undefined) {
      throw new AttachRefusal(
        vscode.l10n.t(
          '{0} cannot be converted to an image that the model takes. Save it as PNG or JPEG first.',
          name,
        ),
      );
    }
    const { width, height } = size;
    if (Math.max(width, height) > largestImageSide) {
      throw new AttachRefusal(
        vscode.l10n.t(
          '{0} is {1} × {2} pixels. No side may have more than {3}.',
          name,
          width,
          height,
          largestImageSide,
        ),
      );
    }
    checkSize(name, sent.byteLength, largestImage);
    const small = image?.small;
    const [blob, smallBlob, original] = await Promise.all([
      this.keep(name, sent, found.mediaType),
      small === undefined ? undefined : this.keepImage(name, small),
      image === undefined ? undefined : this.keep(name, data, mediaType),
    ]);
    return {
      attachment: {
        kind: 'image',
        path: name,
        uri,
        blob,
        width,
        height,
        ...(smallBlob === undefined ? {} : { small: smallBlob }),
        ...(original === undefined || original.sha256 === blob.sha256 ? {} : { original }),
      },
      content: '',
    };
  }

  private async keepImage(name: string, data: Uint8Array): Promise<BlobRef | undefined> {
    const found = fileKindOf(data);
    return found.kind === 'image' ? this.keep(name, data, found.mediaType) : undefined;
  }

  private async readPdf({ name, uri, data }: AttachedFile): Promise<PromptAttachment> {
    checkSize(name, data.byteLength, largestTotal);
    const { pdfInfo } = await import('../node/pdfInfo');
    const { pages, isEncrypted } = pdfInfo(data);
    if (isEncrypted) {
      throw new AttachRefusal(
        vscode.l10n.t('{0} is protected by a password. Save it without one first.', name),
      );
    }
    const blob = await this.keep(name, data, 'application/pdf');
    return { attachment: { kind: 'pdf', path: name, uri, blob, pages }, content: '' };
  }

  /** @throws AttachRefusal where the disk does not take it. */
  private async keep(name: string, data: Uint8Array, mediaType: string): Promise<BlobRef> {
    try {
      return await this.blobs.put(data, mediaType);
    } catch (error) {
      throw new AttachRefusal(notKept(name, error));
    }
  }
}

/** The text of a file as an attachment. */
function textFile(name: string, uri: string, content: string): PromptAttachment {
  if (content.length > longestText) {
    throw new AttachRefusal(
      vscode.l10n.t('{0} is too long to attach whole. Select the part that matters.', name),
    );
  }
  const languageId = /\.(\w{1,20})$/.exec(name)?.[1]?.toLowerCase() ?? '';
  return { attachment: { kind: 'file', path: name, uri, languageId }, content };
}

/** Whether the API takes it in any request, as it is. */
function isSmall(data: Uint8Array): boolean {
  const size = imageSize(data);
  return (
    size !== undefined &&
    Math.max(size.width, size.height) <= smallImageEdge &&
    data.byteLength <= largestImage
  );
}

function nameOf(uri: vscode.Uri): string {
  return vscode.workspace.asRelativePath(uri);
}

async function statOf(uri: vscode.Uri): Promise<vscode.FileStat> {
  try {
    return await vscode.workspace.fs.stat(uri);
  } catch (error) {
    throw unreadable(uri, error);
  }
}

async function bytesOf(uri: vscode.Uri): Promise<Uint8Array> {
  const { size } = await statOf(uri);
  checkSize(nameOf(uri), size, largestTotal * 2);
  try {
    // A Buffer would not reach a page as bytes.
    return new Uint8Array(await vscode.workspace.fs.readFile(uri));
  } catch (error) {
    throw unreadable(uri, error);
  }
}

function unreadable(uri: vscode.Uri, error: unknown): AttachRefusal {
  const isGone = error instanceof vscode.FileSystemError && error.code === 'FileNotFound';
  return new AttachRefusal(
    isGone
      ? vscode.l10n.t('{0} is not there any more.', nameOf(uri))
      : vscode.l10n.t('{0} cannot be read: {1}', nameOf(uri), errorText(error)),
  );
}

/** @throws AttachRefusal */
function checkSize(name: string, size: number, most: number): void {
  if (size <= most) return;
  const megabytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1);
  throw new AttachRefusal(
    vscode.l10n.t(
      '{0} is too large to attach: {1} MB of at most {2} MB.',
      name,
      megabytes(size),
      megabytes(most),
    ),
  );
}

/** Names of the files in a folder and below, one a line, without those that the editor hides. */
async function listingOf(folder: vscode.Uri): Promise<string> {
  const files = await vscode.workspace.findFiles(
    new vscode.RelativePattern(folder, '**/*'),
    undefined,
    mostListed + 1,
  );
  const base = folder.path.endsWith('/') ? folder.path : `${folder.path}/`;
  const names = files
    .slice(0, mostListed)
    .map(({ path }) => (path.startsWith(base) ? path.slice(base.length) : path))
    .sort();
  if (files.length > mostListed) names.push('…');
  return names.join('\n');
}

function notKept(name: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return vscode.l10n.t('{0} cannot be attached: the disk is full.', name);
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
      return vscode.l10n.t(
        '{0} cannot be attached: the folder for attachments cannot be written.',
        name,
      );
    default:
      return vscode.l10n.t('{0} cannot be attached: {1}', name, errorText(error));
  }
}
