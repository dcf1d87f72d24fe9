import { isJsonObject, numberMember, stringMember, type JsonObject } from '../core/json';
import {
  effortLevels,
  thinkingTypes,
  type ModelCapabilities,
  type ModelInfo,
} from '../core/modelInfo';

/** One entry of `GET /v1/models` (API: models); undefined for one without an id. Servers leave out what they like. */
export function modelInfoFrom(wire: unknown): ModelInfo | undefined {
  if (!isJsonObject(wire)) return undefined;
  const id = stringMember(wire, 'id');
  if (id === undefined || id === '') return undefined;
  const capabilities = wire['capabilities'];
  const lifecycle = wire['lifecycle'];
  return {
    id,
    displayName: stringMember(wire, 'display_name') ?? id,
    line: stringMember(wire, 'line') ?? null,
    lifecycle:
      lifecycle === 'active' || lifecycle === 'deprecated' || lifecycle === 'retired'
        ? lifecycle
        : null,
    retiresAt: stringMember(wire, 'retires_at') ?? null,
    maxInputTokens: numberMember(wire, 'max_input_tokens') ?? null,
    maxOutputTokens: numberMember(wire, 'max_tokens') ?? null,
    capabilities: isJsonObject(capabilities) ? capabilitiesFrom(capabilities) : null,
  };
}

function capabilitiesFrom(wire: JsonObject): ModelCapabilities {
  const effort = wire['effort'];
  const thinking = wire['thinking'];
  const tools = wire['server_tools'];
  const webSearch = supports(tools, 'web_search');
  const types = isJsonObject(thinking) ? thinking['types'] : undefined;
  return {
    effort: effortLevels.filter((level) => supports(effort, level)),
    thinking: thinkingTypes.filter((type) => supports(types, type)),
    imageInput: supports(wire, 'image_input'),
    pdfInput: supports(wire, 'pdf_input'),
    webSearch,
    // Where the list of tools names search and is silent about fetching, both are there (API: models).
    webFetch:
      isJsonObject(tools) && 'web_fetch' in tools ? supports(tools, 'web_fetch') : webSearch,
  };
}

function supports(members: unknown, name: string): boolean {
  const member = isJsonObject(members) ? members[name] : undefined;
  return isJsonObject(member) && member['supported'] === true;
}
