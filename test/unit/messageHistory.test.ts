import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Attachment, BlockStart, BlockState, ToolFate } from '../../src/core/contentBlock';
import { Conversation } from '../../src/core/conversation';
import type { FailureKind } from '../../src/core/failure';
import { hasThinking, messageHistory } from '../../src/core/messageHistory';
import { requestOptions } from '../../src/core/requestOptions';
import { resultTexts } from '../../src/core/toolResult';
import type { TurnStatus } from '../../src/core/turnStatus';
import { validateRequest } from '../server/requestValidator';
import { signThinking } from '../server/thinkingSignature';
import { wellFormedText } from './eventStreams';
import { ManualClock } from './manualClock';
import { checkProperty, propertyTimeout } from './propertyRuns';

/** A model whose thinking is signed, but bound to no conversation: what is tested here is each block by itself. */
const model = 'claude-opus-5';
const complete: TurnStatus = { kind: 'complete', stopReason: 'end_turn' };
const stopped: TurnStatus = { kind: 'stopped' };

interface Block extends BlockStart {
  readonly more?: string;
  readonly state?: Exclude<BlockState, 'open'>;
  readonly signature?: string;
  readonly unknownDelta?: boolean;
}

class Script {
  private readonly clock = new ManualClock();
  readonly conversation = new Conversation('c', 0, this.clock);
  private serial = 0;

  prompt(text: string, ...attachments: { attachment: Attachment; content: string }[]): this {
    this.conversation.addUserTurn(`t${++this.serial}`, { text, attachments });
    return this;
  }

  answer(status: TurnStatus, ...blocks: Block[]): this {
    const turn = this.conversation.addAssistantTurn(`t${++this.serial}`);
    turn.updateMeta({ attempts: 1 });
    for (const { more, state, signature, unknownDelta, ...start } of blocks) {
      const id = turn.openBlock(1, start);
      turn.append(id, more ?? '');
      if (signature !== undefined) turn.setSignature(id, signature);
      if (unknownDelta === true) turn.addUnknownDelta(id, { type: 'x' });
      turn.endBlock(id, state ?? 'closed');
    }
    turn.setStatus(status);
    return this;
  }

  /** The messages for the next answer. */
  messages(options: { thinkingFrom?: string } = {}): ReturnType<typeof messageHistory> {
    const next = this.conversation.addAssistantTurn('next');
    const messages = messageHistory(this.conversation.turns, next.id, options);
    this.conversation.removeTurn(next.id);
    return messages;
  }
}

function text(value: string, state: Block['state'] = 'closed'): Block {
  return { head: { kind: 'text' }, raw: { type: 'text', text: '' }, more: value, state };
}

function thinking(value: string, state: Block['state'] = 'closed', signature = sign(value)): Block {
  const raw = { type: 'thinking', thinking: '', signature: '' };
  return { head: { kind: 'thinking' }, raw, more: value, state, signature };
}

function sign(value: string): string {
  return signThinking(model, null, value);
}

function toolUse(json: string, state: Block['state'] = 'closed', id = 'toolu_1'): Block {
  const raw = { type: 'tool_use', id, name: 'read', input: {} };
  return { head: { kind: 'tool_use', toolUseId: id, name: 'read' }, raw, more: json, state };
}

function toolRun(toolUseId: string): Block {
  return { head: { kind: 'tool_run', toolUseId }, more: 'for the person' };
}

function toolResult(toolUseId: string, value: string, fate: ToolFate = 'done'): Block {
  return { head: { kind: 'tool_result', toolUseId, fate, attachments: [] }, more: value };
}

function call(id: string, input: unknown): unknown {
  return { type: 'tool_use', id, name: 'read', input };
}

function result(id: string, value: string, isError = false): unknown {
  return {
    type: 'tool_result',
    tool_use_id: id,
    content: [words(value)],
    ...(isError ? { is_error: true } : {}),
  };
}

