import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PromptAttachment } from '../../src/core/conversation';
import type { BlobRef } from '../../src/core/blob';
import { WireRecorder } from '../../src/core/wireRecorder';
import { SystemClock } from '../../src/node/systemClock';
import { FileBlobStore } from '../../src/node/fileBlobStore';
import { ChatGround } from '../faults/chatGround';
import { png } from '../fixtures/images';
import { MessagesServer } from '../server/messagesServer';

const forPdf = new TextEncoder().encode('%PDF-1.4\n1 0 obj<</Type/Page>>endobj\n%%EOF');

interface SentBlock {
  readonly type: string;
  readonly text?: string;
  readonly title?: string;
  readonly source?: { readonly media_type: string; readonly data: string };
}

/** Real files, the real SDK, real sockets, and a server that looks into what it gets. */
describe('attached bytes over sockets', function () {
  this.timeout(60_000);

  let folder: string;
  let blobs: FileBlobStore;
  let ground: ChatGround;
  let recorder: WireRecorder;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'caudal-attached-'));
    blobs = new FileBlobStore(folder, Date.now);
    recorder = new WireRecorder(new SystemClock());
    ground = new ChatGround(
      await MessagesServer.start(),
      {},
      5_000,
      { recorder },
      { findBlob: (sha256) => blobs.find(sha256) },
    );
    ground.model = 'claude-opus-5-5';
  });

  afterEach(async () => {
    await ground.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function attachedPng(side: number, small?: BlobRef): Promise<PromptAttachment> {
    const blob = await blobs.put(png(side, 4), 'image/png');
    const image = { kind: 'image', path: `p${side}.png`, uri: '', width: side, height: 4 } as const;
    return {
      attachment: { ...image, blob, ...(small === undefined ? {} : { small }) },
      content: '',
    };
  }

  async function ask(attachments: readonly PromptAttachment[]): Promise<readonly SentBlock[]> {
    const { chat, server } = ground;
    const turn = chat.send(chat.newConversation(), { text: 'What is it?', attachments });
    await ground.end(turn);
    assert.equal(turn.status.kind, 'complete', JSON.stringify(turn.status));
    const { messages } = server.messageRequests.at(-1)!.body as {
      messages: { content: SentBlock[] }[];
    };
    return messages.at(-1)!.content;
  }

  it('reach the server byte for byte, an image with its name before it', async () => {
    const image = await attachedPng(30);
    const pdf = {
      attachment: {
        kind: 'pdf',
        path: 'a.pdf',
        uri: '',
        blob: await blobs.put(forPdf, 'application/pdf'),
        pages: 1,
      },
      content: '',
    } as const;
    const content = await ask([image, pdf]);
    const data = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
    assert.deepEqual(content, [
      { type: 'text', text: 'p30.png:' },
      {
        type: 'image',
        source: { type: 'base64', media_type: 'image/png', data: data(png(30, 4)) },
      },
      {
        type: 'document',
        source: { type: 'base64', media_type: 'application/pdf', data: data(forPdf) },
        title: 'a.pdf',
      },
      { type: 'text', text: 'What is it?' },
    ]);
  });

  it('become words where they are gone, and the answer comes all the same', async () => {
    const image = await attachedPng(31);
    await rm(folder, { recursive: true });
    const content = await ask([image]);
    assert.deepEqual(
      content.map(({ type }) => type),
      ['text', 'text', 'text'],
    );
    assert.match(content[1]?.text ?? '', /gone/);
  });

  it('are small in a request with more images than may be large', async () => {
    const small = await blobs.put(png(1_900, 2), 'image/png');
    const large = await Promise.all(
      Array.from({ length: 20 }, (_, i) => attachedPng(2_100 + i, small)),
    );
    const twenty = await ask(large);
    assert.equal(twenty.filter(({ type }) => type === 'image').length, 20);
    const more = await ask([...large, await attachedPng(2_200, small)]);
    const sizes = new Set(more.flatMap(({ source }) => source?.data ?? []));
    assert.deepEqual(sizes, new Set([Buffer.from(png(1_900, 2)).toString('base64')]));
  });

  it('never come into what is recorded of a request', async () => {
    const image = await attachedPng(32);
    await ask([image]);
    const recorded = JSON.stringify(recorder.turns);
    assert.ok(!recorded.includes(Buffer.from(png(32, 4)).toString('base64').slice(0, 60)));
    assert.ok(
      recorded.includes(`blob:${'blob' in image.attachment ? image.attachment.blob.sha256 : ''}`),
    );
  });
});
