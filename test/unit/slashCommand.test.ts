import assert from 'node:assert/strict';
import {
  builtInCommands,
  commandFromFile,
  expandSlashCommand,
  matchingCommands,
  mergeCommands,
  type SlashCommand,
} from '../../src/core/slashCommand';

const named = (name: string, template: string): SlashCommand => ({
  name,
  description: '',
  template,
});

describe('slash commands', () => {
  it('puts what was written after the name where the template has it', () => {
    const commands = [named('port', 'Port $1 to $2.'), named('say', 'Say: $ARGUMENTS!')];
    assert.equal(expandSlashCommand('/port a.ts Rust', commands), 'Port a.ts to Rust.');
    assert.equal(expandSlashCommand('/port a.ts', commands), 'Port a.ts to .');
    assert.equal(expandSlashCommand('/SAY one\ntwo', commands), 'Say: one\ntwo!');
    assert.equal(expandSlashCommand("/say $& $1 $'", commands), "Say: $& $1 $'!");
  });

  it('adds it at the end where the template has no place for it', () => {
    const commands = [named('x', 'Do it.')];
    assert.equal(expandSlashCommand('/x with care', commands), 'Do it.\n\nwith care');
    assert.equal(expandSlashCommand('/x', commands), 'Do it.');
  });

  it('leaves every other text alone', () => {
    for (const text of ['/nobody knows', '/', 'a /explain', '/usr/bin/env', ' plain ']) {
      assert.equal(expandSlashCommand(text, builtInCommands), text);
    }
  });

  it('reads a file, with and without a head', () => {
    assert.deepEqual(commandFromFile('Ship-it.md', '\uFEFF# Ship it\r\nNow.'), {
      name: 'ship-it',
      description: 'Ship it',
      template: '# Ship it\nNow.',
    });
    assert.deepEqual(commandFromFile('a.md', '---\ndescription: What it does\n---\nBody $1'), {
      name: 'a',
      description: 'What it does',
      template: 'Body $1',
    });
    for (const name of ['a.txt', '../a.md', 'a b.md', '.md']) {
      assert.equal(commandFromFile(name, 'text'), undefined, name);
    }
    assert.equal(commandFromFile('a.md', '---\ndescription: x\n---\n'), undefined);
  });

  it('lets the later list win, and offers what begins like what is written', () => {
    const all = mergeCommands(builtInCommands, [named('fix', 'Mine.'), named('find', 'Find.')]);
    assert.equal(expandSlashCommand('/fix', all), 'Mine.');
    const offered = (text: string): string[] => matchingCommands(text, all).map(({ name }) => name);
    assert.deepEqual(offered('/fi'), ['find', 'fix']);
    assert.equal(offered('/').length, builtInCommands.length + 1);
    assert.deepEqual(offered('/fix '), []);
    assert.deepEqual(offered('fi'), []);
  });
});
