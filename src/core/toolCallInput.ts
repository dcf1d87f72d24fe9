import { isJsonObject, parseJson, type JsonObject } from './json';
import type { TurnBlock } from './turnDocument';

/** The input of a call that ended, where it is the JSON object that the API promises; else undefined. */
export function toolCallInput({ state, raw, text }: TurnBlock): JsonObject | undefined {
  if (state !== 'closed') return undefined;
  const json = text.toString();
  const input = json === '' ? (raw?.['input'] ?? {}) : parseJson(json);
  return isJsonObject(input) ? input : undefined;
}
