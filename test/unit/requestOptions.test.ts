import assert from 'node:assert/strict';
import type { ChatSettings } from '../../src/core/chatSettings';
import { defaultModel, groupByLine } from '../../src/core/modelChoice';
import { effortLevels, type ModelCapabilities, type ModelInfo } from '../../src/core/modelInfo';
import { requestOptions } from '../../src/core/requestOptions';
import { systemPrompt } from '../../src/core/systemPrompt';
import { modelInfoFrom } from '../../src/node/wireModel';
import { modelEntry, wireModels } from '../server/modelTable';
import { validateRequest } from '../server/requestValidator';

type Settings = Pick<ChatSettings, 'effort' | 'thinking' | 'maxOutputTokens'>;

const defaults: Settings = { effort: undefined, thinking: 'auto', maxOutputTokens: undefined };

function model(
  capabilities: Partial<ModelCapabilities> | null,
  more: Partial<ModelInfo> = {},
): ModelInfo {
  return {
    id: 'claude-opus-5-5',
    displayName: 'Claude',
    line: null,
    lifecycle: 'active',
    retiresAt: null,
    maxInputTokens: null,
    maxOutputTokens: 128_000,
    capabilities: capabilities && {
      effort: [...effortLevels],
      thinking: ['adaptive'],
      imageInput: true,
      pdfInput: true,
      webSearch: true,
      webFetch: true,
      ...capabilities,
    },
    ...more,
  };
}

function options(info: ModelInfo | undefined, settings: Partial<Settings> = {}) {
  return requestOptions('m', info, { ...defaults, ...settings });
}

describe('requestOptions', () => {
  it('asks for visible thinking, automatic caching and plenty of tokens where the model has them', () => {
    assert.deepEqual(options(model({})), {
      model: 'm',
      max_tokens: 64_000,
      system: systemPrompt,
      thinking: { type: 'adaptive', display: 'summarized' },
      cache_control: { type: 'ephemeral' },
    });
  });

  it('sends nothing optional to a server that does not say what it can do', () => {
    const bare = { model: 'm', system: systemPrompt };
    const chosen: Settings = { effort: 'max', thinking: 'off', maxOutputTokens: undefined };
    assert.deepEqual(options(undefined, chosen), { ...bare, max_tokens: 8_192 });
    assert.deepEqual(options(model(null), chosen), { ...bare, max_tokens: 64_000 });
    assert.deepEqual(options(model(null, { maxOutputTokens: null }), chosen), {
      ...bare,
      max_tokens: 8_192,
    });
  });

  it('takes the number of tokens that the person wants, as far as the model allows', () => {
    assert.equal(options(model({}), { maxOutputTokens: 100_000 }).max_tokens, 100_000);
    assert.equal(options(model({}), { maxOutputTokens: 500_000 }).max_tokens, 128_000);
    assert.equal(options(undefined, { maxOutputTokens: 20_000 }).max_tokens, 20_000);
    assert.equal(options(model({}, { maxOutputTokens: 4_096 })).max_tokens, 4_096);
    assert.equal(options(model({}, { maxOutputTokens: null })).max_tokens, 64_000);
  });

  it('gives a budget only to models that think in no other way', () => {
    const older = model({ thinking: ['enabled', 'disabled'] }, { maxOutputTokens: 64_000 });
    assert.deepEqual(options(older).thinking, { type: 'enabled', budget_tokens: 16_000 });
    assert.deepEqual(options(older, { maxOutputTokens: 4_000 }).thinking, {
      type: 'enabled',
      budget_tokens: 2_000,
    });
    assert.equal(options(older, { maxOutputTokens: 2_000 }).thinking, undefined);
    const both = model({ thinking: ['adaptive', 'enabled', 'disabled'] });
    assert.equal(options(both).thinking?.type, 'adaptive');
  });

  it('turns thinking off as far as the model allows', () => {
    const off = { thinking: 'off' } as const;
    assert.deepEqual(options(model({ thinking: ['adaptive', 'disabled'] }), off).thinking, {
      type: 'disabled',
    });
    assert.deepEqual(options(model({ thinking: ['adaptive', 'between_tools'] }), off).thinking, {
      type: 'between_tools',
    });
    assert.deepEqual(options(model({ thinking: ['adaptive'] }), off).thinking, {
      type: 'adaptive',
      display: 'summarized',
    });
    assert.equal(options(model({ thinking: ['enabled'] }), off).thinking, undefined);
    assert.equal(options(model({ thinking: [] }), off).thinking, undefined);
  });

  it('sends the effort that the model has, and none above high without thinking', () => {
    assert.deepEqual(options(model({}), { effort: 'xhigh' }).output_config, { effort: 'xhigh' });
    assert.equal(options(model({ effort: ['low'] }), { effort: 'xhigh' }).output_config, undefined);
    assert.equal(options(model({})).output_config, undefined);
    const info = model({ thinking: ['adaptive', 'disabled'] });
    const off = options(info, { effort: 'max', thinking: 'off' });
    assert.deepEqual(off.output_config, { effort: 'high' });
  });

  it('is accepted by the API for every model and every choice', () => {
    for (const wire of wireModels) {
      const info = modelInfoFrom(modelEntry(wire, true));
      for (const thinking of ['auto', 'off'] as const) {
        for (const effort of [undefined, ...effortLevels]) {
          for (const maxOutputTokens of [undefined, 1, 1_500, 1_000_000]) {
            const body = {
              ...requestOptions(wire.id, info, { effort, thinking, maxOutputTokens }),
              stream: true,
              messages: [{ role: 'user', content: 'x' }],
            };
            const refusal = validateRequest(body, 'anthropic');
            assert.equal(refusal, undefined, `${wire.id} ${JSON.stringify(body)}`);
          }
        }
      }
    }
  });

  it('is accepted by a small gateway', () => {
    const body = { ...options(undefined), messages: [{ role: 'user', content: 'x' }] };
    assert.equal(validateRequest(body, 'minimal'), undefined);
  });
});

