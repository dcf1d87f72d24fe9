import assert from 'node:assert/strict';
import type { ContentBlockParam } from '@anthropic-ai/sdk/resources/messages';
import fc from 'fast-check';
import type { BlockStart, BlockState } from '../../src/core/contentBlock';
import { continuationPrompt } from '../../src/core/continuationPrompt';
import { acceptsPrefill } from '../../src/core/modelRules';
import { resumePlan, type ResumePlan } from '../../src/core/resumePlan';
import { SeamJoiner } from '../../src/core/seam';
import { TurnDocument } from '../../src/core/turnDocument';
import { wireModels } from '../server/modelTable';
import { validateRequest } from '../server/requestValidator';
import { signThinking } from '../server/thinkingSignature';
import { ManualClock } from './manualClock';
import { checkProperty, propertyTimeout } from './propertyRuns';

/** One that binds its thinking to no conversation, and one that takes a prefill. */
const models = { later: 'claude-opus-5', earlier: 'claude-opus-4-5-20251101' };

interface Block extends BlockStart {
  readonly more: string;
  readonly state: BlockState;
  readonly attempt: number;
  readonly signature?: string;
}

function text(more: string, state: BlockState = 'closed', attempt = 1): Block {
  return { head: { kind: 'text' }, raw: { type: 'text', text: '' }, more, state, attempt };
}

function thinking(more: string, state: BlockState = 'closed', attempt = 1): Block {
  const raw = { type: 'thinking', thinking: '', signature: '' };
  const signature = signThinking(models.later, null, more);
  return { head: { kind: 'thinking' }, raw, more, state, attempt, signature };
}

function toolUse(id: string, more: string, state: BlockState = 'closed', attempt = 1): Block {
  const raw = { type: 'tool_use', id, name: 'read', input: {} };
  const head = { kind: 'tool_use', toolUseId: id, name: 'read' } as const;
  return { head, raw, more, state, attempt };
}

function serverUse(id: string, state: BlockState = 'closed'): Block {
  const raw = { type: 'server_tool_use', id, name: 'web_search', input: {} };
  const head = { kind: 'server_tool_use', toolUseId: id, name: 'web_search' } as const;
  return { head, raw, more: '{"query":"x"}', state, attempt: 1 };
}

function serverResult(id: string, state: BlockState = 'closed'): Block {
  const type = 'web_search_tool_result';
  const raw = { type, tool_use_id: id, content: [{ encrypted_content: 'Eo8B' }] };
  return {
    head: { kind: 'server_tool_result', toolUseId: id, type },
    raw,
    more: '',
    state,
    attempt: 1,
  };
}

function turnOf(blocks: readonly Block[]): TurnDocument {
  const turn = new TurnDocument({ id: 't', role: 'assistant', createdAt: 0 }, new ManualClock());
  for (const { more, state, attempt, signature, ...start } of blocks) {
    const id = turn.openBlock(attempt, start);
    turn.append(id, more);
    if (signature !== undefined && state !== 'cut') turn.setSignature(id, signature);
    if (state !== 'open') turn.endBlock(id, state);
  }
  return turn;
}

function plan(blocks: readonly Block[], prefill = false): ResumePlan {
  return resumePlan(turnOf(blocks).blocks, { prefill });
}

function kinds(content: readonly ContentBlockParam[]): string[] {
  return content.map(({ type }) => type);
}

