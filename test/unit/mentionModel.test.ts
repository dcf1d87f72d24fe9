import assert from 'node:assert/strict';
import { MentionModel } from '../../media/mentionModel';
import type { Suggestion } from '../../src/protocol/suggestion';

const file: Suggestion = {
  kind: 'file',
  key: 'file:///my notes.txt',
  label: 'my notes.txt',
  detail: '',
};

describe('the list behind @', () => {
  function model(): { mentions: MentionModel; asked: [number, string][] } {
    const asked: [number, string][] = [];
    const mentions = new MentionModel({ ask: (search, typed) => asked.push([search, typed]) });
    return { mentions, asked };
  }

  /** One letter after the other. */
  function type(mentions: MentionModel, text: string): void {
    for (let end = 1; end <= text.length; end++) mentions.look(text.slice(0, end), end);
  }

  it('waits for the answer to a name with a space that is typed faster than the host answers', () => {
    const { mentions, asked } = model();
    type(mentions, '@my notes');
    const [search, typed] = asked.at(-1)!;
    assert.equal(typed, 'my notes');
    mentions.receive(search, [file]);
    assert.equal(mentions.isOpen.value, true);
  });

  it('takes words that find nothing for a sentence, until the space is gone', () => {
    const { mentions, asked } = model();
    type(mentions, '@home we say');
    mentions.receive(asked.at(-1)![0], []);
    assert.equal(mentions.isOpen.value, false);
    const { length } = asked;
    mentions.look('@home we say so', 15);
    assert.equal(asked.length, length);
    mentions.look('@home', 5);
    mentions.receive(asked.at(-1)![0], [file]);
    assert.equal(mentions.isOpen.value, true);
  });

  it('stays closed for an @ where the person closed it', () => {
    const { mentions, asked } = model();
    type(mentions, '@my');
    mentions.receive(asked.at(-1)![0], [file]);
    assert.equal(mentions.key('Escape'), true);
    mentions.look('@my notes', 9);
    assert.equal(mentions.mention.value, undefined);
  });
});
