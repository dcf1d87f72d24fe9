import assert from 'node:assert/strict';
import { deflateSync } from 'node:zlib';
import { attachmentProblem, largestTotal } from '../../src/core/attachmentLimits';
import type { Attachment } from '../../src/core/contentBlock';
import { fileKindOf } from '../../src/core/fileKind';
import { imageSize } from '../../src/core/imageSize';
import { pdfInfo } from '../../src/node/pdfInfo';
import { png } from '../fixtures/images';

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));
const base64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));
/** 3 × 2 pixels each, as Chromium encodes them. */
const gif = bytes('GIF89a\x03\0\x02\0\x80\0\0');
const jpeg = bytes(
  '\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xc0\0\x11\x08\0\x02\0\x03',
);
const webpLossless = base64('UklGRh4AAABXRUJQVlA4TBEAAAAvAkAAAAfQ//73v/+BiOh/AAA=');

describe('what a file is', () => {
  it('is told by its bytes', () => {
    const kinds: readonly [Uint8Array, string][] = [
      [png(3, 2), 'image/png'],
      [gif, 'image/gif'],
      [jpeg, 'image/jpeg'],
      [webpLossless, 'image/webp'],
      [bytes('BM\x46\0\0\0\0\0'), 'other-image'],
      [bytes('II*\0\x08\0\0\0'), 'other-image'],
      [bytes('\0\0\0\x1cftypavif\0'), 'other-image'],
      [bytes('%PDF-1.7\n'), 'pdf'],
      [bytes('junk\n%PDF-1.4\n'), 'pdf'],
      [bytes('const a = "%PDF-";'), 'text'],
      [bytes('BMW is a maker of cars'), 'text'],
      [bytes('\xff\xfea\0b\0'), 'text'],
      [bytes('caf\xe9'), 'text'],
      [bytes(''), 'text'],
      [bytes('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'text'],
      [bytes('\x7fELF\x02\0\0\0'), 'binary'],
    ];
    for (const [data, expected] of kinds) {
      const found = fileKindOf(data);
      const shown = found.kind === 'image' ? found.mediaType : found.kind;
      assert.equal(shown, expected, Buffer.from(data).toString('latin1').slice(0, 20));
    }
  });

  it('has a size where it is an image, and none where its header is cut', () => {
    for (const image of [png(3, 2), gif, jpeg, webpLossless]) {
      assert.deepEqual(imageSize(image), { width: 3, height: 2 });
      for (let end = 0; end < 10; end++) assert.equal(imageSize(image.subarray(0, end)), undefined);
    }
  });
});

describe('pdfInfo', () => {
  it('counts pages, those that an object stream holds included', () => {
    const packed = deflateSync('1 0 2 30 <</Type/Page/Parent 9 0 R>> <</Type /Page>>').toString(
      'latin1',
    );
    const text =
      '%PDF-1.7\n1 0 obj<</Type /Pages/Count 3>>endobj\n2 0 obj\n<< /Type /Page >>\nendobj\n' +
      '2 0 obj\n<< /Type /Page /Rotate 90 >>\nendobj\n' +
      `5 0 obj<</Type/ObjStm/N 2/First 9/Filter/FlateDecode/Length ${packed.length}>>stream\n${packed}\nendstream endobj\n%%EOF`;
    assert.deepEqual(pdfInfo(bytes(text)), { pages: 3, isEncrypted: false });
  });

  it('sees that a file is locked, and takes damage for no pages', () => {
    const locked = bytes('%PDF-1.4\ntrailer<</Root 1 0 R/Encrypt 7 0 R>>');
    assert.deepEqual(pdfInfo(locked), { pages: 0, isEncrypted: true });
    assert.equal(pdfInfo(bytes('%PDF-1.4\n5 0 obj<</Type/ObjStm>>stream\n\0\0endstream')).pages, 0);
  });
});

describe('limits of attachments', () => {
  const blob = { sha256: 'a'.repeat(64), mediaType: 'image/png', size: 10 };
  const image: Attachment = { kind: 'image', path: 'a', uri: '', blob, width: 1, height: 1 };
  const pdf: Attachment = { kind: 'pdf', path: 'a', uri: '', blob, pages: 60 };
  const times = (count: number, one: Attachment): Attachment[] =>
    Array<Attachment>(count).fill(one);
  const small = { maxInputTokens: 200_000, capabilities: { imageInput: true, pdfInput: false } };

  it('follow the model’s window and what it takes', () => {
    assert.equal(attachmentProblem(times(600, image), undefined), undefined);
    assert.equal(attachmentProblem(times(601, image), undefined)?.kind, 'too-many-images');
    assert.equal(attachmentProblem(times(100, image), small), undefined);
    assert.deepEqual(attachmentProblem(times(101, image), small), {
      kind: 'too-many-images',
      most: 100,
      found: 101,
    });
    assert.equal(attachmentProblem([pdf], small)?.kind, 'no-pdfs');
    assert.equal(attachmentProblem(times(11, pdf), undefined)?.kind, 'too-many-pages');
  });

  it('hold for the whole request', () => {
    const half = { ...image, blob: { ...blob, size: largestTotal / 2 } };
    assert.equal(attachmentProblem([half, half], undefined), undefined);
    assert.equal(attachmentProblem([half, half, image], undefined)?.kind, 'too-large');
  });
});
