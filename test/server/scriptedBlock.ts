import { isJsonObject, parseJson, type JsonObject } from '../../src/core/json';
import type { Scenario, ScriptedBlock } from './scenario';
import { textPieces } from './textPieces';

/** One block as it goes over the wire, and as a client has to send it back. */
export interface BlockEvents {
  readonly start: JsonObject;
  readonly deltas: readonly JsonObject[];
  readonly whole: JsonObject;
}

const defaultDeltaSize = 12;
const direct = { type: 'direct' };

/** @param sign Signs thinking for its place in the conversation. */
export function blockEvents(
  block: ScriptedBlock,
  scenario: Scenario,
  sign: (text: string) => string,
): BlockEvents {
  const { deltaSize = defaultDeltaSize, splitSurrogates } = scenario;
  const split = (text: string): string[] => textPieces(text, deltaSize, splitSurrogates);
  switch (block.type) {
    case 'text': {
      const { text, citations = [] } = block;
      const start = { type: 'text', text: '', citations: null };
      const deltas = (block.pieces ?? split(text)).map((piece) => ({
        type: 'text_delta',
        text: piece,
      }));
      const cited = citations.map((citation) => ({ type: 'citations_delta', citation }));
      const whole = { ...start, text, citations: citations.length > 0 ? citations : null };
      return { start, deltas: [...deltas, ...cited], whole };
    }
    case 'thinking': {
      const signature = block.signature ?? sign(block.text);
      const start = { type: 'thinking', thinking: '', signature: '' };
      const deltas = (block.pieces ?? split(block.text)).map((thinking) => ({
        type: 'thinking_delta',
        thinking,
      }));
      return {
        start,
        deltas: [...deltas, { type: 'signature_delta', signature }],
        whole: { ...start, thinking: block.text, signature },
      };
    }
    case 'redacted_thinking':
      return unchanging({ type: 'redacted_thinking', data: block.data ?? sign('') });
    case 'tool_use':
    case 'server_tool_use': {
      const { type, id, name, json } = block;
      const start = { type, id, name, input: {}, caller: direct };
      const pieces = block.pieces ?? ['', ...split(json)];
      const deltas = pieces.map((partial_json) => ({ type: 'input_json_delta', partial_json }));
      const input = parseJson(json);
      return { start, deltas, whole: { ...start, input: isJsonObject(input) ? input : {} } };
    }
    case 'web_search_tool_result':
      return unchanging({
        type: 'web_search_tool_result',
        tool_use_id: block.toolUseId,
        content: block.results.map(({ title, url }) => ({
          type: 'web_search_result',
          title,
          url,
          encrypted_content: 'EpMBCioIAhgBIiQ',
          page_age: null,
        })),
        caller: direct,
      });
    case 'raw':
      return { start: block.block, deltas: block.deltas ?? [], whole: block.block };
  }
}

/** A block that comes whole in its start. */
function unchanging(block: JsonObject): BlockEvents {
  return { start: block, deltas: [], whole: block };
}
