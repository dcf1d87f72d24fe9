/** Effort levels of the API, lowest first (`output_config.effort`). */
export const effortLevels = ['low', 'medium', 'high', 'xhigh', 'max'] as const;
export type Effort = (typeof effortLevels)[number];

/** Ways of thinking of the API (`thinking.type`). */
export const thinkingTypes = ['adaptive', 'between_tools', 'enabled', 'disabled'] as const;
export type ThinkingType = (typeof thinkingTypes)[number];

/** What the server says a model can do; servers other than Anthropic's mostly say nothing. */
export interface ModelCapabilities {
  readonly effort: readonly Effort[];
  readonly thinking: readonly ThinkingType[];
  readonly imageInput: boolean;
  readonly pdfInput: boolean;
  /** The API's own tools. */
  readonly webSearch: boolean;
  readonly webFetch: boolean;
}

/** One entry of `GET /v1/models`. */
export interface ModelInfo {
  readonly id: string;
  readonly displayName: string;
  /** `opus`, `sonnet`, …; null where the server does not say. */
  readonly line: string | null;
  readonly lifecycle: 'active' | 'deprecated' | 'retired' | null;
  /** RFC 3339. */
  readonly retiresAt: string | null;
  readonly maxInputTokens: number | null;
  readonly maxOutputTokens: number | null;
  /** Null where the server does not say: then nothing optional is sent to it. */
  readonly capabilities: ModelCapabilities | null;
}