function serverUse(id: string, json: string, state: Block['state'] = 'closed'): Block {
  const raw = { type: 'server_tool_use', id, name: 'web_search', input: {} };
  const head = { kind: 'server_tool_use', toolUseId: id, name: 'web_search' } as const;
  return { head, raw, more: json, state };
}

function serverResult(id: string, state: Block['state'] = 'closed'): Block {
  const type = 'web_search_tool_result';
  const raw = { type, tool_use_id: id, content: [{ encrypted_content: 'Eo8B' }] };
  return { head: { kind: 'server_tool_result', toolUseId: id, type }, raw, state };
}

function failed(kind: FailureKind): TurnStatus {
  return { kind: 'failed', cause: { kind, retryable: false, action: 'try-again' } };
}

function interrupted(): TurnStatus {
  const cause = { kind: 'connection-lost', retryable: true, action: 'try-again' } as const;
  return { kind: 'interrupted', cause, resumable: true };
}

function words(value: string): { type: 'text'; text: string } {
  return { type: 'text', text: value };
}

describe('messageHistory', () => {
  it('sends prompts and answers in order, the person’s words last', () => {
    const messages = new Script()
      .prompt('one')
      .answer(complete, text('two'))
      .prompt('three')
      .messages();
    assert.deepEqual(messages, [
      { role: 'user', content: [words('one')] },
      { role: 'assistant', content: [words('two')] },
      { role: 'user', content: [words('three')] },
    ]);
  });

  it('sends only what came before the turn', () => {
    const { conversation } = new Script()
      .prompt('one')
      .answer(complete, text('two'))
      .prompt('three')
      .answer(complete, text('four'));
    assert.deepEqual(messageHistory(conversation.turns, 't2'), [
      { role: 'user', content: [words('one')] },
    ]);
  });

  it('keeps thinking byte for byte with its signature, in its place (T83, T85, T116)', () => {
    const value = ' \n“Hm” 😀\u2028 \\u0041 \t';
    const signature = ' EqQB+/= ';
    const messages = new Script()
      .prompt('a')
      .answer(complete, thinking(value, 'closed', signature), text('b'), thinking(''), text('c'))
      .prompt('d')
      .messages();
    assert.deepEqual(messages[1]?.content, [
      { type: 'thinking', thinking: value, signature },
      words('b'),
      { type: 'thinking', thinking: '', signature: sign('') },
      words('c'),
    ]);
  });

  it('drops thinking that is unfinished or unsigned, whole (T83, T115)', () => {
    const messages = new Script()
      .prompt('a')
      .answer(
        interrupted(),
        thinking('no end', 'cut'),
        thinking('no name', 'closed', ''),
        text('b', 'cut'),
      )
      .prompt('c')
      .messages();
    assert.deepEqual(messages[1]?.content, [words('b')]);
  });

  it('drops thinking at the end of an answer: a message may not end with it', () => {
    const messages = new Script()
      .prompt('a')
      .answer(stopped, thinking('x'), text('b'), thinking('y'))
      .prompt('c')
      .answer(stopped, thinking('z'))
      .prompt('d')
      .messages();
    assert.deepEqual(messages.slice(1), [
      {
        role: 'assistant',
        content: [{ type: 'thinking', thinking: 'x', signature: sign('x') }, words('b')],
      },
      { role: 'user', content: [words('c'), words('d')] },
    ]);
  });

  it('leaves thinking out before a turn, where it was refused', () => {
    const script = new Script()
      .prompt('a')
      .answer(
        complete,
        thinking('x'),
        { head: { kind: 'redacted_thinking' }, raw: { type: 'redacted_thinking', data: 'r' } },
        text('b'),
      )
      .prompt('c')
      .answer(complete, thinking('y'), text('d'))
      .prompt('e');
    assert.equal(hasThinking(script.messages()), true);
    const partly = script.messages({ thinkingFrom: 't4' });
    assert.deepEqual(partly[1]?.content, [words('b')]);
    assert.equal(partly[3]?.content.length, 2);
    assert.equal(hasThinking(script.messages({ thinkingFrom: 'next' })), false);
  });

  it('sends redacted thinking, server calls, their results and unknown blocks as they came', () => {
    const redacted = { type: 'redacted_thinking', data: 'xyz==' };
    const unknown = { type: 'container_upload', file_id: 'f', nested: { a: [1, null] } };
    const messages = new Script()
      .prompt('a')
      .answer(
        complete,
        { head: { kind: 'redacted_thinking' }, raw: redacted },
        serverUse('s1', '{"query": "x", "n": [1]}'),
        serverResult('s1'),
        { head: { kind: 'unknown', type: 'container_upload' }, raw: unknown },
        text('b'),
      )
      .prompt('c')
      .messages();
    assert.deepEqual(messages[1]?.content, [
      redacted,
      { type: 'server_tool_use', id: 's1', name: 'web_search', input: { query: 'x', n: [1] } },
      serverResult('s1').raw,
      unknown,
      words('b'),
    ]);
  });

  it('drops a call of the server’s without its result, a result without its call, and what is cut or cannot be put together', () => {
    const messages = new Script()
      .prompt('a')
      .answer(
        interrupted(),
        toolUse('{"pa', 'cut'),
        toolUse('[1]'),
        toolResult('toolu_9', 'of no call'),
        serverUse('s1', '{}'),
        serverResult('s2'),
        serverUse('s3', '{"q', 'cut'),
        serverResult('s3'),
        serverUse('s4', 'not json'),
        serverResult('s4'),
        {
          head: { kind: 'unknown', type: 'compaction' },
          raw: { type: 'compaction' },
          unknownDelta: true,
        },
        { head: { kind: 'unknown', type: 'y' }, raw: { type: 'y' }, state: 'cut' },
        { head: { kind: 'redacted_thinking' }, raw: { type: 'redacted_thinking' }, state: 'cut' },
        text('b'),
      )
      .prompt('c')
      .messages();
    assert.deepEqual(messages[1]?.content, [words('b')]);
  });

  it('makes of an answer with tools what the model said and what came of it, in turns', () => {
    const blob = { sha256: 'ab', mediaType: 'image/png', size: 3 };
    const image: Block = {
      head: {
        kind: 'tool_result',
        toolUseId: 't2',
        fate: 'done',
        attachments: [{ kind: 'image', blob }],
      },
    };
    const messages = new Script()
      .prompt('a')
      .answer(
        complete,
        text('I look.'),
        toolUse('{"path":"x"}', 'closed', 't1'),
        toolUse('{"path":"y"}', 'closed', 't2'),
        toolRun('t1'),
        toolRun('t2'),
        image,
        toolResult('t1', 'no such file', 'failed'),
        toolUse('{"path":', 'closed', 't3'),
        toolResult('t3', 'no JSON', 'refused'),
        text('Done.'),
      )
      .prompt('b')
      .messages();
    assert.deepEqual(messages, [
      { role: 'user', content: [words('a')] },
      {
        role: 'assistant',
        content: [words('I look.'), call('t1', { path: 'x' }), call('t2', { path: 'y' })],
      },
      {
        role: 'user',
        content: [
          {
            type: 'tool_result',
            tool_use_id: 't2',
            content: [
              {
                type: 'image',
                source: { type: 'base64', media_type: 'image/png', data: 'blob:ab' },
              },
            ],
          },
          result('t1', 'no such file', true),
        ],
      },
      { role: 'assistant', content: [call('t3', { INVALID_JSON: '{"path":' })] },
      { role: 'user', content: [result('t3', 'no JSON', true)] },
      { role: 'assistant', content: [words('Done.')] },
      { role: 'user', content: [words('b')] },
    ]);
  });

  it('gives a call its result where the window closed in between, before the next words (T87, T111)', () => {
    const messages = new Script()
      .prompt('a')
      .answer(
        interrupted(),
        toolUse('{}', 'closed', 't1'),
        toolUse('{}', 'closed', 't2'),
        toolUse('{}', 'closed', 't3'),
        toolRun('t1'),
        toolResult('t1', 'one'),
        toolRun('t2'),
      )
      .prompt('b')
      .messages();
    assert.deepEqual(messages.at(-1), {
      role: 'user',
      content: [
        result('t1', 'one'),
        result('t2', resultTexts.unknownOutcome, true),
        result('t3', resultTexts.cutShort, true),
        words('b'),
      ],
    });
  });

  it('gives calls of later answers ids of their own', () => {
    const used = [toolUse('{}', 'closed', 't1'), toolResult('t1', 'x')];
    const messages = new Script()
      .prompt('a')
      .answer(complete, ...used)
      .prompt('b')
      .answer(complete, ...used)
      .prompt('c')
      .messages();
    assert.deepEqual(messages[1]?.content, [call('t1', {})]);
    assert.deepEqual(messages[3]?.content, [call('t1_2', {})]);
    assert.deepEqual(messages[4]?.content, [result('t1_2', 'x'), words('c')]);
  });

  it('leaves out text that is empty or blank (T84, T85)', () => {
    const messages = new Script()
      .prompt('a')
      .answer(complete, text(''), text(' \n'), text('b '), text('', 'cut'))
      .prompt('c')
      .answer(complete, text('\n\n'))
      .prompt('d')
      .messages();
    assert.deepEqual(messages, [
      { role: 'user', content: [words('a')] },
      { role: 'assistant', content: [words('b ')] },
      { role: 'user', content: [words('c'), words('d')] },
    ]);
  });

  it('passes over what an earlier attempt brought and what was dropped', () => {
    const messages = new Script()
      .prompt('a')
      .answer(complete, text('old', 'dropped'), text('new'))
      .prompt('c')
      .messages();
    assert.deepEqual(messages[1]?.content, [words('new')]);
  });

  it('keeps the text of stopped and interrupted answers', () => {
    const messages = new Script()
      .prompt('a')
      .answer(stopped, text('half', 'cut'))
      .prompt('b')
      .answer(interrupted(), text('hal', 'cut'))
      .prompt('c')
      .messages();
    assert.deepEqual(
      messages.map(({ content }) => content),
      [[words('a')], [words('half')], [words('b')], [words('hal')], [words('c')]],
    );
  });

  it('asks an unanswered prompt together with the next', () => {
    const messages = new Script()
      .prompt('a')
      .answer(failed('overloaded'))
      .prompt('b')
      .answer(stopped)
      .prompt('c')
      .messages();
    assert.deepEqual(messages, [{ role: 'user', content: [words('a'), words('b'), words('c')] }]);
  });

  it('leaves out what was refused, what did not fit and what was taken back, with the prompt', () => {
    const script = new Script()
      .prompt('a')
      .answer(complete, text('b'))
      .prompt('refused')
      .answer({ kind: 'complete', stopReason: 'refusal' }, text('I'))
      .prompt('too long')
      .answer(failed('prompt-too-long'))
      .prompt('too large')
      .answer(failed('request-too-large'))
      .prompt('taken back');
    script.conversation.addAssistantTurn('queued').setStatus(stopped);
    const messages = script.prompt('c').messages();
    assert.deepEqual(messages, [
      { role: 'user', content: [words('a')] },
      { role: 'assistant', content: [words('b')] },
      { role: 'user', content: [words('c')] },
    ]);
  });

  it('makes lone surrogates well-formed in text, and drops thinking that has one (T95)', () => {
    const messages = new Script()
      .prompt('p\udc00')
      .answer(stopped, thinking('t\ud83d'), text('cut \ud83d', 'cut'))
      .prompt('😀')
      .messages();
    assert.deepEqual(
      messages.map(({ content }) => content),
      [[words('p\ufffd')], [words('cut \ufffd')], [words('😀')]],
    );
  });

  it('puts attachments before the words, in a fence that nothing inside can end', () => {
    const attachment: Attachment = {
      kind: 'selection',
      path: 'docs/a\nb.md',
      uri: 'file:///x',
      languageId: 'mark down`',
      startLine: 3,
      endLine: 5,
    };
    const content = 'one\n````ts\ncode\n````\n';
    const messages = new Script().prompt('Why?', { attachment, content }).messages();
    assert.deepEqual(messages, [
      {
        role: 'user',
        content: [
          words(`docs/a b.md, lines 3–5:\n\`\`\`\`\`markdown\n${content}\`\`\`\`\``),
          words('Why?'),
        ],
      },
    ]);
    const line = { ...attachment, endLine: 3 };
    const [message] = new Script().prompt('', { attachment: line, content: 'x' }).messages();
    assert.deepEqual(message?.content, [words('docs/a b.md, line 3:\n```markdown\nx\n```')]);
  });

  it('has something to say even where the prompt is blank', () => {
    assert.deepEqual(new Script().prompt(' ').messages(), [
      { role: 'user', content: [words('(no text)')] },
    ]);
  });

  it('gives the same bytes for the same turns: an answer never changes what is before it', () => {
    const script = new Script().prompt('a').answer(complete, thinking('x'), text('b')).prompt('c');
    const before = JSON.stringify(script.messages());
    script.answer(stopped, text('d', 'cut')).prompt('e');
    assert(JSON.stringify(script.messages()).startsWith(before.slice(0, -1)));
  });

  it('is accepted by the API whatever became of the turns before (T83–T85, T115)', async function () {
    this.timeout(propertyTimeout);
    const anyText = fc.oneof(
      wellFormedText,
      fc.constantFrom('', ' ', '\n', '\ud83d', 'x\udc00'),
      fc.string(),
    );
    const state = fc.constantFrom('closed', 'closed', 'cut', 'dropped') as fc.Arbitrary<
      Block['state']
    >;
    const signature = fc.constantFrom('valid', 'valid', '');
    const block: fc.Arbitrary<Block> = fc.oneof(
      fc.tuple(anyText, state).map(([value, end]) => text(value, end)),
      fc
        .tuple(anyText, state, signature)
        .map(([value, end, kind]) => thinking(value, end, kind === 'valid' ? sign(value) : '')),
      fc
        .tuple(fc.oneof(fc.json(), fc.constant('{"path":"x"}')), state, fc.nat(2))
        .map(([json, end, n]) => toolUse(json, end, `t${n}`)),
      fc.nat(2).map((n) => toolRun(`t${n}`)),
      fc
        .tuple(anyText, fc.nat(2), fc.constantFrom<ToolFate>('done', 'failed'))
        .map(([value, n, fate]) => toolResult(`t${n}`, value, fate)),
      fc.tuple(fc.nat(2), fc.json(), state).map(([n, json, end]) => serverUse(`s${n}`, json, end)),
      fc.tuple(fc.nat(2), state).map(([n, end]) => serverResult(`s${n}`, end)),
    );
    const status = fc.constantFrom<TurnStatus>(
      complete,
      { kind: 'complete', stopReason: 'refusal' },
      { kind: 'complete', stopReason: 'max_tokens' },
      stopped,
      interrupted(),
      failed('overloaded'),
      failed('prompt-too-long'),
    );
    const exchange = fc.record({
      prompt: anyText,
      status: fc.option(status, { nil: undefined }),
      blocks: fc.array(block, { maxLength: 8 }),
    });
    const property = fc.property(
      fc.array(exchange, { maxLength: 6 }),
      anyText,
      (exchanges, last) => {
        const script = new Script();
        for (const { prompt, status: end, blocks } of exchanges) {
          script.prompt(prompt);
          if (end !== undefined) script.answer(end, ...blocks);
        }
        const settings = {
          effort: undefined,
          thinking: 'auto',
          maxOutputTokens: undefined,
        } as const;
        const options = requestOptions(model, undefined, settings);
        const body: unknown = JSON.parse(
          JSON.stringify({ ...options, stream: true, messages: script.prompt(last).messages() }),
        );
        assert.equal(validateRequest(body, 'anthropic'), undefined);
      },
    );
    await checkProperty(property, 300);
  });
});
