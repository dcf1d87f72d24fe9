import { isJsonObject, numberMember, type JsonObject } from './json';

/**
 * What is wrong with a value by a JSON Schema, as `path: problem`, the first thing that is; undefined where nothing is.
 * Knows what schemas of tools use: `type`, `enum`, `const`, `properties`, `required`, `additionalProperties`, `items`,
 * `anyOf`, `oneOf`, `allOf` and the limits of length, number and size. Keywords that it does not know hold for nothing.
 */
export function schemaProblem(
  schema: JsonObject,
  value: unknown,
  path = 'input',
): string | undefined {
  return (
    typeProblem(schema, value, path) ??
    choiceProblem(schema, value, path) ??
    limitProblem(schema, value, path) ??
    membersProblem(schema, value, path)
  );
}

function typeProblem({ type }: JsonObject, value: unknown, path: string): string | undefined {
  const types = Array.isArray(type) ? type : type === undefined ? [] : [type];
  if (types.length === 0 || types.some((name) => isOfType(value, name))) return undefined;
  return `${path}: must be ${types.join(' or ')}`;
}

function isOfType(value: unknown, type: unknown): boolean {
  switch (type) {
    case 'object':
      return isJsonObject(value);
    case 'array':
      return Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    case 'null':
      return value === null;
    case 'string':
    case 'number':
    case 'boolean':
      return typeof value === type;
    default:
      return true;
  }
}

function choiceProblem(schema: JsonObject, value: unknown, path: string): string | undefined {
  const { enum: choices, const: only, anyOf, oneOf, allOf } = schema;
  if (Array.isArray(choices) && !choices.some((choice) => isSame(choice, value))) {
    return `${path}: must be one of ${JSON.stringify(choices)}`;
  }
  if (only !== undefined && !isSame(only, value)) return `${path}: must be ${JSON.stringify(only)}`;
  for (const alternatives of [anyOf, oneOf]) {
    if (!Array.isArray(alternatives)) continue;
    const problems = alternatives
      .filter(isJsonObject)
      .map((one) => schemaProblem(one, value, path));
    if (problems.length > 0 && !problems.includes(undefined)) return problems[0];
  }
  if (!Array.isArray(allOf)) return undefined;
  return allOf
    .filter(isJsonObject)
    .map((one) => schemaProblem(one, value, path))
    .find((problem) => problem !== undefined);
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function limitProblem(schema: JsonObject, value: unknown, path: string): string | undefined {
  const [least, most, size] =
    typeof value === 'string'
      ? ['minLength', 'maxLength', value.length]
      : typeof value === 'number'
        ? ['minimum', 'maximum', value]
        : Array.isArray(value)
          ? ['minItems', 'maxItems', value.length]
          : [undefined, undefined, 0];
  if (least === undefined) return undefined;
  const low = numberMember(schema, least);
  const high = numberMember(schema, most);
  if (low !== undefined && size < low) return `${path}: ${least} is ${low}`;
  return high !== undefined && size > high ? `${path}: ${most} is ${high}` : undefined;
}

function membersProblem(schema: JsonObject, value: unknown, path: string): string | undefined {
  const { properties, required, additionalProperties, items } = schema;
  if (Array.isArray(value)) {
    if (!isJsonObject(items)) return undefined;
    return firstProblem(value.entries(), (i, item) => schemaProblem(items, item, `${path}[${i}]`));
  }
  if (!isJsonObject(value)) return undefined;
  const names: readonly unknown[] = Array.isArray(required) ? required : [];
  for (const name of names) {
    if (typeof name === 'string' && !Object.hasOwn(value, name)) {
      return `${path}.${name}: is required`;
    }
  }
  const known = isJsonObject(properties) ? properties : {};
  return firstProblem(Object.entries(value), (name, member) => {
    const at = `${path}.${name}`;
    const own = Object.hasOwn(known, name) ? known[name] : additionalProperties;
    if (own === false) return `${at}: is not known`;
    return isJsonObject(own) ? schemaProblem(own, member, at) : undefined;
  });
}

function firstProblem<K>(
  members: Iterable<readonly [K, unknown]>,
  problem: (key: K, member: unknown) => string | undefined,
): string | undefined {
  for (const [key, member] of members) {
    const found = problem(key, member);
    if (found !== undefined) return found;
  }
  return undefined;
}