describe('modelChoice', () => {
  function listed(...ids: string[]): ModelInfo[] {
    return ids.map((id) => model(null, { id }));
  }

  it('takes the preferred model where there is one', () => {
    const models = listed('claude-sonnet-9', 'claude-opus-5-5', 'claude-haiku-5-5');
    assert.equal(defaultModel(models)?.id, 'claude-opus-5-5');
  });

  it('else the newest of the best line, and none that is about to go', () => {
    assert.equal(
      defaultModel(listed('claude-haiku-9', 'claude-sonnet-9', 'claude-opus-8', 'claude-opus-7'))
        ?.id,
      'claude-opus-8',
    );
    assert.equal(defaultModel(listed('claude-haiku-9', 'claude-sonnet-9'))?.id, 'claude-sonnet-9');
    const leaving = model(null, { id: 'claude-opus-8', lifecycle: 'deprecated' });
    assert.equal(defaultModel([leaving, ...listed('claude-opus-7')])?.id, 'claude-opus-7');
    assert.equal(defaultModel([leaving])?.id, 'claude-opus-8');
  });

  it('takes the first one listed by any other server', () => {
    assert.equal(defaultModel(listed('qwen3', 'llama4'))?.id, 'qwen3');
    assert.equal(defaultModel([]), undefined);
  });

  it('groups by line, and by id where the line is not said', () => {
    const models = listed(
      'x/claude-opus-5',
      'qwen3',
      'claude-3-5-sonnet-20241022',
      'claude-opus-4-8',
    );
    assert.deepEqual(
      groupByLine(models).map(({ line, models: members }) => [line, members.map(({ id }) => id)]),
      [
        ['opus', ['x/claude-opus-5', 'claude-opus-4-8']],
        ['sonnet', ['claude-3-5-sonnet-20241022']],
        [null, ['qwen3']],
      ],
    );
  });
});
