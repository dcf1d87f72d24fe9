import { ToolRefusal, type Tool } from './tool';
import { inputSchema, requiredString, told } from './toolInput';

const maxChoices = 10;

/** Asks the person: one of the choices or words of their own; undefined where they do not want to answer. */
export type AskPerson = (
  question: string,
  choices: readonly string[],
  signal: AbortSignal,
) => Promise<string | undefined>;

export function askUserTool(ask: AskPerson): Tool {
  return {
    name: 'ask_user',
    description:
      'Asks the person one question, where the answer decides what to do and cannot be found out. They choose or answer ' +
      'in their own words.',
    inputSchema: inputSchema(
      {
        question: { type: 'string' },
        choices: { type: 'array', items: { type: 'string' }, maxItems: maxChoices },
      },
      ['question'],
    ),
    effect: 'ask',
    hasLongInput: false,
    subject: () => Promise.resolve({ kind: 'none' }),
    run: async (input, { signal }) => {
      const choices = input['choices'] ?? [];
      const isText = (choice: unknown): choice is string => typeof choice === 'string';
      if (!Array.isArray(choices) || choices.length > maxChoices || !choices.every(isText)) {
        throw new ToolRefusal(`"choices" must be at most ${maxChoices} strings.`);
      }
      const answer = await ask(requiredString(input, 'question'), choices, signal);
      return told(
        answer === undefined ? 'The person did not answer.' : `The person says: ${answer}`,
      );
    },
  };
}
