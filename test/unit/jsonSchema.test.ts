import assert from 'node:assert/strict';
import type { JsonObject } from '../../src/core/json';
import { schemaProblem } from '../../src/core/jsonSchema';

const schema: JsonObject = {
  type: 'object',
  properties: {
    path: { type: 'string', minLength: 1 },
    line: { type: 'integer', minimum: 1 },
    mode: { enum: ['a', 'b'] },
    edits: {
      type: 'array',
      minItems: 1,
      items: { type: 'object', required: ['old'], properties: { old: { type: 'string' } } },
    },
    either: { anyOf: [{ type: 'string' }, { type: 'null' }] },
  },
  required: ['path'],
  additionalProperties: false,
};

describe('jsonSchema', () => {
  it('finds nothing wrong with what fits', () => {
    for (const value of [
      { path: 'a' },
      { path: 'a', line: 3, mode: 'b', edits: [{ old: '', more: 1 }], either: null },
    ]) {
      assert.equal(schemaProblem(schema, value), undefined);
    }
    assert.equal(schemaProblem({}, 7), undefined);
    assert.equal(schemaProblem({ $ref: '#/x', format: 'uri' }, 'x'), undefined);
  });

  it('says where it does not fit', () => {
    const cases: [unknown, string][] = [
      [[], 'input: must be object'],
      [{}, 'input.path: is required'],
      [{ path: 7 }, 'input.path: must be string'],
      [{ path: '' }, 'input.path: minLength is 1'],
      [{ path: 'a', line: 1.5 }, 'input.line: must be integer'],
      [{ path: 'a', line: 0 }, 'input.line: minimum is 1'],
      [{ path: 'a', mode: 'c' }, 'input.mode: must be one of ["a","b"]'],
      [{ path: 'a', edits: [] }, 'input.edits: minItems is 1'],
      [{ path: 'a', edits: [{ old: 'x' }, {}] }, 'input.edits[1].old: is required'],
      [{ path: 'a', either: 1 }, 'input.either: must be string'],
      [{ path: 'a', toString: 1 }, 'input.toString: is not known'],
    ];
    for (const [value, problem] of cases) assert.equal(schemaProblem(schema, value), problem);
  });
});
