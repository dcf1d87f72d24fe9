import assert from 'node:assert/strict';
import fc from 'fast-check';
import Anthropic from '@anthropic-ai/sdk';
import { png } from '../fixtures/images';
import { MessagesServer } from '../server/messagesServer';
import { wireModels } from '../server/modelTable';
import { thinkingAnswer, type Scenario, type ScriptedBlock } from '../server/scenario';
import { ask, usualHeaders } from '../server/wireClient';
import { wellFormedText } from './eventStreams';
import { checkProperty, propertyTimeout } from './propertyRuns';

const tinyPng = Buffer.from(png(1, 1)).toString('base64');

type Json = Record<string, unknown>;
type Message = Anthropic.MessageParam;

const base = { model: 'claude-opus-5-5', max_tokens: 4_096 };
const older = { ...base, model: 'claude-sonnet-4-5' };

function user(...content: (string | Json)[]): Json {
  return {
    role: 'user',
    content: content.map((part) =>
      typeof part === 'string' ? { type: 'text', text: part } : part,
    ),
  };
}

function assistant(...content: (string | Json)[]): Json {
  return { ...user(...content), role: 'assistant' };
}

function call(id: string, more: Json = {}): Json {
  return { type: 'tool_use', id, name: 'read', input: {}, ...more };
}

function result(id: string, more: Json = {}): Json {
  return { type: 'tool_result', tool_use_id: id, content: 'x', ...more };
}

function tool(more: Json = {}): Json {
  return { name: 'read', input_schema: { type: 'object' }, ...more };
}

function marked(text: string, ttl: '5m' | '1h' = '5m'): Json {
  return { type: 'text', text, cache_control: { type: 'ephemeral', ttl } };
}

const hello = [user('Hello')];

