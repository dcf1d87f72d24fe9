import { openFence } from './seamContext';
import { continuesCharacter } from './seamText';
import { wellFormed } from './wellFormed';

/** UTF-16 units of the answer's end that are quoted to the model. */
const quotedLength = 200;

/**
 * What the person's side says to a model that takes no prefill (4.6 and later), so that it goes on with its cut answer
 * (API: error recovery). The answer so far is the assistant's turn right before it.
 *
 * The same text gives the same words, so that the prompt cache holds.
 *
 * @param kept The text at the end of what is kept; '' where that is no text.
 */
export function continuationPrompt(kept: string): string {
  if (kept.trim() === '') {
    return [
      'Your previous response was interrupted after what you see above.',
      'Continue from where you left off, without repeating any of it and without a word about the interruption.',
    ].join(' ');
  }
  const quoted = endOf(kept);
  const tag = tagFor(quoted);
  const rules = [
    'Continue from where you left off. What you write is appended to it as it is, so begin with the very next character:',
    'with the rest of the word if it ends inside a word, with a space or a line break if that comes next.',
    'Do not repeat any of it, do not begin its last sentence, list item, table row or line of code again,',
    'and do not say that you are continuing.',
  ];
  const fence = openFence(kept.slice(0, kept.lastIndexOf('\n') + 1));
  if (fence !== undefined) {
    rules.push(
      'It ends inside a fenced code block: go on inside it, without opening the fence again.',
    );
  }
  return [
    'Your previous response was interrupted and ended with:',
    `<${tag}>${quoted}</${tag}>`,
    rules.join(' '),
  ].join('\n\n');
}

/** The end of the text, from a word on and in whole characters. */
function endOf(kept: string): string {
  let start = Math.max(0, kept.length - quotedLength);
  while (start > 0 && start < kept.length && continuesCharacter(kept.charAt(start))) start++;
  const end = kept.slice(start);
  const firstSpace = start === 0 ? -1 : end.search(/\s/);
  return wellFormed(firstSpace >= 0 && firstSpace < 40 ? end.slice(firstSpace + 1) : end);
}

/** A tag that the quoted text does not hold itself. */
function tagFor(quoted: string): string {
  let tag = 'end_of_response';
  while (quoted.includes(tag)) tag += '_';
  return tag;
}