describe('resumePlan', () => {
  it('asks again where nothing useful came (T54)', () => {
    assert.deepEqual(plan([]), { kind: 'resend', droppedIds: [] });
    assert.deepEqual(plan([thinking('Hm', 'cut')]), { kind: 'resend', droppedIds: [0] });
    assert.deepEqual(plan([thinking('Hm'), text(' \n', 'cut')]).kind, 'resend');
    assert.deepEqual(plan([thinking('Hm'), toolUse('toolu_1', '{"path":', 'cut')]), {
      kind: 'resend',
      droppedIds: [0, 1],
    });
    assert.deepEqual(plan([serverUse('srvtoolu_1')]).kind, 'resend');
    assert.deepEqual(plan([text('gone', 'dropped')]), { kind: 'resend', droppedIds: [] });
  });

  it('continues cut text by a prefill without white space at its end (T54)', () => {
    const resumed = plan([text('One.\n\n', 'cut')], true);
    assert.deepEqual(resumed, {
      kind: 'prefill',
      assistantContent: [{ type: 'text', text: 'One.' }],
      droppedIds: [],
      kept: 'One.\n\n',
      unsentLength: 2,
    });
  });

  it('continues cut text by a turn of its own on later models (T54)', () => {
    const resumed = plan([thinking('Hm'), text('One. Tw', 'cut')]);
    assert.ok(resumed.kind === 'continue');
    assert.deepEqual(kinds(resumed.assistantContent), ['thinking', 'text']);
    assert.equal(resumed.userText, continuationPrompt('One. Tw'));
    assert.equal(resumed.kept, 'One. Tw');
    assert.equal(resumed.unsentLength, 0);
  });

  it('drops what was cut after the text and cannot be continued (T84)', () => {
    const resumed = plan([text('One.'), toolUse('toolu_1', '{"a', 'cut')]);
    assert.ok(resumed.kind === 'continue');
    assert.deepEqual(resumed.droppedIds, [1]);
    assert.equal(resumed.kept, 'One.');
    const thought = plan([text('One.'), thinking('Hm', 'cut')]);
    assert.ok(thought.kind === 'continue');
    assert.deepEqual(thought.droppedIds, [1]);
  });

  it('never sends half a character (T95)', () => {
    const resumed = plan([text('Done \ud83d', 'cut')]);
    assert.ok(resumed.kind === 'continue');
    assert.deepEqual(resumed.assistantContent, [{ type: 'text', text: 'Done ' }]);
    assert.equal(resumed.unsentLength, 1);
    assert.doesNotMatch(resumed.userText, /\uFFFD|\ud83d/);
  });

  it('runs whole calls, and drops what was cut after them (T87)', () => {
    const resumed = plan([
      thinking('Hm'),
      text('Let me look.'),
      toolUse('toolu_1', '{"path":"a"}'),
      toolUse('toolu_2', '{"path":', 'cut'),
    ]);
    assert.ok(resumed.kind === 'runTools');
    assert.deepEqual(kinds(resumed.assistantContent), ['thinking', 'text', 'tool_use']);
    assert.deepEqual(resumed.assistantContent.at(-1), {
      type: 'tool_use',
      id: 'toolu_1',
      name: 'read',
      input: { path: 'a' },
    });
    assert.deepEqual(resumed.droppedIds, [3]);
    assert.equal(plan([toolUse('toolu_1', ''), text('The', 'cut')]).kind, 'runTools');
  });

  it('never runs a call whose input is not whole (T87)', () => {
    assert.equal(plan([toolUse('toolu_1', '{"path":')]).kind, 'resend');
    assert.equal(plan([toolUse('toolu_1', '[1]')]).kind, 'resend');
  });

  it('keeps a search with its result, and neither without the other', () => {
    const whole = plan([serverUse('srvtoolu_1'), serverResult('srvtoolu_1')]);
    assert.ok(whole.kind === 'continue');
    assert.deepEqual(kinds(whole.assistantContent), ['server_tool_use', 'web_search_tool_result']);
    assert.equal(whole.kept, '');
    const half = plan([text('Let me search.'), serverUse('srvtoolu_1')]);
    assert.ok(half.kind === 'continue');
    assert.deepEqual(kinds(half.assistantContent), ['text']);
    assert.deepEqual(half.droppedIds, [1]);
  });

  it('takes text that was cut and its continuation as one, however often it was cut', () => {
    const resumed = plan([
      text('Done \ud83d', 'cut'),
      text('\ude00 an', 'cut', 2),
      text('\n\n', 'cut', 3),
      text('d more', 'cut', 4),
    ]);
    assert.ok(resumed.kind === 'continue');
    assert.deepEqual(resumed.assistantContent, [{ type: 'text', text: 'Done 😀 an\n\nd more' }]);
    assert.equal(resumed.kept, 'Done 😀 an\n\nd more');
  });

  it('takes a text that citations cut into pieces as one at the seam', () => {
    const turn = turnOf([text('It rained, '), text('as the almanac says'), text(' and th', 'cut')]);
    turn.addCitation(1, { type: 'char_location', cited_text: 'rain' });
    const resumed = resumePlan(turn.blocks, { prefill: false });
    assert.ok(resumed.kind === 'continue');
    assert.equal(resumed.kept, 'It rained, as the almanac says and th');
    assert.deepEqual(
      resumed.assistantContent.map((param) => param.type === 'text' && param.text),
      ['It rained, ', 'as the almanac says', ' and th'],
    );
  });

  it('sends no thinking of a later attempt: it was bound to a turn that is not repeated (T83)', () => {
    const resumed = plan([
      thinking('Hm'),
      text('One', 'cut'),
      thinking('So', 'closed', 2),
      text(' two', 'cut', 2),
    ]);
    assert.ok(resumed.kind === 'continue');
    assert.deepEqual(kinds(resumed.assistantContent), ['thinking', 'text']);
    assert.equal(resumed.kept, 'One two');
    assert.deepEqual(resumed.droppedIds, [2]);
  });

  it('gives requests that the server accepts, and loses no text (T84, T116)', function () {
    this.timeout(propertyTimeout);
    const state = fc.constantFrom<BlockState>('closed', 'closed', 'cut', 'open', 'dropped');
    const words = fc.constantFrom(
      '',
      ' ',
      '\n',
      'One',
      ' two',
      '.\n\n',
      '\ud83d',
      '\ude00',
      '```ts\n',
    );
    const block = fc.tuple(fc.nat(5), state, words, fc.integer({ min: 1, max: 2 }), fc.nat(99));
    return checkProperty(
      fc.property(fc.array(block, { maxLength: 7 }), fc.boolean(), (parts, prefill) => {
        const blocks = parts.map(([kind, state_, said, attempt], i): Block => {
          switch (kind) {
            case 0:
              return thinking(`Hm ${i}`, state_, attempt);
            case 1:
              return toolUse(
                `toolu_${i}`,
                state_ === 'closed' ? '{"a":1}' : '{"a',
                state_,
                attempt,
              );
            case 2:
              return serverUse(`srvtoolu_${i}`, state_);
            case 3:
              return serverResult(`srvtoolu_${i - 1}`, state_);
            default:
              return text(said, state_, attempt);
          }
        });
        const turn = turnOf(blocks);
        const resumed = resumePlan(turn.blocks, { prefill });
        assert.deepEqual(requestRefusal(resumed, prefill), undefined);
        checkNothingLost(turn, resumed);
      }),
      3_000,
    );
  });
});

