import type { Effort } from './modelInfo';

/** The person's choices that shape a request. Read anew for each turn. */
export interface ChatSettings {
  /** Undefined: the default for the server is chosen. */
  readonly model: string | undefined;
  /** Undefined: the model's own default. */
  readonly effort: Effort | undefined;
  /** `auto` is the model's default with visible summaries; `off` is ignored by models that cannot. */
  readonly thinking: 'auto' | 'off';
  /** Tokens; undefined: what the model allows, within reason. */
  readonly maxOutputTokens: number | undefined;
  /** Automatic attempts after the first one, before any output. */
  readonly maxRetries: number;
  /** The longest wait for a `retry-after`, in ms; above it the turn fails and says so. */
  readonly maxRetryAfterMs: number;
}
