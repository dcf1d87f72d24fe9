import { isThinking } from './messageHistory';
import type { MessageRequest } from './messageTransport';

/**
 * The request as the API takes it: with a fixed budget of thinking, the latest answer must begin with thinking where it
 * calls tools. Where that thinking is not there any more, this answer goes without (API: extended thinking with tools).
 */
export function withThinkingStart(request: MessageRequest): MessageRequest {
  if (request.thinking?.type !== 'enabled') return request;
  const latest = request.messages.findLast(({ role }) => role === 'assistant');
  const content = latest === undefined || typeof latest.content === 'string' ? [] : latest.content;
  const [first] = content;
  if (first === undefined || isThinking(first)) return request;
  const callsTools = content.some(({ type }) => type === 'tool_use');
  return callsTools ? { ...request, thinking: { type: 'disabled' } } : request;
}
