import assert from 'node:assert/strict';
import { languageIdNamed } from '../../src/host/languageIdNamed';

describe('the editor’s id of a language', () => {
  const known = ['typescript', 'shellscript', 'cpp', 'go', 'html'];

  it('is found by the names that answers use', () => {
    for (const [name, id] of [
      ['ts', 'typescript'],
      ['TypeScript', 'typescript'],
      ['bash', 'shellscript'],
      ['C++', 'cpp'],
      ['go', 'go'],
    ] as const) {
      assert.equal(languageIdNamed(name, known), id);
    }
  });

  it('is left to the editor where it knows none', () => {
    for (const name of ['', 'rust', 'klingon', '__proto__']) {
      assert.equal(languageIdNamed(name, known), undefined);
    }
  });
});
