/** What the server knows of each model: the real figures (API: models), and the rules that it checks. */
export interface WireModel {
  readonly id: string;
  readonly name: string;
  readonly line: string;
  readonly lifecycle: 'active' | 'deprecated';
  readonly contextTokens: number;
  readonly maxTokens: number;
  readonly effort: readonly string[];
  readonly thinking: readonly string[];
  readonly takesPrefill: boolean;
  /** Thinking blocks are bound to the exact conversation before them. */
  readonly bindsThinking: boolean;
  readonly refusesForcedTools: boolean;
}

const all = ['low', 'medium', 'high', 'xhigh', 'max'];

function current(id: string, name: string, line: string, more: Partial<WireModel> = {}): WireModel {
  return {
    id,
    name,
    line,
    lifecycle: 'active',
    contextTokens: 1_000_000,
    maxTokens: 128_000,
    effort: all,
    thinking: ['adaptive'],
    takesPrefill: false,
    bindsThinking: true,
    refusesForcedTools: true,
    ...more,
  };
}

const older = {
  takesPrefill: true,
  bindsThinking: false,
  refusesForcedTools: false,
  contextTokens: 200_000,
  maxTokens: 64_000,
  thinking: ['enabled', 'disabled'],
};

export const wireModels: readonly WireModel[] = [
  current('claude-fable-5-2', 'Claude Fable 5.2', 'fable'),
  current('claude-haiku-5-5', 'Claude Haiku 5.5', 'haiku', {
    thinking: ['adaptive', 'disabled'],
    refusesForcedTools: false,
  }),
  current('claude-sonnet-5-5', 'Claude Sonnet 5.5', 'sonnet', {
    thinking: ['adaptive', 'between_tools'],
    effort: all,
  }),
  current('claude-opus-5-5', 'Claude Opus 5.5', 'opus'),
  current('claude-opus-5', 'Claude Opus 5', 'opus', {
    thinking: ['adaptive', 'disabled'],
    bindsThinking: false,
    refusesForcedTools: false,
  }),
  current('claude-sonnet-4-6', 'Claude Sonnet 4.6', 'sonnet', {
    thinking: ['adaptive', 'enabled', 'disabled'],
    bindsThinking: false,
    refusesForcedTools: false,
    effort: ['low', 'medium', 'high', 'max'],
  }),
  current('claude-haiku-4-5', 'Claude Haiku 4.5', 'haiku', { ...older, effort: [] }),
  current('claude-opus-4-5', 'Claude Opus 4.5', 'opus', {
    ...older,
    effort: ['low', 'medium', 'high'],
  }),
  current('claude-sonnet-4-5', 'Claude Sonnet 4.5', 'sonnet', {
    ...older,
    effort: [],
    lifecycle: 'deprecated',
  }),
];

export function modelEntry(model: WireModel, withCapabilities: boolean): unknown {
  const supported = (names: readonly string[], known: readonly string[]): Record<string, unknown> =>
    Object.fromEntries(known.map((name) => [name, { supported: names.includes(name) }]));
  return {
    type: 'model',
    id: model.id,
    display_name: model.name,
    created_at: '2026-09-01T00:00:00Z',
    ...(withCapabilities
      ? {
          lifecycle: model.lifecycle,
          deprecated_at: model.lifecycle === 'deprecated' ? '2026-06-30T00:00:00Z' : null,
          retires_at: model.lifecycle === 'deprecated' ? '2026-11-30T00:00:00Z' : null,
          line: model.line,
          max_input_tokens: model.contextTokens,
          max_tokens: model.maxTokens,
          capabilities: {
            image_input: { supported: true },
            pdf_input: { supported: true },
            effort: { supported: model.effort.length > 0, ...supported(model.effort, all) },
            thinking: {
              supported: true,
              types: supported(model.thinking, [
                'adaptive',
                'between_tools',
                'disabled',
                'enabled',
              ]),
            },
          },
        }
      : { capabilities: null }),
  };
}
