import assert from 'node:assert/strict';
import type { ToolChoice } from '../../src/core/toolChoice';
import { ToolChoices, type ChoiceMemory } from '../../src/host/toolChoices';

describe('ToolChoices', () => {
  const none: ToolChoice = { web: [], others: [] };
  const some: ToolChoice = { web: ['web_search'], others: ['mcp_everything_echo'] };

  function memory(): ChoiceMemory {
    const kept = new Map<string, unknown>();
    return {
      get: (name) => kept.get(name),
      update: (name, value) => {
        // As the editor does.
        kept.set(name, JSON.parse(JSON.stringify(value)));
        return Promise.resolve();
      },
    };
  }

  it('are those of one conversation, over a reload too', () => {
    const kept = memory();
    const choices = new ToolChoices(kept, () => none);
    const changed: string[] = [];
    choices.onDidChange((id) => changed.push(id));
    choices.set('a', some);
    choices.set('a', some);
    assert.deepEqual(changed, ['a'], 'once for what changed');
    assert.deepEqual(choices.of('b'), none);
    assert.deepEqual(new ToolChoices(kept, () => none).of('a'), some);
  });

  it('go with a conversation to its copy', () => {
    const choices = new ToolChoices(memory(), () => none);
    choices.set('a', some);
    choices.carryOver('a', 'copy');
    assert.deepEqual(choices.of('copy'), some);
    choices.carryOver('nothing chosen', 'other');
    assert.deepEqual(choices.of('other'), none);
  });

  it('allow nothing that was not chosen, whatever was kept', () => {
    const kept = memory();
    void kept.update('caudal.toolChoices', {
      a: { web: ['web_search', 'rm'], others: ['x', 7] },
      b: { web: 'all', others: [] },
      c: null,
    });
    const choices = new ToolChoices(kept, () => none);
    assert.deepEqual(choices.of('a'), { web: ['web_search'], others: ['x'] });
    assert.deepEqual(choices.of('b'), none);
    assert.deepEqual(choices.of('c'), none);
  });
});