/** What the server refuses, and the words in which it does. */
const refused: readonly (readonly [string, Json | string, RegExp])[] = [
  ['a body that is no JSON', '{"model":', /^400 .*The request body is not valid JSON/],
  ['a body that is no object', '[]', /^400 /],
  [
    'half a surrogate pair (T95)',
    { ...base, messages: [user('a\ud83d')] },
    /not valid JSON: no low surrogate in string: line 1 column \d+ \(char \d+\)/,
  ],
  ['temperature', { ...base, messages: hello, temperature: 1 }, /^400 .*temperature: Extra inputs/],
  ['top_p', { ...base, messages: hello, top_p: 0.9 }, /top_p: Extra inputs are not permitted/],
  ['top_k', { ...base, messages: hello, top_k: 5 }, /top_k: Extra inputs are not permitted/],
  ['any unknown field', { ...base, messages: hello, best_of: 2 }, /best_of: Extra inputs/],
  [
    'a field of a beta without the beta',
    { ...base, messages: hello, context_management: { edits: [] } },
    /context_management: Extra inputs/,
  ],
  ['no model', { max_tokens: 1, messages: hello }, /model: Field required/],
  [
    'an unknown model',
    { ...base, model: 'claude-9', messages: hello },
    /^404 not_found_error: model: claude-9$/,
  ],
  ['no max_tokens', { model: base.model, messages: hello }, /max_tokens: Field required/],
  ['half a token', { ...base, max_tokens: 1.5, messages: hello }, /max_tokens: Input should be/],
  [
    'nothing to stream',
    { ...base, max_tokens: 0, stream: true, messages: hello },
    /max_tokens: Input should be greater/,
  ],
  [
    'more tokens than the model has',
    { ...base, max_tokens: 128_001, messages: hello },
    /max_tokens: 128001 > 128000, which is the maximum allowed number of output tokens for claude-opus-5-5/,
  ],
  ['no messages', base, /messages: Field required/],
  ['an empty list of messages', { ...base, messages: [] }, /at least one message is required/],
  [
    'a first message of the assistant',
    { ...base, messages: [assistant('x'), user('y')] },
    /first message must use the "user" role/,
  ],
  [
    'an unknown role',
    { ...base, messages: [user('x'), { role: 'bot', content: 'y' }] },
    /messages\.1\.role: Input should be/,
  ],
  ['no content', { ...base, messages: [{ role: 'user' }] }, /messages\.0\.content: Field required/],
  [
    'empty content',
    { ...base, messages: [{ role: 'user', content: '' }] },
    /messages\.0: all messages must have non-empty content/,
  ],
  [
    'an empty list of blocks',
    { ...base, messages: [user()] },
    /messages\.0: all messages must have non-empty content/,
  ],
  [
    'an unknown member of a message',
    { ...base, messages: [{ ...user('x'), id: 7 }] },
    /messages\.0\.id: Extra inputs/,
  ],
  [
    'an unknown member of a block',
    { ...base, messages: [user({ type: 'text', text: 'x', n: 1 })] },
    /messages\.0\.content\.0\.text\.n: Extra inputs/,
  ],
  [
    'a block without a type',
    { ...base, messages: [user({ text: 'x' })] },
    /messages\.0\.content\.0: Input tag/,
  ],
  [
    'an unknown block from a person',
    { ...base, messages: [user({ type: 'smell' })] },
    /Input tag 'smell' found using 'type'/,
  ],
  [
    'empty text (T84)',
    { ...base, messages: [user('')] },
    /messages: text content blocks must be non-empty/,
  ],
  [
    'blank text (T85)',
    { ...base, messages: [user(' \n')] },
    /text content blocks must contain non-whitespace text/,
  ],
  [
    'blank text of the assistant',
    { ...base, messages: [user('x'), assistant('\n'), user('y')] },
    /non-whitespace/,
  ],
  [
    'empty text with a mark for the cache (T84)',
    { ...base, messages: [user(marked(''))] },
    /cache_control cannot be set for empty text blocks/,
  ],
  [
    'an empty system block',
    { ...base, system: [{ type: 'text', text: '' }], messages: hello },
    /system: text content blocks must be non-empty/,
  ],
  [
    'citations from a person',
    { ...base, messages: [user({ type: 'text', text: 'x', citations: [{}] })] },
    /citations are not permitted in user messages/,
  ],
  [
    'a document from the assistant',
    { ...base, messages: [user('x'), assistant({ type: 'document' }, 'y'), user('z')] },
    /`document` blocks are not permitted within `assistant` turns/,
  ],
  [
    'an assistant message at the end',
    { ...base, messages: [...hello, assistant('And')] },
    /does not support assistant message prefill/,
  ],
  [
    'a prefill that ends with a space',
    { ...older, messages: [...hello, assistant('And ')] },
    /cannot end with trailing whitespace/,
  ],
  [
    'a prefill together with thinking',
    {
      ...older,
      thinking: { type: 'enabled', budget_tokens: 1_024 },
      messages: [...hello, assistant('And')],
    },
    /Expected `thinking` or `redacted_thinking`/,
  ],
  [
    'a system message where the model takes none',
    { ...base, model: 'claude-sonnet-5', messages: [...hello, { role: 'system', content: 'x' }] },
    /role 'system' is not supported/,
  ],
  [
    'a system message after the assistant',
    { ...base, messages: [...hello, assistant('x'), { role: 'system', content: 'x' }] },
    /a system message must follow a user message/,
  ],
  [
    'a prompt longer than the context',
    { ...older, messages: [user('word '.repeat(200_000))] },
    /prompt is too long: \d+ tokens > 200000 maximum/,
  ],

  [
    'a call without a result',
    { ...base, messages: [...hello, assistant(call('t1')), user('and?')] },
    /messages\.1: `tool_use` ids were found without `tool_result` blocks immediately after: t1\. Each/,
  ],
  [
    'a call without anything after it',
    { ...older, messages: [...hello, assistant('x', call('t1'))] },
    /without `tool_result` blocks immediately after: t1/,
  ],
  [
    'one of two results',
    { ...base, messages: [...hello, assistant(call('t1'), call('t2')), user(result('t1'))] },
    /immediately after: t2/,
  ],
  [
    'a late result',
    {
      ...base,
      messages: [...hello, assistant(call('t1')), user('x'), assistant('y'), user(result('t1'))],
    },
    /immediately after: t1/,
  ],
  [
    'a result without a call',
    { ...base, messages: [user(result('t1'))] },
    /messages\.0\.content\.0: unexpected `tool_use_id` found in `tool_result` blocks: t1/,
  ],
  [
    'two results of one call',
    { ...base, messages: [...hello, assistant(call('t1')), user(result('t1'), result('t1'))] },
    /each tool_use must have a single result\. Found multiple `tool_result` blocks with id: t1/,
  ],
  [
    'a result after text',
    { ...base, messages: [...hello, assistant(call('t1')), user('here:', result('t1'))] },
    /messages\.2\.content\.1: `tool_result` blocks must come first/,
  ],
  [
    'a result after text in the message before',
    { ...base, messages: [...hello, assistant(call('t1')), user('here:'), user(result('t1'))] },
    /messages\.3\.content\.0: `tool_result` blocks must come first/,
  ],
  [
    'two calls of one id',
    { ...base, messages: [...hello, assistant(call('t1'), call('t1')), user(result('t1'))] },
    /`tool_use` ids must be unique/,
  ],
  [
    'a call from a person',
    { ...base, messages: [user(call('t1'))] },
    /`tool_use` blocks can only be in `assistant` messages/,
  ],
  [
    'a result from the assistant',
    { ...base, messages: [...hello, assistant(result('t1')), user('x')] },
    /`tool_result` blocks can only be in `user` messages/,
  ],
  [
    'a call whose input is no object',
    { ...base, messages: [...hello, assistant(call('t1', { input: '{}' })), user(result('t1'))] },
    /tool_use\.input: Input should be a valid dictionary/,
  ],
  [
    'a call without a name',
    {
      ...base,
      messages: [
        ...hello,
        assistant({ type: 'tool_use', id: 't1', input: {} }),
        user(result('t1')),
      ],
    },
    /tool_use\.name: Field required/,
  ],
  [
    'blank text in a result',
    {
      ...base,
      messages: [
        ...hello,
        assistant(call('t1')),
        user(result('t1', { content: [{ type: 'text', text: ' ' }] })),
      ],
    },
    /non-whitespace/,
  ],
  [
    'a server’s call without its result',
    {
      ...base,
      messages: [
        ...hello,
        assistant(call('s1', { type: 'server_tool_use', name: 'web_search' }), 'x'),
        user('y'),
      ],
    },
    /`web_search` tool use with id `s1` was found without a corresponding `web_search_tool_result` block/,
  ],
  [
    'a server’s result without its call',
    {
      ...base,
      messages: [
        ...hello,
        assistant({ type: 'web_search_tool_result', tool_use_id: 's1', content: [] }, 'x'),
        user('y'),
      ],
    },
    /unexpected `tool_use_id` found in `web_search_tool_result` blocks: s1/,
  ],

  [
    'a tool without a schema',
    { ...base, tools: [{ name: 'f' }], messages: hello },
    /tools\.0\.custom\.input_schema: Field required/,
  ],
  [
    'a tool with a wrong schema',
    { ...base, tools: [tool({ input_schema: { type: 'array' } })], messages: hello },
    /input_schema\.type: Input should be 'object'/,
  ],
  [
    'a tool with a wrong name',
    { ...base, tools: [tool({ name: 'a b' })], messages: hello },
    /tools\.0\.custom\.name: String should match pattern/,
  ],
  [
    'two tools of one name',
    { ...base, tools: [tool(), tool()], messages: hello },
    /Tool names must be unique/,
  ],
  [
    'a choice without tools',
    { ...base, tool_choice: { type: 'auto' }, messages: hello },
    /may only be specified while providing `tools`/,
  ],
  [
    'a choice of a tool that is not there',
    { ...older, tools: [tool()], tool_choice: { type: 'tool', name: 'g' }, messages: hello },
    /Tool 'g' not found in provided tools/,
  ],
  [
    'a forced tool on models that refuse it',
    { ...base, tools: [tool()], tool_choice: { type: 'any' }, messages: hello },
    /tool_choice: type "tool" and "any" are not supported for this model\./,
  ],
  [
    'a forced tool with manual thinking',
    {
      ...older,
      tools: [tool()],
      tool_choice: { type: 'any' },
      thinking: { type: 'enabled', budget_tokens: 1_024 },
      messages: hello,
    },
    /Thinking may not be enabled when tool_choice forces tool use/,
  ],

  [
    'thinking with a budget on new models',
    { ...base, thinking: { type: 'enabled', budget_tokens: 1_024 }, messages: hello },
    /"thinking\.type\.enabled" is not supported for this model\. Use "thinking\.type\.adaptive"/,
  ],
  [
    'no thinking where it is always on',
    { ...base, thinking: { type: 'disabled' }, messages: hello },
    /"thinking\.type\.disabled" is not supported/,
  ],
  [
    'adaptive thinking on old models',
    { ...older, thinking: { type: 'adaptive' }, messages: hello },
    /adaptive thinking is not supported on this model/,
  ],
  [
    'thinking between tools elsewhere',
    { ...base, thinking: { type: 'between_tools' }, messages: hello },
    /"thinking\.type\.between_tools" is not supported/,
  ],
  [
    'an unknown way of thinking',
    { ...base, thinking: { type: 'deep' }, messages: hello },
    /thinking: Input tag 'deep' found using 'type'/,
  ],
  [
    'a budget where none belongs',
    { ...base, thinking: { type: 'adaptive', budget_tokens: 9 }, messages: hello },
    /thinking\.adaptive\.budget_tokens: Extra inputs/,
  ],
  [
    'no budget',
    { ...older, thinking: { type: 'enabled' }, messages: hello },
    /thinking\.enabled\.budget_tokens: Field required/,
  ],
  [
    'a small budget',
    { ...older, thinking: { type: 'enabled', budget_tokens: 1_023 }, messages: hello },
    /budget_tokens: Input should be greater than or equal to 1024/,
  ],
  [
    'a budget as large as the answer',
    { ...older, thinking: { type: 'enabled', budget_tokens: 4_096 }, messages: hello },
    /`max_tokens` must be greater than `thinking\.budget_tokens`/,
  ],
  [
    'an unknown display',
    { ...base, thinking: { type: 'adaptive', display: 'updates' }, messages: hello },
    /thinking\.adaptive\.display: Input should be 'summarized' or 'omitted'/,
  ],
  [
    'what becomes of bound thinking, without the beta',
    {
      ...base,
      thinking: { type: 'adaptive', block_binding: { prefix_mismatch_behavior: 'drop_block' } },
      messages: hello,
    },
    /thinking\.adaptive\.block_binding: Extra inputs/,
  ],
  [
    'an unknown effort',
    { ...base, output_config: { effort: 'huge' }, messages: hello },
    /output_config\.effort: Input should be 'low'/,
  ],
  [
    'effort on models without',
    { ...older, output_config: { effort: 'low' }, messages: hello },
    /This model does not support the effort parameter\./,
  ],
  [
    'effort that the model does not have',
    { ...base, model: 'claude-opus-4-6', output_config: { effort: 'xhigh' }, messages: hello },
    /output_config\.effort: "xhigh" is not supported for this model/,
  ],
  [
    'much effort without thinking',
    {
      ...base,
      model: 'claude-haiku-5-5',
      thinking: { type: 'disabled' },
      output_config: { effort: 'max' },
      messages: hello,
    },
    /"thinking\.type\.disabled" cannot be combined with effort "max"/,
  ],
  [
    'an unknown output option',
    { ...base, output_config: { tone: 'kind' }, messages: hello },
    /output_config\.tone: Extra inputs/,
  ],

  [
    'five marks for the cache',
    {
      ...base,
      cache_control: { type: 'ephemeral' },
      system: [marked('a'), marked('b')],
      messages: [user(marked('c'), marked('d'))],
    },
    /A maximum of 4 blocks with cache_control may be provided\. Found 5\./,
  ],
  [
    'an unknown mark',
    { ...base, cache_control: { type: 'forever' }, messages: hello },
    /cache_control\.type: Input should be 'ephemeral'/,
  ],
  [
    'a long mark after a short one',
    { ...base, system: [marked('a')], messages: [user(marked('b', '1h'))] },
    /a ttl='1h' cache_control block must not come after a ttl='5m'/,
  ],
  [
    'a blank stop sequence',
    { ...base, stop_sequences: [' '], messages: hello },
    /stop_sequences: each stop sequence must contain non-whitespace/,
  ],
  [
    'more metadata than a user',
    { ...base, metadata: { name: 'x' }, messages: hello },
    /metadata\.name: Extra inputs/,
  ],
];

