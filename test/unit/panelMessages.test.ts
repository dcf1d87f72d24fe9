import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseHostMessage } from '../../media/parseHostMessage';
import { Conversation } from '../../src/core/conversation';
import { PatchFeed } from '../../src/core/patchFeed';
import type { ViewState } from '../../src/protocol/hostToView';
import { ManualClock } from './manualClock';

const seed = Number(process.env['SEED'] ?? 20261122);

const state: ViewState = {
  conversation: { id: 'c', title: '' },
  key: 'stored',
  server: null,
  modelLabel: null,
  effortLabel: null,
  settings: { sendKey: 'enter', follow: 'end', thinking: 'collapsed', escStops: true },
  isReadOnly: false,
  othersRunning: 0,
  toolMode: null,
  lastPrompt: null,
};
const attachment = {
  attachment: {
    kind: 'selection',
    path: 'a.ts',
    uri: 'file:///a.ts',
    languageId: 'typescript',
    startLine: 1,
    endLine: 2,
  },
  content: 'x',
} as const;

describe('messages that reach the panel', () => {
  it('takes every kind of message that the host sends', () => {
    for (const message of [
      { type: 'state', state },
      { type: 'sync' },
      { type: 'draft', draft: { text: '', attachments: [attachment] } },
      { type: 'attach', attachment },
      { type: 'focusComposer' },
      { type: 'reply', id: 1, error: null },
      { type: 'reply', id: 1, error: 'No.' },
    ]) {
      assert.deepEqual(parseHostMessage(message), message);
    }
  });

  it('takes the patches of a real conversation', () => {
    const clock = new ManualClock();
    const conversation = new Conversation('c', 0, clock);
    conversation.addUserTurn('u', { text: 'Hello', attachments: [attachment] });
    const turn = conversation.addAssistantTurn('a');
    turn.append(turn.openBlock(1, { head: { kind: 'unknown', type: 'new' } }), 'text');
    let posted = 0;
    const feed = new PatchFeed(conversation, clock, (patch) => {
      posted++;
      assert.notEqual(
        parseHostMessage({ type: 'patch', patch: structuredClone(patch) }),
        undefined,
      );
      return Promise.resolve(true);
    });
    feed.resume();
    feed.dispose();
    assert.equal(posted, 1);
  });

  it('drops everything else without throwing', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true }), (value) => {
        assert.equal(parseHostMessage(value), undefined);
      }),
      { seed },
    );
    const types = ['state', 'patch', 'draft', 'attach', 'reply'];
    fc.assert(
      fc.property(
        fc.constantFrom(...types),
        fc.dictionary(fc.string(), fc.anything()),
        (type, rest) => {
          assert.equal(parseHostMessage({ ...rest, type }), undefined);
        },
      ),
      { seed },
    );
    for (const message of [
      { type: 'reply', id: '1', error: null },
      { type: 'attach', attachment: { ...attachment, content: 1 } },
      { type: 'patch', patch: { conversation: 'c', seq: 1, reset: false, turns: [{}] } },
      { type: 'state', state: { ...state, settings: null } },
    ]) {
      assert.equal(parseHostMessage(message), undefined);
    }
  });
});
