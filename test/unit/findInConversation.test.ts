import assert from 'node:assert/strict';
import { Conversation } from '../../src/core/conversation';
import { findInConversation } from '../../src/core/findInConversation';
import { ManualClock } from './manualClock';

describe('findInConversation', () => {
  const clock = new ManualClock();
  const signal = new AbortController().signal;

  function conversationOf(...answers: string[]): Conversation {
    const conversation = new Conversation('c', 0, clock);
    for (const [n, answer] of answers.entries()) {
      conversation.addUserTurn(`u${n}`, { text: `Question ${n}`, attachments: [] });
      const turn = conversation.addAssistantTurn(`a${n}`);
      turn.openBlock(1, { head: { kind: 'thinking' }, text: 'only thought of' });
      turn.openBlock(1, { head: { kind: 'text' }, text: answer });
      turn.setStatus({ kind: 'complete', stopReason: 'end_turn' });
    }
    return conversation;
  }

  it('counts how often each turn has it, whatever the capitals', async () => {
    const conversation = conversationOf('A stream, a Stream', 'nothing', 'downSTREAM');
    assert.deepEqual(await findInConversation(conversation, 'stream', clock, signal), [
      { turn: 'a0', count: 2 },
      { turn: 'a2', count: 1 },
    ]);
    assert.deepEqual(await findInConversation(conversation, 'question 1', clock, signal), [
      { turn: 'u1', count: 1 },
    ]);
  });

  it('sees through the marks of Markdown and through line ends', async () => {
    const conversation = conversationOf('It is **very** `fast_one`,\nindeed');
    for (const query of ['is very fast', 'fast_one', '**very**', 'fast_one, indeed']) {
      const found = await findInConversation(conversation, query, clock, signal);
      assert.deepEqual(found, [{ turn: 'a0', count: 1 }], query);
    }
  });

  it('takes every character of the query for itself', async () => {
    const conversation = conversationOf('f(x) = [a+b]. Größe? {y} $1 ^2');
    for (const query of ['f(x)', '[a+b].', 'größe?', '{y}', '$1 ^2']) {
      assert.equal(
        (await findInConversation(conversation, query, clock, signal))?.length,
        1,
        query,
      );
    }
    assert.deepEqual(await findInConversation(conversation, 'f.x.', clock, signal), []);
  });

  it('finds nothing where nothing is asked, nor in thinking', async () => {
    const conversation = conversationOf('text');
    for (const query of ['', '  ', '**', 'only thought of']) {
      assert.deepEqual(await findInConversation(conversation, query, clock, signal), [], query);
    }
  });

  it('lets other work have its turn in a long conversation, and ends when it is asked to (T20)', async () => {
    const conversation = conversationOf(
      ...Array.from({ length: 20 }, () => 'word '.repeat(30_000)),
    );
    const controller = new AbortController();
    let settled = false;
    const finding = findInConversation(conversation, 'word', clock, controller.signal);
    void finding.then(() => (settled = true));
    await Promise.resolve();
    assert.equal(settled, false);
    controller.abort();
    clock.advance(1);
    assert.equal(await finding, undefined);
  });
});
