import type { AskReason, ToolMode } from '../core/approvalPolicy';
import type { ToolFate } from '../core/contentBlock';
import type { ToolEffect } from '../core/tool';
import type { ChangedFileSummary } from './changedFile';

/** Every word about tools. `{0}` stands for a value. */
export interface ToolStrings {
  /** What the tools of our own and of the API are called on screen, by their names; others keep theirs. */
  readonly names: Readonly<Record<string, string>>;
  /** While the call is written, while it waits for others, and while it runs. */
  readonly writing: string;
  readonly waiting: string;
  readonly running: string;
  readonly fates: Readonly<Record<ToolFate, string>>;
  /** Ends a call that runs. */
  readonly stop: string;
  /** `{0}`: a number. */
  readonly exitCode: string;
  /** How a step of the to-do list stands. */
  readonly todoStates: Readonly<Record<'pending' | 'in_progress' | 'done', string>>;
  readonly input: string;
  readonly output: string;
  /** What the model reads, where the person has seen something else. */
  readonly result: string;
  readonly image: string;
  /** What is asked, by what the tool does. `{0}`: its name. */
  readonly ask: Readonly<Record<ToolEffect, string>>;
  /** Why it is asked, where that is not plain. */
  readonly reasons: Readonly<Partial<Record<AskReason, string>>>;
  readonly allow: string;
  readonly deny: string;
  /** Looks at a change before it is made. */
  readonly review: string;
  readonly allowInConversation: string;
  readonly allowInWorkspace: string;
  readonly neverInWorkspace: string;
  /** What the longer answers hold for. `{0}`: rules. */
  readonly grants: string;
  readonly shortcuts: string;
  /** `{0}`: a number of messages; an amount. */
  readonly limitMessages: string;
  readonly limitCost: string;
  readonly goOn: string;
  /** Back to before a prompt. */
  readonly restore: string;
  /** The list of changed files. `{0}`: how many. */
  readonly changedFile: string;
  readonly changedFiles: string;
  readonly reviewAll: string;
  /** `{0}`: a path. */
  readonly undoChanges: string;
  /** Lines, for who cannot see the signs. `{0}` added, `{1}` taken away. */
  readonly changedLines: string;
  readonly changeKinds: Readonly<Record<ChangedFileSummary['kind'], string>>;
  /** Leads to the choice of tools. */
  readonly choose: string;
  readonly mode: string;
  readonly modes: Readonly<Record<ToolMode, string>>;
  readonly modeHints: Readonly<Record<ToolMode, string>>;
}
