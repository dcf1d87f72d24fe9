import { isJsonObject, type JsonObject } from '../../src/core/json';
import { invalid, type Refusal } from './refusal';

const toolName = /^[a-zA-Z0-9_-]{1,64}$/;
const choices = ['auto', 'any', 'tool', 'none'];

/** The shape of `tools` and of `tool_choice` (API: tool use). */
export function toolRules(body: JsonObject): Refusal | undefined {
  const { tools = [], tool_choice: choice } = body;
  if (!Array.isArray(tools)) return invalid('tools: Input should be a valid list');
  const names = new Set<string>();
  for (const [i, tool] of tools.entries()) {
    const refused = toolRule(tool, `tools.${i}`);
    if (refused !== undefined) return refused;
    const name = isJsonObject(tool) ? tool['name'] : undefined;
    if (typeof name !== 'string') continue;
    if (names.has(name)) return invalid('tools: Tool names must be unique.');
    names.add(name);
  }
  return choice === undefined ? undefined : choiceRule(choice, names);
}

function toolRule(tool: unknown, at: string): Refusal | undefined {
  if (!isJsonObject(tool)) return invalid(`${at}: Input should be a valid dictionary`);
  const { type, name, input_schema: schema } = tool;
  // Anthropic's own tools bring name and schema with their type.
  if (typeof type === 'string' && type !== 'custom') return undefined;
  if (name === undefined) return invalid(`${at}.custom.name: Field required`);
  if (typeof name !== 'string' || !toolName.test(name)) {
    return invalid(`${at}.custom.name: String should match pattern '${toolName.source}'`);
  }
  if (!isJsonObject(schema)) return invalid(`${at}.custom.input_schema: Field required`);
  if (schema['type'] === undefined) {
    return invalid(`${at}.custom.input_schema.type: Field required`);
  }
  return schema['type'] === 'object'
    ? undefined
    : invalid(`${at}.custom.input_schema.type: Input should be 'object'`);
}

function choiceRule(choice: unknown, names: ReadonlySet<string>): Refusal | undefined {
  const type = isJsonObject(choice) ? choice['type'] : undefined;
  const name = isJsonObject(choice) ? choice['name'] : undefined;
  if (typeof type !== 'string' || !choices.includes(type)) {
    return invalid("tool_choice.type: Input should be 'auto', 'any', 'tool' or 'none'");
  }
  if (names.size === 0 && type !== 'none') {
    return invalid('tool_choice may only be specified while providing `tools`.');
  }
  return type === 'tool' && !names.has(String(name))
    ? invalid(`Tool '${String(name)}' not found in provided tools`)
    : undefined;
}
