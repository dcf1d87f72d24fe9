import assert from 'node:assert/strict';
import { copyConversation } from '../../src/core/copyConversation';
import type { Attachment } from '../../src/core/contentBlock';
import { Conversation } from '../../src/core/conversation';
import { JournalReader } from '../../src/core/journalReader';
import { parseAttachment } from '../../src/core/parseAttachment';
import { restoreConversation } from '../../src/core/restoreConversation';
import { ManualClock } from './manualClock';

const blob = { sha256: 'ab'.repeat(32), mediaType: 'image/png', size: 12 };
const other = { sha256: 'cd'.repeat(32), mediaType: 'image/webp', size: 9 };
const pdf = { sha256: 'ef'.repeat(32), mediaType: 'application/pdf', size: 99 };
const named = { path: 'a/b', uri: 'file:///a/b' };

const attachments: readonly Attachment[] = [
  { kind: 'selection', ...named, languageId: 'c', startLine: 1, endLine: 2 },
  { kind: 'file', ...named, languageId: 'c' },
  { kind: 'folder', ...named },
  { kind: 'text', ...named, source: 'terminal' },
  { kind: 'image', ...named, blob, width: 1, height: 2 },
  { kind: 'image', ...named, blob, width: 1, height: 2, small: other, original: other },
  { kind: 'pdf', ...named, blob: pdf, pages: 3 },
  { kind: 'pdf', ...named, blob: pdf, pages: 3, whole: { blob: pdf, range: '1-3' } },
];

describe('parseAttachment', () => {
  for (const attachment of attachments) {
    const { kind } = attachment;
    it(`reads what it wrote: ${kind} with ${Object.keys(attachment).length} members`, () => {
      assert.deepEqual(parseAttachment(JSON.parse(JSON.stringify(attachment))), attachment);
      assert.deepEqual(parseAttachment({ ...attachment, extra: 'base64' }), attachment);
    });
  }

  const bad: readonly [string, unknown][] = [
    ['none', null],
    ['an unknown kind', { ...named, kind: 'video' }],
    ['an unknown source', { ...named, kind: 'text', source: 'mind' }],
    ['a selection without lines', { ...named, kind: 'selection', languageId: 'c' }],
    ['a name that leaves the folder', image({ sha256: '../'.repeat(21) + 'x' })],
    ['a media type with a line break', image({ mediaType: 'image/png\n' })],
    ['a negative size', image({ size: -1 })],
    ['too long a path', { kind: 'folder', path: 'p'.repeat(10_000), uri: '' }],
  ];
  for (const [name, value] of bad) {
    it(`refuses ${name}`, () => assert.equal(parseAttachment(value), undefined));
  }

  it('holds in a journal and in a copy: bytes by reference, text as text', () => {
    const clock = new ManualClock();
    const conversation = new Conversation('c', 0, clock);
    const prompt = attachments.map((attachment) => ({ attachment, content: 'text' }));
    conversation.addUserTurn('u', { text: 'Hi', attachments: prompt });
    const journal = new JournalReader(conversation).read().lines;
    const restored = restoreConversation(journal, clock);
    assert.ok(typeof restored === 'object');
    let id = 0;
    const copy = copyConversation(restored.conversation, clock, () => `n${++id}`);
    for (const { turns } of [restored.conversation, copy]) {
      const heads = turns[0]?.blocks.flatMap(({ head }) =>
        head.kind === 'attachment' ? [head.attachment] : [],
      );
      assert.deepEqual(heads, attachments);
    }
  });
});

function image(change: object): unknown {
  return { ...named, kind: 'image', width: 1, height: 1, blob: { ...blob, ...change } };
}
