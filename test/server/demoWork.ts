import { isJsonObject, stringMember } from '../../src/core/json';
import { messageGroups, type MessageGroup } from './contentBlocks';
import { notice, tour } from './demoTexts';
import type { ReceivedRequest } from './receivedRequest';
import { httpError, toolCall, type Scenario } from './scenario';
import { textPieces } from './textPieces';

/** Deltas per second. */
const rate = 90;
/** Words before the line breaks: of a step, and of the answer. */
const shortCut = 12;
const longCut = 90;
const continuation = /^Your previous response was interrupted/;

interface Step {
  readonly thinking: string;
  readonly text: string;
  readonly calls: readonly { readonly name: string; readonly input: unknown }[];
}

const steps: readonly Step[] = [
  {
    thinking:
      'Before anything is said about the workspace, look at what is in it: the list first, then both sources side by side. ',
    text: `${notice}\n\nI look at the sources first, both at once.`,
    calls: [
      { name: 'list_files', input: { path: '.' } },
      { name: 'read_file', input: { path: 'src/tally.ts' } },
      { name: 'read_file', input: { path: 'src/river.py' } },
    ],
  },
  {
    thinking: 'One counts words, the other follows a river. Who uses them? ',
    text: 'Two small sources. Let me see where their names occur, and note what is left to do.',
    calls: [
      { name: 'search_text', input: { pattern: 'tally|drops', is_regex: true, context_lines: 1 } },
      {
        name: 'update_todos',
        input: {
          todos: [
            { text: 'Read the sources', state: 'done' },
            { text: 'Find where they are used', state: 'in_progress' },
            { text: 'Tell what was found', state: 'pending' },
          ],
        },
      },
    ],
  },
  {
    thinking: 'That is all that is needed for an answer. ',
    text: `## What is in the workspace\n\nA TypeScript file that counts words and a Python file about a river; nothing imports either of them.\n\n${tour}`,
    calls: [],
  },
];

/** The person's own words: the last that are not a plea to go on. */
function promptOf({ body }: ReceivedRequest): string {
  return (
    textsOf(messageGroups(body['messages']), 'user').findLast((text) => !continuation.test(text)) ??
    ''
  );
}

/** Whether the demo is asked for work with tools, and has any. */
export function asksForWork(request: ReceivedRequest): boolean {
  return Array.isArray(request.body['tools']) && /\btools?\b/i.test(promptOf(request));
}

/**
 * An answer that works with tools which only read: three requests in one turn. With `cut` in the prompt the line breaks
 * in each of them, and the server is busy once.
 */
export function demoWork(request: ReceivedRequest): Scenario {
  const groups = messageGroups(request.body['messages']);
  const prompt = promptOf(request);
  const turn = groups.slice(
    groups.findLastIndex((group) => textsOf([group], 'user').includes(prompt)) + 1,
  );
  const isResult = (group: MessageGroup): boolean =>
    group.blocks.some(({ block }) => block['type'] === 'tool_result');
  const round = Math.min(turn.filter(isResult).length, steps.length - 1);
  const step = steps[round]!;
  const said = textsOf(turn.slice(turn.findLastIndex(isResult) + 1), 'assistant')
    .join('')
    .trimEnd();
  const isContinued = said !== '';
  const isLast = step.calls.length === 0;
  const isCut = /\bcut\b/i.test(prompt);
  if (isCut && isContinued && isLast && request.attempt === 1) return httpError(529);
  const thinks = !isContinued && isJsonObject(request.body['thinking']);
  const thinking = thinks ? textPieces(step.thinking, 'word').length + 1 : 0;
  const calls = step.calls.map(({ name, input }, place) =>
    toolCall(`toolu_${round}_${place}`, name, ...(JSON.stringify(input).match(/.{1,6}/gs) ?? [])),
  );
  return {
    blocks: [
      ...(thinks ? [{ type: 'thinking', text: step.thinking } as const] : []),
      { type: 'text', text: step.text.slice(step.text.startsWith(said) ? said.length : 0) },
      ...calls,
    ],
    deltaSize: 'word',
    rate,
    delayFirstMs: 250,
    stopReason: isLast ? 'end_turn' : 'tool_use',
    ...(isCut && !isContinued
      ? { fault: { kind: 'reset', afterDeltas: thinking + (isLast ? longCut : shortCut) } }
      : {}),
  };
}

function textsOf(groups: readonly MessageGroup[], role: string): string[] {
  return groups
    .filter((group) => group.role === role)
    .flatMap(({ blocks }) => blocks)
    .filter(({ block }) => block['type'] === 'text')
    .map(({ block }) => stringMember(block, 'text') ?? '');
}
