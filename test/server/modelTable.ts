import type { JsonObject } from '../../src/core/json';
import type { Effort, ThinkingType } from '../../src/core/modelInfo';

/** What the server knows of each model: the real figures (API: models), and the rules that it checks. */
export interface WireModel {
  readonly id: string;
  readonly name: string;
  readonly line: string;
  /** RFC 3339. */
  readonly createdAt: string;
  /** RFC 3339; deprecated where it is there. */
  readonly deprecatedAt?: string;
  readonly retiresAt?: string;
  readonly contextTokens: number;
  readonly maxTokens: number;
  /** Prompts below this many tokens are not cached. */
  readonly smallestCache: number;
  readonly effort: readonly Effort[];
  readonly thinking: readonly ThinkingType[];
  /** Thinking cannot be turned off above this effort, which is `high`. */
  readonly limitsEffortWithoutThinking: boolean;
  readonly takesPrefill: boolean;
  /** Thinking blocks are bound to the exact conversation before them. */
  readonly bindsThinking: boolean;
  readonly refusesForcedTools: boolean;
  /** Messages of the role `system` between others. */
  readonly takesSystemMessages: boolean;
}

const upToMax: readonly Effort[] = ['low', 'medium', 'high', 'xhigh', 'max'];
const withoutXhigh: readonly Effort[] = ['low', 'medium', 'high', 'max'];

function model(
  id: string,
  name: string,
  createdAt: string,
  more: Partial<WireModel> = {},
): WireModel {
  return {
    id,
    name,
    line: id.split('-')[1] ?? '',
    createdAt: `${createdAt}T00:00:00Z`,
    contextTokens: 1_000_000,
    maxTokens: 128_000,
    smallestCache: 512,
    effort: upToMax,
    thinking: ['adaptive'],
    limitsEffortWithoutThinking: false,
    takesPrefill: false,
    bindsThinking: false,
    refusesForcedTools: false,
    takesSystemMessages: true,
    ...more,
  };
}

const bound: Partial<WireModel> = { bindsThinking: true, refusesForcedTools: true };

const before5: Partial<WireModel> = {
  thinking: ['adaptive', 'disabled'],
  smallestCache: 1_024,
  takesSystemMessages: false,
};

const before47: Partial<WireModel> = {
  ...before5,
  thinking: ['adaptive', 'enabled', 'disabled'],
  effort: withoutXhigh,
};

const before46: Partial<WireModel> = {
  ...before5,
  thinking: ['enabled', 'disabled'],
  effort: [],
  contextTokens: 200_000,
  maxTokens: 64_000,
  takesPrefill: true,
};

/** Newest first, as the API lists them. */
export const wireModels: readonly WireModel[] = [
  model('claude-fable-5-2', 'Claude Fable 5.2', '2026-11-09', bound),
  model('claude-haiku-5-5', 'Claude Haiku 5.5', '2026-10-07', {
    bindsThinking: true,
    thinking: ['adaptive', 'disabled'],
    limitsEffortWithoutThinking: true,
    takesSystemMessages: false,
  }),
  model('claude-sonnet-5-5', 'Claude Sonnet 5.5', '2026-09-28', {
    ...bound,
    thinking: ['adaptive', 'between_tools'],
    limitsEffortWithoutThinking: true,
  }),
  model('claude-opus-5-5', 'Claude Opus 5.5', '2026-09-25', bound),
  model('claude-fable-5-1', 'Claude Fable 5.1', '2026-09-01', bound),
  model('claude-opus-5', 'Claude Opus 5', '2026-07-14', {
    thinking: ['adaptive', 'disabled'],
    limitsEffortWithoutThinking: true,
  }),
  model('claude-fable-5', 'Claude Fable 5', '2026-06-18'),
  model('claude-sonnet-5', 'Claude Sonnet 5', '2026-06-02', before5),
  model('claude-opus-4-8', 'Claude Opus 4.8', '2026-05-12', {
    ...before5,
    takesSystemMessages: true,
  }),
  model('claude-opus-4-7', 'Claude Opus 4.7', '2026-04-14', { ...before5, smallestCache: 2_048 }),
  model('claude-sonnet-4-6', 'Claude Sonnet 4.6', '2026-02-17', before47),
  model('claude-opus-4-6', 'Claude Opus 4.6', '2026-02-05', { ...before47, smallestCache: 4_096 }),
  model('claude-opus-4-5', 'Claude Opus 4.5', '2025-11-24', {
    ...before46,
    effort: ['low', 'medium', 'high'],
    smallestCache: 4_096,
  }),
  model('claude-haiku-4-5', 'Claude Haiku 4.5', '2025-10-15', {
    ...before46,
    smallestCache: 4_096,
  }),
  model('claude-sonnet-4-5', 'Claude Sonnet 4.5', '2025-09-29', {
    ...before46,
    deprecatedAt: '2026-06-30T00:00:00Z',
    retiresAt: '2026-11-30T00:00:00Z',
  }),
];

/** By its id, with or without the date of its snapshot. */
export function findModel(id: unknown): WireModel | undefined {
  const dateless = String(id).replace(/-20\d{6}$/, '');
  return wireModels.find((known) => known.id === dateless);
}

export type ModelEntry = JsonObject & { readonly id: string };

/** One entry of the list, as the API's version 2026-10-21 has it; small gateways say nothing of capabilities. */
export function modelEntry(known: WireModel, withCapabilities: boolean): ModelEntry {
  const entry = {
    type: 'model',
    id: known.id,
    display_name: known.name,
    created_at: known.createdAt,
  };
  if (!withCapabilities) return { ...entry, capabilities: null };
  return {
    ...entry,
    lifecycle: known.deprecatedAt === undefined ? 'active' : 'deprecated',
    deprecated_at: known.deprecatedAt ?? null,
    retires_at: known.retiresAt ?? null,
    line: known.line,
    max_input_tokens: known.contextTokens,
    max_tokens: known.maxTokens,
    capabilities: {
      batch: yes,
      citations: yes,
      code_execution: yes,
      image_input: yes,
      pdf_input: yes,
      structured_outputs: yes,
      server_tools: { ...yes, web_search: yes, code_execution: yes },
      effort: {
        supported: known.effort.length > 0,
        ...supports(upToMax, known.effort),
        ...(known.effort.includes('xhigh') ? {} : { xhigh: null }),
      },
      thinking: {
        ...yes,
        types: supports(['adaptive', 'between_tools', 'disabled', 'enabled'], known.thinking),
      },
      context_management: {
        ...yes,
        clear_thinking_20251015: yes,
        clear_tool_uses_20250919: yes,
        compact_20260112: { supported: !known.takesPrefill },
      },
    },
  };
}

const yes = { supported: true };

function supports<Name extends string>(
  all: readonly Name[],
  supported: readonly Name[],
): Record<string, { supported: boolean }> {
  return Object.fromEntries(all.map((name) => [name, { supported: supported.includes(name) }]));
}
