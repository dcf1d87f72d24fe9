import assert from 'node:assert/strict';
import type { JsonObject } from '../../src/core/json';
import { TurnAssembler } from '../../src/core/turnAssembler';
import type { TurnDocument } from '../../src/core/turnDocument';
import { decodeWireEvent } from '../../src/core/wireEvent';
import { SilentLogger } from './silentLogger';
import { newTurn } from './turnPipeline';

interface Attempt {
  readonly turn: TurnDocument;
  readonly assembler: TurnAssembler;
  readonly log: SilentLogger;
  readonly push: (...events: JsonObject[]) => void;
}

function attempt(turn = newTurn()): Attempt {
  const log = new SilentLogger();
  const assembler = new TurnAssembler(turn, 1, log);
  return {
    turn,
    assembler,
    log,
    push: (...events) => {
      for (const event of events) {
        assembler.push(decodeWireEvent({ event: null, data: JSON.stringify(event) }));
      }
    },
  };
}

const messageStart = (id?: string): JsonObject => ({
  type: 'message_start',
  message: { ...(id === undefined ? {} : { id }), model: 'm', usage: { input_tokens: 5 } },
});
const start = (index: number, content_block: JsonObject): JsonObject => ({
  type: 'content_block_start',
  index,
  content_block,
});
const startText = (index: number): JsonObject => start(index, { type: 'text', text: '' });
const startTool = (index: number, id = 't'): JsonObject =>
  start(index, { type: 'tool_use', id, name: 'run', input: {} });
const delta = (index: number, value: JsonObject): JsonObject => ({
  type: 'content_block_delta',
  index,
  delta: value,
});
const textDelta = (index: number, text: string): JsonObject =>
  delta(index, { type: 'text_delta', text });
const thinkingDelta = (index: number, thinking: string): JsonObject =>
  delta(index, { type: 'thinking_delta', thinking });
const jsonDelta = (index: number, partial_json: string): JsonObject =>
  delta(index, { type: 'input_json_delta', partial_json });
const stop = (index: number): JsonObject => ({ type: 'content_block_stop', index });
const messageStop: JsonObject = { type: 'message_stop' };

function texts(turn: TurnDocument): [string, string, string][] {
  return turn.blocks.map(({ head, text, state }) => [head.kind, text.toString(), state]);
}

