import { isJsonObject, parseJson, type JsonObject } from '../core/json';
import type { SseFrame } from '../core/sseFrame';

/**
 * The events that a JSON answer to a request for a stream stands for: a whole message, as some gateways send it, or an
 * error. Asking again would bill the person twice (T82). Undefined where the text is neither.
 */
export function framesOfJson(text: string): SseFrame[] | undefined {
  const body = parseJson(text);
  if (!isJsonObject(body)) return undefined;
  if (body['type'] === 'message') return framesOfMessage(body);
  return body['error'] === undefined
    ? undefined
    : [{ event: 'error', data: JSON.stringify({ ...body, type: 'error' }) }];
}

function framesOfMessage(message: JsonObject): SseFrame[] {
  const content = Array.isArray(message['content']) ? message['content'].filter(isJsonObject) : [];
  const { stop_reason, stop_sequence, stop_details, usage } = message;
  return [
    frame('message_start', { message: { ...message, content: [], stop_reason: null } }),
    ...content.flatMap(framesOfBlock),
    frame('message_delta', { delta: { stop_reason, stop_sequence, stop_details }, usage }),
    frame('message_stop', {}),
  ];
}

function framesOfBlock(block: JsonObject, index: number): SseFrame[] {
  const start = (content_block: JsonObject): SseFrame =>
    frame('content_block_start', { index, content_block });
  const delta = (change: JsonObject): SseFrame =>
    frame('content_block_delta', { index, delta: change });
  const stop = frame('content_block_stop', { index });
  switch (block['type']) {
    case 'text': {
      const text = delta({ type: 'text_delta', text: block['text'] });
      return [start({ ...block, text: '' }), text, stop];
    }
    case 'thinking': {
      const thinking = delta({ type: 'thinking_delta', thinking: block['thinking'] });
      const signature = delta({ type: 'signature_delta', signature: block['signature'] });
      return [start({ ...block, thinking: '', signature: '' }), thinking, signature, stop];
    }
    case 'tool_use':
    case 'server_tool_use': {
      const partial_json = JSON.stringify(block['input'] ?? {});
      const input = delta({ type: 'input_json_delta', partial_json });
      return [start({ ...block, input: {} }), input, stop];
    }
    default:
      return [start(block), stop];
  }
}

function frame(type: string, members: JsonObject): SseFrame {
  return { event: type, data: JSON.stringify({ type, ...members }) };
}
