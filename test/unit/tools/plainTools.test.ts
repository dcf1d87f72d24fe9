import assert from 'node:assert/strict';
import { askUserTool } from '../../../src/core/askUserTool';
import { serverTools } from '../../../src/core/serverTools';
import { todoTool } from '../../../src/core/todoTool';
import { refusalOf, textOf } from './toolGround';

describe('Tools without a workspace', () => {
  it('ask the person, and take no answer for an answer', async () => {
    const asked: unknown[] = [];
    const tool = askUserTool((question, choices) => {
      asked.push([question, choices]);
      return Promise.resolve(choices[1]);
    });
    const input = { question: 'Which?', choices: ['This', 'That'] };
    assert.equal(await textOf(tool, input), 'The person says: That');
    assert.equal(await textOf(tool, { question: 'Well?' }), 'The person did not answer.');
    assert.deepEqual(asked, [
      ['Which?', ['This', 'That']],
      ['Well?', []],
    ]);
    const wrong = textOf(tool, { question: 'Which?', choices: [1] });
    assert.match(await refusalOf(wrong), /"choices"/);
  });

  it('keep the list of steps', async () => {
    const todos = [
      { text: 'Read', state: 'done' },
      { text: 'Write', state: 'in_progress' },
    ];
    assert.equal(await textOf(todoTool, { todos }), '1 of 2 done.');
    const wrong = textOf(todoTool, { todos: [{ text: 'Read', state: 'maybe' }] });
    assert.match(await refusalOf(wrong), /"state" must be one of/);
  });

  it("define the server's own where they are wanted", () => {
    assert.deepEqual(serverTools([]), []);
    const both = serverTools(['web_fetch', 'web_search']);
    assert.deepEqual(
      both.map(({ type, name }) => [type, name]),
      [
        ['web_search_20260318', 'web_search'],
        ['web_fetch_20260318', 'web_fetch'],
      ],
    );
  });
});
