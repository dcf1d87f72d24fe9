import type { JsonObject } from '../../src/core/json';
import { messageGroups } from './contentBlocks';
import type { PromptUsage } from './promptCache';
import type { Scenario, ScriptedEvent } from './scenario';
import { blockEvents } from './scriptedBlock';
import { signatureFor } from './thinkingRules';
import { estimateTokens } from './tokenEstimate';

/** What an answer is made from. */
export interface ScriptedMessage {
  readonly scenario: Scenario;
  /** The request's body. */
  readonly request: JsonObject;
  readonly messageId: string;
  readonly promptUsage: PromptUsage;
}

/** Every event that the scenario sends for this request when nothing goes wrong. */
export function scriptedEvents(message: ScriptedMessage): readonly ScriptedEvent[] {
  const { scenario } = message;
  const events: ScriptedEvent[] = [];
  const add = (type: string, members: JsonObject, more: Partial<ScriptedEvent> = {}): void => {
    events.push({
      event: type,
      data: JSON.stringify({ type, ...members }),
      isDelta: false,
      ...more,
    });
  };
  add('message_start', { message: { ...emptyMessage(message), usage: startUsage(message) } });
  const { usage, all } = answerBlocks(message);
  for (const { index, start, deltas } of all) {
    const type = String(start['type']);
    add(
      'content_block_start',
      { index, content_block: start },
      { adds: { index, type, text: '' } },
    );
    for (const delta of deltas) {
      const adds = { index, type, text: addedText(delta) };
      add('content_block_delta', { index, delta }, { isDelta: true, adds });
    }
    add('content_block_stop', { index });
  }
  const unfinished = {
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
    container: null,
  };
  for (const { delta, usage: early } of scenario.earlyMessageDeltas ?? []) {
    add('message_delta', { delta: { ...unfinished, ...delta }, usage: { ...usage, ...early } });
  }
  add('message_delta', { delta: { ...unfinished, ...stopMembers(scenario) }, usage });
  add('message_stop', {});
  return scenario.arrange?.(events) ?? events;
}

/** The whole message, as a request without `stream` gets it. */
export function wholeMessage(message: ScriptedMessage): JsonObject {
  const { usage, all } = answerBlocks(message);
  return {
    ...emptyMessage(message),
    ...stopMembers(message.scenario),
    content: all.map(({ whole }) => whole),
    usage: { ...startUsage(message), ...usage },
  };
}

/** The words of the last prompt, without what is attached to it or was asked before it in vain. */
export function lastPrompt(request: JsonObject): string {
  const last = messageGroups(request['messages']).at(-1)?.blocks.at(-1)?.block ?? {};
  return typeof last['text'] === 'string' ? last['text'] : '';
}

interface AnswerBlock {
  readonly index: number;
  readonly start: JsonObject;
  readonly deltas: readonly JsonObject[];
  readonly whole: JsonObject;
}

function answerBlocks(message: ScriptedMessage): {
  readonly all: readonly AnswerBlock[];
  readonly usage: JsonObject;
} {
  const { scenario, request, promptUsage } = message;
  const model = modelOf(message);
  const all: AnswerBlock[] = [];
  let output = 0;
  let thinking = 0;
  let searches = 0;
  for (const [i, block] of (scenario.blocks ?? []).entries()) {
    const before = all.map(({ whole }) => whole);
    const events = blockEvents(block, scenario, (text) =>
      signatureFor(model, request, before, text),
    );
    const said = events.deltas.map(addedText).join('');
    const tokens = estimateTokens(said === '' ? events.whole : said);
    output += tokens;
    if (block.type === 'thinking') thinking += tokens;
    if (block.type === 'server_tool_use') searches++;
    all.push({ index: block.index ?? i, ...events });
  }
  const usage = {
    input_tokens: promptUsage.input,
    cache_creation_input_tokens: promptUsage.written5m + promptUsage.written1h,
    cache_read_input_tokens: promptUsage.read,
    output_tokens: output,
    output_tokens_details: { thinking_tokens: thinking },
    server_tool_use: { web_search_requests: searches, web_fetch_requests: 0 },
    ...scenario.usage,
  };
  return { all, usage };
}

function emptyMessage(message: ScriptedMessage): JsonObject {
  return {
    id: message.messageId,
    type: 'message',
    role: 'assistant',
    content: [],
    model: modelOf(message),
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
    container: null,
    diagnostics: null,
  };
}

function startUsage({ scenario, promptUsage }: ScriptedMessage): JsonObject {
  return {
    input_tokens: promptUsage.input,
    cache_creation_input_tokens: promptUsage.written5m + promptUsage.written1h,
    cache_read_input_tokens: promptUsage.read,
    cache_creation: {
      ephemeral_5m_input_tokens: promptUsage.written5m,
      ephemeral_1h_input_tokens: promptUsage.written1h,
    },
    server_tool_use: null,
    service_tier: 'standard',
    inference_geo: null,
    speed: null,
    output_tokens_details: null,
    ...scenario.usage,
    output_tokens: 1,
  };
}

function stopMembers({ stopReason, stopSequence, stopDetails, blocks }: Scenario): JsonObject {
  const callsTools = blocks?.some(({ type }) => type === 'tool_use') === true;
  return {
    stop_reason: stopReason ?? (callsTools ? 'tool_use' : 'end_turn'),
    stop_sequence: stopSequence ?? null,
    stop_details: stopDetails ?? null,
  };
}

function modelOf({ scenario, request }: ScriptedMessage): string {
  return scenario.model ?? String(request['model']);
}

function addedText(delta: JsonObject): string {
  const added = delta['text'] ?? delta['thinking'] ?? delta['partial_json'];
  return typeof added === 'string' ? added : '';
}
