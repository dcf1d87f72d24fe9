import type { Effort } from './modelInfo';
import type { TurnLimits } from './turnController';

/** The person's choices that shape a request and what becomes of it when it fails. Read anew for each turn. */
export interface ChatSettings extends TurnLimits {
  /** Undefined: the default for the server is chosen. */
  readonly model: string | undefined;
  /** Undefined: the model's own default. */
  readonly effort: Effort | undefined;
  /** `auto` is the model's default with visible summaries; `off` is ignored by models that cannot. */
  readonly thinking: 'auto' | 'off';
  /** Tokens; undefined: what the model allows, within reason. */
  readonly maxOutputTokens: number | undefined;
}