const accepted: readonly (readonly [string, Json])[] = [
  [
    'everything at once',
    {
      ...base,
      stream: false,
      system: [marked('a', '1h'), { type: 'text', text: 'b' }],
      thinking: { type: 'adaptive', display: 'omitted' },
      output_config: { effort: 'xhigh', format: { type: 'json_schema', schema: {} } },
      cache_control: { type: 'ephemeral' },
      metadata: { user_id: 'u' },
      stop_sequences: ['END'],
      service_tier: 'auto',
      speed: 'fast',
      tools: [
        tool({ strict: true, eager_input_streaming: true, description: 'x' }),
        { type: 'web_search_20260318', name: 'web_search' },
      ],
      tool_choice: { type: 'auto', disable_parallel_tool_use: true },
      messages: hello,
    },
  ],
  ['system as a string', { ...base, system: 'Be brief.', messages: hello }],
  ['content as a string', { ...base, messages: [{ role: 'user', content: 'Hello' }] }],
  [
    'neighbours of one role',
    { ...base, messages: [user('a'), user('b'), assistant('c'), assistant('d'), user('e')] },
  ],
  [
    'results over several messages',
    {
      ...base,
      messages: [
        ...hello,
        assistant(call('t1'), call('t2')),
        user(result('t1')),
        user(result('t2'), 'so?'),
      ],
    },
  ],
  [
    'a result with an error and no content',
    {
      ...base,
      messages: [
        ...hello,
        assistant(call('t1')),
        user({ type: 'tool_result', tool_use_id: 't1', is_error: true }),
      ],
    },
  ],
  [
    'images and documents from a person',
    {
      ...base,
      messages: [
        user(
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: tinyPng } },
          { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'x' } },
          'See?',
        ),
      ],
    },
  ],
  [
    'a server’s call with its result',
    {
      ...base,
      messages: [
        ...hello,
        assistant(
          call('s1', { type: 'server_tool_use' }),
          { type: 'web_search_tool_result', tool_use_id: 's1', content: [] },
          'x',
        ),
        user('y'),
      ],
    },
  ],
  [
    'a server’s call that goes on',
    { ...base, messages: [...hello, assistant('x', call('s1', { type: 'server_tool_use' }))] },
  ],
  [
    'blocks of a later version, from the assistant',
    { ...base, messages: [...hello, assistant({ type: 'hologram', beams: [1] }, 'x'), user('y')] },
  ],
  ['a prefill on old models', { ...older, messages: [...hello, assistant('And')] }],
  [
    'a system message in the middle',
    {
      ...base,
      messages: [...hello, { role: 'system', content: 'Be kind.' }, assistant('x'), user('y')],
    },
  ],
  [
    'thinking between tools',
    {
      ...base,
      model: 'claude-sonnet-5-5',
      thinking: { type: 'between_tools' },
      output_config: { effort: 'high' },
      messages: hello,
    },
  ],
  [
    'no thinking where it may be off',
    { ...base, model: 'claude-opus-5', thinking: { type: 'disabled' }, messages: hello },
  ],
  [
    'a budget on old models',
    { ...older, thinking: { type: 'enabled', budget_tokens: 1_024 }, messages: hello },
  ],
  [
    'a forced tool',
    { ...older, tools: [tool()], tool_choice: { type: 'tool', name: 'read' }, messages: hello },
  ],
  ['a dated id', { ...base, model: 'claude-haiku-4-5-20251001', messages: hello }],
  ['nothing to say, to warm the cache', { ...base, max_tokens: 0, messages: hello }],
  ['literal escapes', { ...base, messages: [user('\\ud83d \\\\ud83d 😀')] }],
];