describe('TurnAssembler', () => {
  it('takes sparse and late indexes, and blocks that grow at the same time (T92)', () => {
    const { turn, push } = attempt();
    push(messageStart(), startTool(5), startText(0), jsonDelta(5, '{"a"'), textDelta(0, 'x'));
    push(jsonDelta(5, ':1}'), stop(0), startTool(2, 'u'), stop(5), stop(2), messageStop);
    assert.deepEqual(texts(turn), [
      ['tool_use', '{"a":1}', 'closed'],
      ['text', 'x', 'closed'],
      ['tool_use', '', 'closed'],
    ]);
  });

  it('takes a tool input from its deltas alone, or as empty without any (T91, T118)', () => {
    const { turn, push } = attempt();
    push(
      startTool(0),
      jsonDelta(0, ''),
      jsonDelta(0, '{"a":1}'),
      stop(0),
      startTool(1, 'u'),
      stop(1),
    );
    assert.deepEqual(
      turn.blocks.map((block) => block.text.toString()),
      ['{"a":1}', ''],
    );
  });

  it('sets a signature, never adds to it, and takes one that came with the start (T85, T116)', () => {
    const { turn, push } = attempt();
    const signed = (signature: string): JsonObject => ({ type: 'signature_delta', signature });
    push(start(0, { type: 'thinking', thinking: '', signature: '' }), delta(0, signed(' Eq/+=\n')));
    push(start(1, { type: 'thinking', thinking: 'whole', signature: 'S' }));
    push(start(2, { type: 'thinking', thinking: '', signature: '' }));
    push(delta(2, signed('old')), delta(2, signed('new')));
    assert.deepEqual(
      turn.blocks.map((block) => block.signature),
      [' Eq/+=\n', 'S', 'new'],
    );
    assert.equal(turn.blocks[1]?.text.toString(), 'whole');
  });

  it('passes over deltas and stops of blocks that are not there or have ended (T62, T110)', () => {
    const { turn, push, log } = attempt();
    push(stop(3), jsonDelta(3, '{'), startText(0), textDelta(0, 'a'), stop(0));
    push(textDelta(0, 'late'), stop(0));
    assert.deepEqual(texts(turn), [['text', 'a', 'closed']]);
    assert.equal(log.messages('warn').length, 4);
  });

  it('keeps text and thinking whose start was lost (T62)', () => {
    const { turn, push } = attempt();
    push(textDelta(0, 'a'), startText(0), textDelta(0, 'b'), stop(0), thinkingDelta(1, 'hm'));
    assert.deepEqual(texts(turn), [
      ['text', 'ab', 'closed'],
      ['thinking', 'hm', 'open'],
    ]);
  });

  it('never takes a tool input for whole of which something was lost (T88)', () => {
    const { turn, push } = attempt();
    push(jsonDelta(0, '{"path":"/"}'), startTool(0), stop(0), startTool(1, 'u'), stop(1));
    assert.deepEqual(texts(turn), [
      ['tool_use', '', 'cut'],
      ['tool_use', '', 'closed'],
    ]);
  });

  it('keeps thinking apart from text where a server mixes their indexes', () => {
    const { turn, push } = attempt();
    push(start(0, { type: 'thinking', thinking: '' }), thinkingDelta(0, 'hm'), textDelta(0, 'a'));
    push(textDelta(0, 'b'), stop(0));
    assert.deepEqual(texts(turn), [
      ['thinking', 'hm', 'cut'],
      ['text', 'ab', 'closed'],
    ]);
  });

  it('keeps a delta that does not fit its block without showing it', () => {
    const { turn, push } = attempt();
    const stray = { type: 'text_delta', text: 'stray' };
    push(startTool(0), jsonDelta(0, '{}'), delta(0, stray), startText(1), jsonDelta(1, '{}'));
    assert.deepEqual(
      turn.blocks.map((block) => [block.text.toString(), block.unknownDeltas]),
      [
        ['{}', [stray]],
        ['', [{ type: 'input_json_delta', partial_json: '{}' }]],
      ],
    );
  });

  it('passes over a start that came twice, and takes one that says something else for another block', () => {
    const { turn, push } = attempt();
    push(startText(0), textDelta(0, 'a'), startText(0), textDelta(0, 'b'), stop(0), startText(0));
    push(startTool(0, 't'), jsonDelta(0, '{'), startTool(0, 'u'), jsonDelta(0, '{}'), stop(0));
    assert.deepEqual(texts(turn), [
      ['text', 'ab', 'closed'],
      ['tool_use', '{', 'cut'],
      ['tool_use', '{}', 'closed'],
    ]);
  });

  it('takes a second message_start for a new attempt at the same answer (T80)', () => {
    const { turn, assembler, push } = attempt();
    push(messageStart('msg_1'), startText(0), textDelta(0, 'Once'), {
      type: 'message_delta',
      delta: { stop_reason: 'max_tokens' },
      usage: { output_tokens: 9 },
    });
    push(messageStart('msg_2'), startText(0), textDelta(0, 'Once upon'), stop(0), messageStop);
    assert.deepEqual(texts(turn), [
      ['text', 'Once', 'dropped'],
      ['text', 'Once upon', 'closed'],
    ]);
    assert.equal(turn.answerText(), 'Once upon');
    assert.equal(turn.meta.messageId, 'msg_2');
    assert.equal(assembler.stopReason, 'end_turn');
    // Estimated: nothing of the first one's count is left.
    assert.equal(assembler.usage.output, 2);
    assert.equal(assembler.usage.input, 5);
  });

  it('takes a second message_start without an id for a new attempt (T80)', () => {
    const { turn, push } = attempt();
    push(messageStart(), startText(0), textDelta(0, 'Once'), messageStart());
    push(startText(0), textDelta(0, 'Once upon'), stop(0), messageStop);
    assert.equal(turn.answerText(), 'Once upon');
  });

  it('takes a second message_start of the same message for an echo', () => {
    const { turn, push } = attempt();
    push(messageStart('msg_1'), startText(0), textDelta(0, 'a'), messageStart('msg_1'));
    push(textDelta(0, 'b'), stop(0), messageStop);
    assert.deepEqual(texts(turn), [['text', 'ab', 'closed']]);
  });

  it('lets nothing that comes after message_stop change a whole answer (T110)', () => {
    const { turn, assembler, push } = attempt();
    push(messageStart('msg_1'), startText(0), textDelta(0, 'a'), stop(0), messageStop);
    const { revision } = turn;
    push(messageStart('msg_2'), textDelta(0, 'b'), startText(1), messageStop, { type: 'ping' });
    push({ type: 'message_delta', delta: { stop_reason: 'refusal' } });
    assert.equal(turn.revision, revision);
    assert.equal(assembler.stopReason, 'end_turn');
  });

  it('ends what a server left open: a text is whole with the message, anything else is cut (T50)', () => {
    const { turn, push } = attempt();
    push(startText(0), textDelta(0, 'a'), startTool(1), jsonDelta(1, '{'), messageStop);
    assert.deepEqual(texts(turn), [
      ['text', 'a', 'closed'],
      ['tool_use', '{', 'cut'],
    ]);
  });

  it('cuts what is open when the stream breaks, and drops it for another attempt (T50, T79)', () => {
    const turn = newTurn();
    turn.openBlock(0, { head: { kind: 'text' }, text: 'of an earlier attempt' });
    turn.endBlock(0, 'closed');
    const { assembler, push } = attempt(turn);
    push(startText(0), textDelta(0, 'a'), stop(0), startText(1), textDelta(1, 'b'));
    assembler.cutOpenBlocks();
    assert.deepEqual(
      turn.blocks.map((block) => block.state),
      ['closed', 'closed', 'cut'],
    );
    assembler.dropBlocks();
    assert.deepEqual(
      turn.blocks.map((block) => block.state),
      ['closed', 'dropped', 'dropped'],
    );
    assert.equal(assembler.isComplete, false);
  });

  it('counts tokens as the last figures say (T86)', () => {
    const { assembler, push } = attempt();
    push(messageStart());
    for (const output_tokens of [10, 20, 30]) {
      push({ type: 'message_delta', delta: { stop_reason: null }, usage: { output_tokens } });
    }
    assert.equal(assembler.usage.output, 30);
    assert.equal(assembler.usage.input, 5);
  });

  it('carries a stop reason it does not know, and the details of a refusal', () => {
    const { turn, assembler, push } = attempt();
    const stop_details = { type: 'refusal', category: null, explanation: 'No.' };
    push({ type: 'message_delta', delta: { stop_reason: 'brand_new', stop_details } });
    push({ type: 'message_delta', delta: { stop_reason: null } });
    assert.equal(assembler.stopReason, 'brand_new');
    assert.deepEqual(turn.meta.stopDetails, stop_details);
  });

  it('writes no content and no endless lines to the log', () => {
    const { push, log } = attempt();
    push({ type: `x${'secret '.repeat(50)}\n` });
    for (let i = 0; i < 1_000; i++) push(stop(9));
    assert.ok(log.lines.length < 100);
    assert.ok(log.lines.every(({ message }) => message.length < 120 && !message.includes('\n')));
  });
});
