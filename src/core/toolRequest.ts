import type { Tool as ToolParam, ToolUnion } from '@anthropic-ai/sdk/resources/messages';
import type { JsonObject } from './json';
import type { MessageRequest } from './messageTransport';
import type { ModelInfo } from './modelInfo';
import { systemPromptWithTools } from './systemPrompt';
import type { Tool } from './tool';

/**
 * What a request says about tools; nothing where there are none. The same tools give the same bytes each time.
 *
 * @param info What the server says about the model: only one that says something knows Anthropic's newer members.
 */
export function toolOptions(
  tools: readonly Tool[],
  info: ModelInfo | undefined,
  serverTools: readonly JsonObject[] = [],
): Pick<MessageRequest, 'tools' | 'system'> {
  if (tools.length === 0) return {};
  const isKnown = info?.capabilities !== undefined && info.capabilities !== null;
  return {
    system: systemPromptWithTools,
    tools: [
      ...tools.map((tool) => toolParam(tool, isKnown)),
      // Their shapes are the server's and change with their versions, which the SDK's types may not know.
      ...serverTools.map((tool) => tool as unknown as ToolUnion),
    ],
  };
}

function toolParam(
  { name, description, inputSchema, hasLongInput }: Tool,
  isKnown: boolean,
): ToolParam {
  return {
    name,
    description,
    input_schema: { ...inputSchema, type: 'object' },
    ...(isKnown && hasLongInput ? { eager_input_streaming: true } : {}),
  };
}
