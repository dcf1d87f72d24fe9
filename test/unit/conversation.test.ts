import assert from 'node:assert/strict';
import { Conversation, type ConversationChange, type Prompt } from '../../src/core/conversation';
import { ManualClock } from './manualClock';

function newConversation(): Conversation {
  return new Conversation('c', 0, new ManualClock());
}

function prompt(text: string): Prompt {
  return { text, attachments: [] };
}

describe('Conversation', () => {
  it('holds the prompt as a finished turn, what was attached before the words', () => {
    const conversation = newConversation();
    const attachment = {
      kind: 'selection' as const,
      path: 'a.ts',
      uri: 'file:///a.ts',
      languageId: 'typescript',
      startLine: 1,
      endLine: 2,
    };
    const turn = conversation.addUserTurn('u', {
      text: 'Why?',
      attachments: [{ attachment, content: 'code' }],
    });
    assert.deepEqual(
      turn.blocks.map(({ head, text, state }) => [head, text.toString(), state]),
      [
        [{ kind: 'attachment', attachment }, 'code', 'closed'],
        [{ kind: 'text' }, 'Why?', 'closed'],
      ],
    );
    assert.equal(turn.role, 'user');
    assert.equal(turn.isTerminal, true);
    assert.equal(conversation.turn('u'), turn);
  });

  it('tells of turns that come, change and go, and of its title', () => {
    const conversation = newConversation();
    const changes: ConversationChange['kind'][] = [];
    conversation.onDidChange(({ kind }) => changes.push(kind));
    conversation.addUserTurn('u', prompt('Hello'));
    const answer = conversation.addAssistantTurn('a');
    answer.setStatus({ kind: 'connecting', attempt: 1 });
    conversation.removeTurn('u');
    conversation.removeTurn('no such turn');
    assert.deepEqual(changes, ['order', 'title', 'order', 'turn', 'order']);
    assert.deepEqual(conversation.turns, [answer]);
  });

  it('hears no more of a turn that was taken away', () => {
    const conversation = newConversation();
    const turn = conversation.addAssistantTurn('a');
    conversation.removeTurn('a');
    conversation.onDidChange(() => assert.fail('told'));
    turn.openBlock(1, { head: { kind: 'text' }, text: 'late' });
  });

  it('tells nobody anything once it is disposed', () => {
    const conversation = newConversation();
    const turn = conversation.addAssistantTurn('a');
    conversation.onDidChange(() => assert.fail('told'));
    conversation.dispose();
    turn.setStatus({ kind: 'stopped' });
  });

  it('is named after the first words of the first prompt', () => {
    const conversation = newConversation();
    conversation.addUserTurn('u1', prompt('  \n What is this?\r\nAnd that?'));
    conversation.addUserTurn('u2', prompt('Something else'));
    assert.equal(conversation.title, 'What is this?');
  });

  it('shortens a long title between characters as a person counts them (T95)', () => {
    const conversation = newConversation();
    conversation.addUserTurn('u', prompt('👩‍👩‍👧‍👦'.repeat(61)));
    assert.equal(conversation.title, `${'👩‍👩‍👧‍👦'.repeat(59)}…`);
    const other = newConversation();
    other.addUserTurn('u', prompt('x'.repeat(60)));
    assert.equal(other.title, 'x'.repeat(60));
  });

  it('comes back as it was', () => {
    const before = newConversation();
    before.addUserTurn('u', prompt('Hello'));
    const { turns, title } = before;
    const clock = new ManualClock();
    const after = Conversation.restore({ id: 'c', createdAt: 7 }, clock, { turns, title });
    assert.equal(after.title, 'Hello');
    assert.deepEqual(after.turns, turns);
    assert.equal(after.createdAt, 7);
  });
});