/** What the server has against the next request; undefined where it accepts it. */
function requestRefusal(resumed: ResumePlan, prefill: boolean): unknown {
  const messages: unknown[] = [{ role: 'user', content: 'Hello' }];
  if (resumed.kind !== 'resend') {
    messages.push({ role: 'assistant', content: resumed.assistantContent });
  }
  if (resumed.kind === 'continue') messages.push({ role: 'user', content: resumed.userText });
  if (resumed.kind === 'runTools') {
    const results = resumed.assistantContent.flatMap((param) =>
      param.type === 'tool_use'
        ? [{ type: 'tool_result', tool_use_id: param.id, content: 'ok' }]
        : [],
    );
    messages.push({ role: 'user', content: results });
  }
  return validateRequest(
    {
      model: prefill ? models.earlier : models.later,
      max_tokens: 1_000,
      messages,
      tools: [{ name: 'read', input_schema: { type: 'object' } }],
    },
    'anthropic',
  );
}

function checkNothingLost(turn: TurnDocument, resumed: ResumePlan): void {
  const dropped = new Set(resumed.droppedIds);
  for (const { id, head, state, text: said } of turn.blocks) {
    // Only text after a call that is to be run may go, and white space that stands for nothing.
    const isText =
      head.kind === 'text' && /\S/.test(said.toString().replace(/[\ud800-\udbff]$/, ''));
    if (state === 'dropped' || (isText && resumed.kind !== 'runTools')) {
      assert.ok(!dropped.has(id));
    }
  }
  if (resumed.kind === 'prefill' || resumed.kind === 'continue') {
    const last = resumed.assistantContent.at(-1);
    const sent = resumed.kept.slice(0, resumed.kept.length - resumed.unsentLength);
    if (last?.type === 'text') assert.ok(sent.length >= last.text.length);
    // The rest of what was not sent is joined again without a mark.
    const unsent = resumed.kept.slice(sent.length);
    const joiner = new SeamJoiner(resumed.kept, { unsentLength: unsent.length });
    if (/^\s*$/.test(unsent)) {
      assert.equal(joiner.push(`${unsent}zzz zz`) + joiner.end(), 'zzz zz');
    }
  }
}

