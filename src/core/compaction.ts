import type { ContentBlockParam, MessageParam } from '@anthropic-ai/sdk/resources/messages';
import type { TurnDocument } from './turnDocument';
import { wellFormed } from './wellFormed';

/**
 * A compaction is a turn like any other, marked in its meta: its text is the summary. Nothing before it is taken away
 * from the person; requests begin with the latest one that is whole and not undone.
 */
export function isCompaction(turn: TurnDocument): boolean {
  return turn.meta.compaction !== undefined;
}

/** The place of the compaction with which requests begin; -1 where there is none. */
export function activeCompaction(turns: readonly TurnDocument[]): number {
  return turns.findLastIndex(
    (turn) =>
      turn.meta.compaction === 'active' &&
      turn.status.kind === 'complete' &&
      turn.answerText().trim() !== '',
  );
}

interface SummaryMessage {
  readonly role: 'user' | 'assistant';
  readonly content: ContentBlockParam[];
}

/** What stands in a request for everything before the compaction. The same summary gives the same bytes. */
export function summaryMessages(turn: TurnDocument): SummaryMessage[] {
  const summary = wellFormed(turn.answerText());
  return [
    {
      role: 'user',
      content: [
        {
          type: 'text',
          text: `The conversation so far was too long to be repeated. This is its summary:\n\n${summary}`,
        },
      ],
    },
    { role: 'assistant', content: [{ type: 'text', text: 'I go on from this summary.' }] },
  ];
}

const question = [
  'Summarise our conversation so far, so that you can go on with it from your summary alone.',
  'Keep what was asked and decided, names of files, functions and settings, code that is still needed, errors with their exact words, and what is left to do.',
  'Write the summary and nothing else, in the language of the conversation.',
].join('\n');

/** The messages of the request that asks for the summary: the history, then the question. */
export function askForSummary(history: readonly MessageParam[]): MessageParam[] {
  const last = history.at(-1);
  const unanswered = last?.role === 'user' && typeof last.content !== 'string' ? last.content : [];
  const before = last?.role === 'user' ? history.slice(0, -1) : history;
  // What only stands for a prompt that is not there would read as one.
  const prompt = unanswered.filter((block) => block.type !== 'text' || block.text !== noText);
  return [...before, { role: 'user', content: [...prompt, { type: 'text', text: question }] }];
}

/** Stands in for a prompt without any text: a message must not be empty. */
export const noText = '(no text)';
