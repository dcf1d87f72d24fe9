import type { JsonObject } from './json';

/**
 * What a tool can do to the world: the mode and the rules decide by it. `read` changes nothing, `edit` changes files,
 * `execute` starts programs, `network` asks other machines, `ask` only asks the person.
 */
export type ToolEffect = 'read' | 'edit' | 'execute' | 'network' | 'ask';

/** What one call is about, as the person is asked about it and as rules match it. */
export type ToolSubject =
  | { readonly kind: 'none' }
  | { readonly kind: 'paths'; readonly paths: readonly ToolPath[] }
  /** `cwd` as in {@link ToolPath.path}. */
  | { readonly kind: 'command'; readonly command: string; readonly cwd: string }
  | { readonly kind: 'url'; readonly url: string };

/** A file or folder that a call touches. */
export interface ToolPath {
  /** Relative to the workspace with `/`, absolute outside it; links are resolved. */
  readonly path: string;
  readonly inWorkspace: boolean;
  /** Whether its name says that it holds keys or passwords (`.env`, `id_rsa`, …). */
  readonly isSecret: boolean;
}

/** A part of what a call gives back. */
export type ToolContent =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'image'; readonly mediaType: string; readonly data: Uint8Array }
  | { readonly kind: 'pdf'; readonly name: string; readonly data: Uint8Array };

/** What a call came to. `isError` says that it did not do what was asked; the model reads why in the content. */
export interface ToolOutcome {
  readonly content: readonly ToolContent[];
  readonly isError: boolean;
  /** Of a command that ended by itself. */
  readonly exitCode?: number;
}

/** What a call would make of a file. */
export interface ProposedChange {
  /** As in {@link ToolPath.path}. */
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

/** What the person made of a proposed change before accepting it. */
export interface ReviewedChange {
  /** What the file was when they looked at it. */
  readonly before: string;
  readonly after: string;
}

/** What a call may use while it runs. */
export interface ToolCall {
  readonly id: string;
  /** Aborted by Stop: whatever was started must have ended when the call settles. */
  readonly signal: AbortSignal;
  /** Output for the person while the call runs, ANSI colours included; it is not what the model reads. */
  readonly show: (text: string) => void;
  /** Of a call with a preview: this is what is done, whatever the input says. */
  readonly reviewed?: ReviewedChange;
}

/** Something the model may ask for. */
export interface Tool {
  /** `^[a-zA-Z0-9_-]{1,64}$`. */
  readonly name: string;
  /** For the model. */
  readonly description: string;
  /** JSON Schema of the input: type `object`. Checked before `subject` and `run` are called. */
  readonly inputSchema: JsonObject;
  readonly effect: ToolEffect;
  /** Whether the input is long enough to be streamed as it is written (`eager_input_streaming`). */
  readonly hasLongInput: boolean;
  /**
   * What the call is about.
   *
   * @throws ToolRefusal where the input makes no sense or asks for what is never allowed.
   */
  subject(input: JsonObject): Promise<ToolSubject>;
  /**
   * What the call would make of a file, for the person to look at and to change.
   *
   * @throws ToolRefusal where it could not be done.
   */
  readonly preview?: (input: JsonObject) => Promise<ProposedChange>;
  /**
   * Does it. Called once per call, after approval.
   *
   * @throws ToolRefusal for what the model should hear; anything else that is thrown is a bug and told as such.
   */
  run(input: JsonObject, call: ToolCall): Promise<ToolOutcome>;
}

/** A call that is not done, with the reason for the model. */
export class ToolRefusal extends Error {
  override readonly name = 'ToolRefusal';

  /** By name: the tools' bundle has its own copy of the class. */
  static is(error: unknown): error is ToolRefusal {
    return error instanceof Error && error.name === 'ToolRefusal';
  }
}
