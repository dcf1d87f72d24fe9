import { isJsonObject, stringMember } from './json';
import type { TurnRecording } from './wireRecord';

/** What was asked in a recording: the text of its first request's last prompt; empty where that was lost. */
export function recordedPrompt({ records }: TurnRecording): string {
  const first = records.find((record) => record.kind === 'request');
  const content: unknown = first?.request.messages.findLast(({ role }) => role === 'user')?.content;
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  const texts = content.map((block) => (isJsonObject(block) ? stringMember(block, 'text') : ''));
  // What was attached comes before the words themselves.
  return texts.findLast((text) => text !== undefined && text !== '') ?? '';
}
