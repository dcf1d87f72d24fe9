import { isJsonObject, numberMember, stringMember, type JsonObject } from './json';
import { ToolRefusal, type ToolOutcome } from './tool';

/** JSON Schema of a tool's input: an object with these members and no others. */
export function inputSchema(
  properties: Readonly<Record<string, JsonObject>>,
  required: readonly string[],
): JsonObject {
  return { type: 'object', properties, required, additionalProperties: false };
}

/** @throws ToolRefusal where the member is no string. */
export function requiredString(input: JsonObject, name: string): string {
  const value = stringMember(input, name);
  if (value === undefined) throw new ToolRefusal(`"${name}" must be a string.`);
  return value;
}

/**
 * The whole number under that name, or what stands for it when it is missing.
 *
 * @throws ToolRefusal where it is none, or outside `least` and `most`.
 */
export function integerOr(
  input: JsonObject,
  name: string,
  { missing, least, most }: { missing: number; least: number; most: number },
): number {
  if (input[name] === undefined) return missing;
  const value = numberMember(input, name);
  if (value === undefined || !Number.isInteger(value) || value < least || value > most) {
    throw new ToolRefusal(`"${name}" must be a whole number from ${least} to ${most}.`);
  }
  return value;
}

/** @throws ToolRefusal where the member is there and no boolean. */
export function isOn(input: JsonObject, name: string): boolean {
  const value = input[name] ?? false;
  if (typeof value !== 'boolean') throw new ToolRefusal(`"${name}" must be true or false.`);
  return value;
}

/** @throws ToolRefusal where the member is no array of objects. */
export function objectArray(input: JsonObject, name: string): readonly JsonObject[] {
  const value = input[name];
  if (!Array.isArray(value) || !value.every(isJsonObject)) {
    throw new ToolRefusal(`"${name}" must be an array of objects.`);
  }
  return value;
}

/** A call that did what was asked, told in words. */
export function told(text: string): ToolOutcome {
  return { content: [{ kind: 'text', text }], isError: false };
}

/** A call that did not. */
export function failed(text: string): ToolOutcome {
  return { content: [{ kind: 'text', text }], isError: true };
}