describe('continuationPrompt', () => {
  it('quotes the end, from a word on and in whole characters', () => {
    const prompt = continuationPrompt(`${'word '.repeat(100)}and the en`);
    const quoted = />([^<]*)</.exec(prompt)?.[1] ?? '';
    assert.ok(quoted.startsWith('word ') && quoted.endsWith('and the en'));
    assert.ok(quoted.length <= 200);
    const emoji = continuationPrompt('😀'.repeat(300));
    assert.doesNotMatch(emoji, /\uFFFD|[\uD800-\uDBFF](?![\uDC00-\uDFFF])/);
  });

  it('keeps white space at the end as it is', () => {
    assert.ok(continuationPrompt('One.\n\n').includes('One.\n\n</'));
  });

  it('says where a code block is open, and only there', () => {
    assert.match(continuationPrompt('```ts\nlet a'), /code block: go on inside it/);
    assert.doesNotMatch(continuationPrompt('```ts\nlet a;\n```\nSo'), /go on inside it/);
  });

  it('cannot be ended by what it quotes', () => {
    const prompt = continuationPrompt('a </end_of_response> b');
    assert.match(prompt, /<end_of_response_>a <\/end_of_response> b<\/end_of_response_>/);
  });

  it('says something where no text is there to quote', () => {
    assert.match(continuationPrompt(''), /^Your previous response was interrupted/);
  });
});

describe('acceptsPrefill', () => {
  it('agrees with the API for each of its models', () => {
    for (const { id, takesPrefill } of wireModels)
      assert.equal(acceptsPrefill(id), takesPrefill, id);
  });

  it('reads the ids of other servers', () => {
    for (const id of [
      'claude-2.1',
      'claude-3-opus-20240229',
      'claude-3-5-sonnet-latest',
      'claude-sonnet-4-20250514',
      'claude-sonnet-4@20250514',
      'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
      'anthropic/claude-3.5-sonnet',
      'anthropic/claude-haiku-4.5',
    ]) {
      assert.equal(acceptsPrefill(id), true, id);
    }
    for (const id of [
      'claude-opus-4-6',
      'anthropic/claude-sonnet-4.6',
      'eu.anthropic.claude-opus-5-v1:0',
      'claude-fable-5-1',
      'claude-mythos-preview',
      'claude-opus-10',
      'glm-4.5',
      'qwen3',
      '',
    ]) {
      assert.equal(acceptsPrefill(id), false, id);
    }
  });
});
