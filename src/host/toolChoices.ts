import type { Disposable } from '../core/disposable';
import { Emitter } from '../core/emitter';
import { isJsonObject } from '../core/json';
import { parseToolChoice, type ToolChoice } from '../core/toolChoice';

/** The part of VS Code's Memento that is needed to remember choices. */
export interface ChoiceMemory {
  get(name: string): unknown;
  update(name: string, value: unknown): PromiseLike<void>;
}

const memoryName = 'caudal.toolChoices';
/** The latest are kept: a chat that was not touched since is asked again with the defaults. */
const mostKept = 200;

/** Which tools each conversation uses, kept over a reload of the window and in copies of a conversation. */
export class ToolChoices implements Disposable {
  private readonly changed = new Emitter<string>();
  /** Fires with the id of a conversation whose choice is another. */
  readonly onDidChange = this.changed.event;

  /** By conversation, in order of their last change. */
  private readonly choices: Map<string, ToolChoice>;

  /** @param otherwise What a conversation uses for which nothing was chosen. */
  constructor(
    private readonly memory: ChoiceMemory,
    private readonly otherwise: () => ToolChoice,
  ) {
    this.choices = readMemory(memory.get(memoryName));
  }

  of(conversation: string): ToolChoice {
    return this.choices.get(conversation) ?? this.otherwise();
  }

  set(conversation: string, choice: ToolChoice): void {
    if (JSON.stringify(this.of(conversation)) === JSON.stringify(choice)) return;
    this.choices.delete(conversation);
    this.choices.set(conversation, choice);
    this.keep();
    this.changed.fire(conversation);
  }

  /** Another conversation goes on in the place of this one. */
  carryOver(from: string, to: string): void {
    const choice = this.choices.get(from);
    if (choice !== undefined && !this.choices.has(to)) this.set(to, choice);
  }

  dispose(): void {
    this.changed.dispose();
  }

  private keep(): void {
    void this.memory.update(memoryName, Object.fromEntries([...this.choices].slice(-mostKept)));
  }
}

function readMemory(value: unknown): Map<string, ToolChoice> {
  const choices = new Map<string, ToolChoice>();
  for (const [conversation, kept] of Object.entries(isJsonObject(value) ? value : {})) {
    const choice = parseToolChoice(kept);
    if (choice !== undefined) choices.set(conversation, choice);
  }
  return choices;
}
