import { signThinking } from './thinkingSignature';
import { contentOf, thinkingPrefix } from './requestValidator';
import { wireModels } from './modelTable';
import type { RawEvent, Scenario, ScriptedBlock } from './scenario';

type Json = Readonly<Record<string, unknown>>;

/** One event of the script; `isDelta` ones are paced and counted. */
export interface ScriptedEvent extends RawEvent {
  readonly isDelta: boolean;
}

/** Every event that the scenario sends for this request when nothing goes wrong. */
export function scriptedEvents(
  scenario: Scenario,
  request: Json,
  messageId: string,
): ScriptedEvent[] {
  const model = scenario.model ?? String(request['model']);
  const events: ScriptedEvent[] = [];
  const add = (type: string, members: Json, isDelta = false): void => {
    events.push({ event: type, data: JSON.stringify({ type, ...members }), isDelta });
  };
  const usage = {
    input_tokens: Math.ceil(JSON.stringify(request['messages'] ?? []).length / 4),
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    output_tokens: 1,
    ...scenario.usage,
  };
  add('message_start', {
    message: {
      id: messageId,
      type: 'message',
      role: 'assistant',
      content: [],
      model,
      stop_reason: null,
      stop_sequence: null,
      stop_details: null,
      usage,
    },
  });
  const before: Json[] = [];
  let outputTokens = 0;
  for (const [i, block] of (scenario.blocks ?? []).entries()) {
    const index = block.index ?? i;
    const { start, deltas, whole } = blockEvents(block, scenario, request, model, before);
    before.push(whole);
    outputTokens += Math.ceil(JSON.stringify(whole).length / 4);
    add('content_block_start', { index, content_block: start });
    for (const delta of deltas) add('content_block_delta', { index, delta }, true);
    add('content_block_stop', { index });
  }
  add('message_delta', {
    delta: { stop_reason: scenario.stopReason ?? 'end_turn', stop_sequence: null },
    usage: { output_tokens: outputTokens, ...scenario.usage },
  });
  add('message_stop', {});
  return events;
}

/** The whole message, as a request without `stream` gets it. */
export function wholeMessage(scenario: Scenario, request: Json, messageId: string): Json {
  const model = scenario.model ?? String(request['model']);
  const content: Json[] = [];
  for (const block of scenario.blocks ?? []) {
    content.push(blockEvents(block, scenario, request, model, content).whole);
  }
  return {
    id: messageId,
    type: 'message',
    role: 'assistant',
    model,
    content,
    stop_reason: scenario.stopReason ?? 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 10, output_tokens: 10, ...scenario.usage },
  };
}

function blockEvents(
  block: ScriptedBlock,
  scenario: Scenario,
  request: Json,
  model: string,
  before: readonly Json[],
): { start: Json; deltas: Json[]; whole: Json } {
  const size = scenario.deltaSize ?? 12;
  switch (block.type) {
    case 'text':
      return {
        start: { type: 'text', text: '', citations: null },
        deltas: pieces(block.text, size).map((text) => ({ type: 'text_delta', text })),
        whole: { type: 'text', text: block.text },
      };
    case 'thinking': {
      const known = wireModels.find(({ id }) => id === model);
      const messages = Array.isArray(request['messages']) ? request['messages'] : [];
      const prefix =
        known === undefined ? null : thinkingPrefix(known, request['system'], messages, before);
      const signature = signThinking(model, prefix, block.text);
      return {
        start: { type: 'thinking', thinking: '', signature: '' },
        deltas: [
          ...pieces(block.text, size).map((thinking) => ({ type: 'thinking_delta', thinking })),
          { type: 'signature_delta', signature },
        ],
        whole: { type: 'thinking', thinking: block.text, signature },
      };
    }
    case 'redacted_thinking': {
      const whole = { type: 'redacted_thinking', data: block.data };
      return { start: whole, deltas: [], whole };
    }
    case 'tool_use': {
      const base = { type: 'tool_use', id: block.id, name: block.name };
      return {
        start: { ...base, input: {} },
        deltas: ['', ...pieces(block.json, size)].map((partial_json) => ({
          type: 'input_json_delta',
          partial_json,
        })),
        whole: { ...base, input: JSON.parse(block.json === '' ? '{}' : block.json) as unknown },
      };
    }
    case 'raw':
      return { start: block.block, deltas: [], whole: block.block };
  }
}

/** Pieces of about this many characters, never inside a surrogate pair. */
function pieces(text: string, size: number): string[] {
  const characters = Array.from(text);
  const out: string[] = [];
  for (let i = 0; i < characters.length; i += size)
    out.push(characters.slice(i, i + size).join(''));
  return out;
}

/** The newest prompt: the last text of the last message, which prompts without an answer may precede. */
export function lastPrompt(request: Json): string {
  const messages = Array.isArray(request['messages']) ? (request['messages'] as Json[]) : [];
  const text = contentOf(messages.at(-1)?.['content'])?.at(-1)?.['text'];
  return typeof text === 'string' ? text : '';
}
