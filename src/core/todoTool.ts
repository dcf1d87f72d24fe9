import { stringMember, type JsonObject } from './json';
import { ToolRefusal, type Tool } from './tool';
import { inputSchema, objectArray, requiredString, told } from './toolInput';

export const todoStates = ['pending', 'in_progress', 'done'] as const;
export type TodoState = (typeof todoStates)[number];

export interface Todo {
  readonly text: string;
  readonly state: TodoState;
}

/** The list that the model keeps of what it is about; the last call holds all of it. */
export const todoTool: Tool = {
  name: 'update_todos',
  description:
    'Writes the list of steps for a longer task, so that the person sees where it stands. Give the whole list each time; ' +
    'one step at most is in_progress.',
  inputSchema: inputSchema(
    {
      todos: {
        type: 'array',
        items: inputSchema(
          { text: { type: 'string' }, state: { type: 'string', enum: todoStates } },
          ['text', 'state'],
        ),
      },
    },
    ['todos'],
  ),
  effect: 'read',
  hasLongInput: false,
  subject: () => Promise.resolve({ kind: 'none' }),
  run: (input) => {
    const todos = parseTodos(input);
    const done = todos.filter(({ state }) => state === 'done').length;
    return Promise.resolve(told(`${done} of ${todos.length} done.`));
  },
};

/** @throws ToolRefusal where the input is no such list. */
export function parseTodos(input: JsonObject): readonly Todo[] {
  return objectArray(input, 'todos').map((todo) => {
    const state = todoStates.find((known) => known === stringMember(todo, 'state'));
    if (state === undefined)
      throw new ToolRefusal(`"state" must be one of ${todoStates.join(', ')}.`);
    return { text: requiredString(todo, 'text'), state };
  });
}