describe('MessagesServer, checking requests', function () {
  this.timeout(20_000);

  let server: MessagesServer;

  before(async () => {
    server = await MessagesServer.start();
  });

  after(() => server.close());

  async function answerTo(body: unknown, headers: Record<string, string> = {}): Promise<string> {
    const { status, text } = await ask(`${server.url}/v1/messages`, body, {
      ...usualHeaders,
      ...headers,
    });
    const { error } = JSON.parse(text) as { error?: { type: string; message: string } };
    return error === undefined ? String(status) : `${status} ${error.type}: ${error.message}`;
  }

  describe('refuses', () => {
    for (const [name, body, expected] of refused) {
      it(name, async () => assert.match(await answerTo(body), expected));
    }

    it('with an id that is in the headers too', async () => {
      const { headers, text } = await ask(`${server.url}/v1/messages`, { ...base, messages: [] });
      const { request_id } = JSON.parse(text) as { request_id: string };
      assert.equal(request_id, headers['request-id']);
    });

    it('a body of more than 32 MB', async () => {
      const { status, text } = await ask(
        `${server.url}/v1/messages`,
        `"${'x'.repeat(32 * 1024 * 1024)}"`,
      );
      assert.equal(status, 413);
      assert.match(text, /request_too_large/);
    });
  });

  describe('takes', () => {
    for (const [name, body] of accepted) {
      it(name, async () => assert.equal(await answerTo(body), '200'));
    }

    it('fields of a beta with the beta', async () => {
      const body = { ...base, messages: hello, context_management: { edits: [] } };
      const beta = { 'anthropic-beta': 'context-management-2025-06-27' };
      assert.equal(await answerTo(body, beta), '200');
    });

    it('anything, where it does not check', async () => {
      const own = await MessagesServer.start({ validate: false });
      const { status } = await ask(`${own.url}/v1/messages`, { temperature: 2 });
      await own.close();
      assert.equal(status, 200);
    });
  });

  describe('thinking (T83, T85, T115, T116)', () => {
    /** Two answers with thinking, and the conversation that they make. */
    async function conversation(model: string): Promise<{ model: string; messages: Message[] }> {
      const messages: Message[] = [];
      for (const prompt of ['Why?', 'And then?']) {
        messages.push({ role: 'user', content: prompt });
        server.queue(thinkingAnswer(`because of ${prompt}`, `So it is: ${prompt}`));
        const { text } = await ask(`${server.url}/v1/messages`, { ...base, model, messages });
        const { content } = JSON.parse(text) as { content: Anthropic.ContentBlock[] };
        messages.push({ role: 'assistant', content });
      }
      return { model, messages: [...messages, { role: 'user', content: 'Go on' }] };
    }

    function withThinking(message: Message | undefined, change: (block: Json) => Json): Message {
      const content = message?.content as unknown as Json[];
      const changed = content.map((block) =>
        block['type'] === 'thinking' ? change(block) : block,
      );
      return { role: 'assistant', content: changed as unknown as Anthropic.ContentBlockParam[] };
    }

    function without(message: Message | undefined): Message {
      const content = message?.content as Anthropic.ContentBlockParam[];
      return { role: 'assistant', content: content.filter(({ type }) => type !== 'thinking') };
    }

    const binding = 'claude-opus-5-5';
    const free = 'claude-opus-5';

    for (const model of [binding, free, 'claude-haiku-4-5']) {
      it(`comes back as it was, from ${model}`, async () => {
        const { messages } = await conversation(model);
        assert.equal(await answerTo({ ...base, model, messages }), '200');
        const marks = { cache_control: { type: 'ephemeral' }, metadata: { user_id: 'u' } };
        assert.equal(await answerTo({ ...base, ...marks, model, messages }), '200');
      });

      it(`is refused where it was changed or made up, for ${model}`, async () => {
        const { messages } = await conversation(model);
        const [first, answer, second, latest, last] = messages;
        const cases: [Message[], RegExp][] = [
          [
            [
              first!,
              withThinking(answer, (block) => ({ ...block, thinking: 'no' })),
              second!,
              latest!,
              last!,
            ],
            /messages\.1\.content\.0: Invalid `signature` in `thinking` block$/,
          ],
          [
            [
              first!,
              answer!,
              second!,
              withThinking(latest, (block) => ({ ...block, thinking: '' })),
              last!,
            ],
            /messages\.3\.content\.0: `thinking` or `redacted_thinking` blocks in the latest assistant message cannot be modified/,
          ],
          [
            [first!, withThinking(answer, (block) => ({ ...block, signature: 'EqQB' })), last!],
            /Invalid `signature` in `thinking` block$/,
          ],
          [
            [first!, withThinking(answer, (block) => ({ ...block, signature: '' })), last!],
            /Invalid `signature` in `thinking` block$/,
          ],
          [
            [first!, withThinking(answer, ({ type, thinking }) => ({ type, thinking })), last!],
            /messages\.1\.content\.0\.thinking\.signature: Field required/,
          ],
          [
            [first!, withThinking(answer, (block) => ({ ...block, cache_control: {} })), last!],
            /messages\.1\.content\.0\.thinking\.cache_control: Extra inputs/,
          ],
        ];
        for (const [changed, expected] of cases) {
          assert.match(await answerTo({ ...base, model, messages: changed }), expected);
        }
      });
    }

    it('may not end a message', async () => {
      const { messages } = await conversation(free);
      const content = messages[1]?.content as Anthropic.ContentBlockParam[];
      const cut = [messages[0], { role: 'assistant', content: content.slice(0, 1) }, user('x')];
      assert.match(
        await answerTo({ ...base, model: free, messages: cut }),
        /The final block in an assistant message cannot be `thinking`/,
      );
    });

    it('is bound to everything before it, where the model binds it', async () => {
      const { messages } = await conversation(binding);
      const [first, answer, second, latest, last] = messages;
      const reworded = {
        role: 'assistant',
        content: [...(answer!.content as unknown as Json[]), { type: 'text', text: '!' }],
      };
      const changes: Json[] = [
        { messages: [{ role: 'user', content: 'Why not?' }, ...messages.slice(1)] },
        { messages: [first, reworded, second, latest, last] },
        { messages: [second, latest, last] },
        { messages: [...messages.slice(0, 2), { role: 'user', content: 'Oh.' }, latest, last] },
        { messages, system: 'Be brief.' },
        { messages, tools: [tool()] },
      ];
      for (const change of changes) {
        const body = { ...base, model: binding, ...change };
        assert.match(await answerTo(body), /The block is bound to a different conversation/);
      }
    });

    it('is bound to nothing on models before that', async () => {
      const { messages } = await conversation(free);
      const changed = [{ role: 'user', content: 'Why not?' }, ...messages.slice(1)];
      assert.equal(await answerTo({ ...base, model: free, system: 'x', messages: changed }), '200');
    });

    it('may be taken away from the front, and not from the middle', async () => {
      const { messages } = await conversation(binding);
      const [first, answer, second, latest, last] = messages;
      const ask = (...kept: unknown[]): Promise<string> =>
        answerTo({ ...base, model: binding, messages: kept });
      assert.equal(await ask(first, without(answer), second, latest, last), '200');
      assert.equal(await ask(first, without(answer), second, without(latest), last), '200');
      server.queue(thinkingAnswer('third', 'Third.'));
      const { text } = await fetchWhole({ ...base, model: binding, messages });
      const third = {
        role: 'assistant',
        content: (JSON.parse(text) as { content: unknown }).content,
      };
      assert.equal(await ask(...messages, third, user('x')), '200');
      assert.match(
        await ask(first, answer, second, without(latest), last, third, user('x')),
        /messages\.5\.content\.0: .*bound to a different conversation/,
      );
    });

    function fetchWhole(body: unknown): Promise<{ text: string }> {
      return ask(`${server.url}/v1/messages`, body);
    }

    it('of another model is passed over', async () => {
      const { messages } = await conversation(binding);
      assert.equal(await answerTo({ ...base, model: 'claude-sonnet-5-5', messages }), '200');
      const changed = [user('Other'), ...messages.slice(1)];
      assert.equal(await answerTo({ ...base, model: free, messages: changed }), '200');
    });

    it('is dropped rather than refused, where the beta asks for that', async () => {
      const { messages } = await conversation(binding);
      const body = {
        ...base,
        model: binding,
        thinking: { type: 'adaptive', block_binding: { prefix_mismatch_behavior: 'drop_block' } },
        messages: [user('Other'), ...messages.slice(1)],
      };
      const beta = { 'anthropic-beta': 'thinking-binding-controls-2026-08-01' };
      assert.equal(await answerTo(body, beta), '200');
    });

    it('that is redacted is checked as well', async () => {
      for (const data of [undefined, 'made up by a script']) {
        const redacted: ScriptedBlock = {
          type: 'redacted_thinking',
          ...(data === undefined ? {} : { data }),
        };
        server.queue({ blocks: [redacted, { type: 'text', text: 'x' }] });
        const { text } = await fetchWhole({ ...base, messages: hello });
        const { content } = JSON.parse(text) as { content: Json[] };
        const next = (blocks: Json[]): Json => ({
          ...base,
          messages: [...hello, assistant(...blocks), user('y')],
        });
        assert.equal(await answerTo(next(content)), '200');
        assert.match(
          await answerTo(next([{ ...content[0], data: 'changed' }, content[1]!])),
          /Invalid `data` in `redacted_thinking` block/,
        );
      }
    });

    it('has to begin an answer that calls tools, with a fixed budget', async () => {
      const body = {
        ...older,
        thinking: { type: 'enabled', budget_tokens: 1_024 },
        messages: [...hello, assistant('x', call('t1')), user(result('t1'))],
      };
      assert.match(await answerTo(body), /messages\.1\.content\.0\.type: Expected `thinking`/);
      assert.equal(await answerTo({ ...body, thinking: { type: 'disabled' } }), '200');
    });
  });

  it('takes back whatever it has sent itself, on every model (T83, T85)', async function () {
    this.timeout(propertyTimeout);
    const client = new Anthropic({
      apiKey: 'k',
      baseURL: server.url,
      logLevel: 'off',
      maxRetries: 0,
    });
    const said = wellFormedText.map((text) => `${text}.`);
    const block = (id: string): fc.Arbitrary<ScriptedBlock[]> =>
      fc.oneof(
        said.map((text): ScriptedBlock[] => [{ type: 'text', text }]),
        wellFormedText.map((text): ScriptedBlock[] => [{ type: 'thinking', text }]),
        fc.constant<ScriptedBlock[]>([{ type: 'redacted_thinking' }]),
        fc
          .object({ maxDepth: 1 })
          .map((input): ScriptedBlock[] => [
            { type: 'tool_use', id, name: 'read', json: JSON.stringify(input) },
          ]),
        fc.constant<ScriptedBlock[]>([
          { type: 'server_tool_use', id: `s${id}`, name: 'web_search', json: '{"query":"x"}' },
          {
            type: 'web_search_tool_result',
            toolUseId: `s${id}`,
            results: [{ title: 't', url: 'u' }],
          },
        ]),
        fc.constant<ScriptedBlock[]>([{ type: 'raw', block: { type: 'later', data: [1] } }]),
      );
    const answer = (turn: number): fc.Arbitrary<Scenario> =>
      fc
        .tuple(...[0, 1, 2, 3].map((i) => fc.option(block(`t${turn}_${i}`), { nil: [] })), said)
        .map((parts) => {
          const blocks = parts.slice(0, -1) as ScriptedBlock[][];
          const end: ScriptedBlock = { type: 'text', text: parts.at(-1) as string };
          return { splitBytes: 997, blocks: [...blocks.flat(), end] };
        });
    const property = fc.asyncProperty(
      fc.constantFrom(...wireModels.map(({ id }) => id)),
      fc.tuple(answer(0), answer(1), answer(2)),
      async (model, answers) => {
        const messages: Message[] = [];
        let results: Anthropic.ToolResultBlockParam[] = [];
        for (const scenario of answers) {
          messages.push({ role: 'user', content: [...results, { type: 'text', text: 'Go on' }] });
          server.queue(scenario);
          const { content } = await client.messages
            .stream({ model, max_tokens: 100, messages })
            .finalMessage();
          messages.push({ role: 'assistant', content: content as Anthropic.ContentBlockParam[] });
          results = content.flatMap((sent) =>
            sent.type === 'tool_use'
              ? [{ type: 'tool_result' as const, tool_use_id: sent.id, content: 'x' }]
              : [],
          );
        }
        const last = [...results, { type: 'text', text: 'Go on' }];
        const body = {
          model,
          max_tokens: 100,
          messages: [...messages, { role: 'user', content: last }],
        };
        assert.equal(await answerTo(body), '200');
      },
    );
    await checkProperty(property, 25);
  });
});
