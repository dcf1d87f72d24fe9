import assert from 'node:assert/strict';
import { createParser } from 'eventsource-parser';
import { MessageEventReader } from '../../src/core/messageEventReader';
import { TurnDocument } from '../../src/core/turnDocument';
import { isJsonObject, parseJson, type JsonObject } from '../../src/core/json';
import { wireMessage } from '../../src/core/wireMessage';
import { noUsage } from '../../src/core/tokenUsage';
import { ManualClock } from './manualClock';

function newTurn(): TurnDocument {
  const turn = new TurnDocument({ id: 't', role: 'assistant', createdAt: 0 }, new ManualClock());
  turn.updateMeta({ model: 'm', messageId: 'msg_1', usage: { ...noUsage, input: 5 } });
  return turn;
}

function eventsOf(text: string): JsonObject[] {
  const events: JsonObject[] = [];
  const parser = createParser({
    onEvent: ({ event, data }) => {
      const value = parseJson(data);
      assert.ok(isJsonObject(value));
      assert.equal(value['type'], event);
      events.push(value);
    },
  });
  parser.feed(text);
  return events;
}

const types = (events: readonly JsonObject[]): unknown[] => events.map(({ type }) => type);

describe('an answer as the Messages API streams it', () => {
  it('is one text, though the stream was cut and goes on in the same block', () => {
    const turn = newTurn();
    const reader = new MessageEventReader(turn);
    const text = turn.openBlock(1, { head: { kind: 'text' } });
    turn.append(text, 'One ');
    let out = reader.read();
    turn.setStatus({
      kind: 'waiting',
      attempt: 2,
      retryInMs: 1,
      cause: { kind: 'connection-lost', retryable: true, action: 'try-again' },
    });
    out += reader.read();
    // What a continuation thinks is taken away again, and never goes out.
    const thinking = turn.openBlock(2, { head: { kind: 'thinking' }, text: 'hm' });
    turn.endBlock(thinking, 'closed');
    out += reader.read();
    turn.endBlock(thinking, 'dropped');
    turn.append(text, 'answer');
    turn.endBlock(text, 'closed');
    turn.setStatus({ kind: 'complete', stopReason: 'end_turn' });
    out += reader.read();
    const events = eventsOf(out);
    assert.deepEqual(types(events), [
      'message_start',
      'content_block_start',
      'content_block_delta',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ]);
    assert.doesNotMatch(out, /hm/);
    assert.equal(reader.isAtEnd, true);
    assert.equal(reader.read(), '');
  });

  it('sends a call when its input is whole, and never one that was cut', () => {
    const turn = newTurn();
    const reader = new MessageEventReader(turn);
    const head = { kind: 'tool_use', toolUseId: 'c', name: 'n' } as const;
    const raw = { type: 'tool_use', id: 'c', name: 'n', input: {} };
    const cut = turn.openBlock(1, { head, raw });
    turn.append(cut, '{"a"');
    assert.deepEqual(types(eventsOf(reader.read())), ['message_start']);
    turn.endBlock(cut, 'dropped');
    const whole = turn.openBlock(2, { head, raw });
    turn.append(whole, '{"a":1}');
    turn.endBlock(whole, 'closed');
    turn.setStatus({ kind: 'complete', stopReason: 'tool_use' });
    const events = eventsOf(reader.read());
    assert.deepEqual(types(events), [
      'content_block_start',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ]);
    assert.equal(events[0]!['index'], 0);
    assert.deepEqual(wireMessage(turn)['content'], [{ ...raw, input: { a: 1 } }]);
  });

  it('says so where text that went out does not hold any more', () => {
    const turn = newTurn();
    const reader = new MessageEventReader(turn);
    const text = turn.openBlock(1, { head: { kind: 'text' }, text: 'wrong' });
    reader.read();
    turn.endBlock(text, 'dropped');
    assert.deepEqual(types(eventsOf(reader.read())), ['error']);
    assert.equal(reader.isAtEnd, true);
  });

  it('splits no surrogate pair (T95)', () => {
    const turn = newTurn();
    const reader = new MessageEventReader(turn);
    const text = turn.openBlock(1, { head: { kind: 'text' }, text: 'a\ud83d' });
    assert.match(reader.read(), /"text":"a"/);
    turn.append(text, '\ude00');
    assert.match(reader.read(), /"text":"😀"/);
  });

  it('ends with the error of the API after a failure', () => {
    const turn = newTurn();
    const reader = new MessageEventReader(turn);
    turn.append(turn.openBlock(1, { head: { kind: 'text' } }), 'a');
    const cause = { kind: 'overloaded', retryable: true, action: 'try-again' } as const;
    turn.setStatus({ kind: 'interrupted', cause, resumable: true });
    const events = eventsOf(reader.read());
    assert.deepEqual(events.at(-1)?.['error'], { type: 'overloaded_error', message: 'overloaded' });
  });
});
