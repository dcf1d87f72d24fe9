import assert from 'node:assert/strict';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { cursorId, isAtEnd, parseCursorId, resumePoint } from '../../src/core/cursorId';
import { encodeEvent } from '../../src/core/serverSentEvent';
import { TurnDocument } from '../../src/core/turnDocument';
import { TurnEventReader } from '../../src/core/turnEventReader';
import { TurnMirror } from '../../src/core/turnMirror';
import { startOfTurn, type TurnCursor, type TurnPatch } from '../../src/core/turnPatch';
import { eventsShape, textShape, type TurnShape } from '../../src/core/turnShape';
import { SeededRandom } from '../faults/seededRandom';
import { ManualClock } from './manualClock';

const pieces = [
  'a',
  ' lead',
  '\n',
  '\r',
  '\r\n',
  '😀',
  'data: x',
  '[DONE]',
  ': no comment',
  '\n\n',
];

function newTurn(): TurnDocument {
  return new TurnDocument({ id: 't', role: 'assistant', createdAt: 0 }, new ManualClock());
}

/** A client that keeps the id of the last whole event it has had, as the standard says. */
class Client {
  readonly events: EventSourceMessage[] = [];
  lastId: string | undefined;
  text = '';
  ended = false;
  private reader: TurnEventReader | undefined;
  private pending: string[] = [];

  constructor(
    private readonly turn: TurnDocument,
    private readonly shape: TurnShape,
    /** How many events of those written the network still delivers. */
    private readonly delivered: (count: number) => number,
  ) {}

  connect(): void {
    const cursor = this.lastId === undefined ? startOfTurn : parseCursorId(this.lastId);
    assert.ok(cursor !== undefined, this.lastId);
    const from = resumePoint(this.turn, cursor);
    this.pending = [];
    this.reader = new TurnEventReader(this.turn, from, this.shape, {
      write: (text) => {
        this.pending.push(...text.split(/(?<=\n\n)/));
        return true;
      },
      end: () => (this.ended = true),
    });
  }

  /** Only some of what was written arrives. */
  cut(): void {
    this.reader?.dispose();
    this.take(this.delivered(this.pending.length));
    this.ended = false;
  }

  take(count = this.pending.length): void {
    const parser = createParser({ onEvent: (event) => this.onEvent(event) });
    for (const text of this.pending.splice(0, count)) parser.feed(text);
  }

  private onEvent(event: EventSourceMessage): void {
    this.events.push(event);
    if (event.id !== undefined) this.lastId = event.id;
    if (event.event === 'reset') this.text = '';
    else if (event.event === undefined && event.data !== '[DONE]') this.text += event.data;
  }
}

describe('turn as server-sent events', () => {
  it('keeps every line of the data, whatever ends it', () => {
    const seen: string[] = [];
    const parser = createParser({ onEvent: ({ data }) => seen.push(data) });
    const texts = ['a', 'a\nb', '\n', ' a\n', '\n\nb', 'data: x', ':'];
    for (const data of texts) parser.feed(encodeEvent({ data }));
    assert.deepEqual(seen, texts);
  });

  it('reads back the ids that it writes, and no others', () => {
    const cursors: TurnCursor[] = [startOfTurn, { revision: 7, seen: [0, 12, 3] }];
    for (const cursor of cursors) assert.deepEqual(parseCursorId(cursorId(cursor)), cursor);
    for (const text of ['', 'x', '1.', '1.-1', '1.2.x', '1e3', '1.2 ', '1'.repeat(40)]) {
      assert.equal(parseCursorId(text), undefined, text);
    }
  });

  for (const seed of Array.from({ length: 200 }, (_, i) => i + 1)) {
    it(`misses and doubles nothing over reconnects at random moments, seed ${seed} (T56)`, () => {
      const random = new SeededRandom(seed);
      const turn = newTurn();
      const cutAt = (count: number): number => Math.floor(random.next() * (count + 1));
      const text = new Client(turn, textShape, cutAt);
      const events = new Client(turn, eventsShape, cutAt);
      const clients = [text, events];
      for (const client of clients) client.connect();
      turn.setStatus({ kind: 'streaming', attempt: 1 });
      for (let i = 0; i < 4; i++) {
        const kind = random.next() < 0.7 ? 'text' : 'thinking';
        const id = turn.openBlock(1, { head: { kind }, text: random.pick(['', 'b']) });
        turn.append(id, 'c');
        for (let n = 0; n < 12; n++) {
          turn.append(id, random.pick(pieces));
          for (const client of clients) {
            if (random.next() > 0.4) continue;
            client.cut();
            client.connect();
          }
        }
        turn.append(id, 'z');
        turn.endBlock(id, 'closed');
      }
      turn.setStatus({ kind: 'complete', stopReason: 'end_turn' });
      for (const client of clients) {
        client.cut();
        client.connect();
        client.take();
      }
      const expected = turn.answerText().replace(/\r\n?/g, '\n');
      assert.equal(text.text, expected);
      assert.equal(text.events.at(-1)?.data, '[DONE]');
      const mirror = new TurnMirror('t', 'assistant', 0);
      let length = 0;
      for (const { event, data } of events.events) {
        if (event !== 'patch') continue;
        const patch = JSON.parse(data) as TurnPatch;
        assert.notEqual(mirror.apply(patch), 'gap');
        for (const block of patch.blocks) length += block.text.length;
      }
      const whole = turn.blocks.map((block) => block.text.toString());
      assert.deepEqual(
        mirror.blocks.map((block) => block.text.toString()),
        whole,
      );
      // Not a character came twice.
      assert.equal(length, whole.join('').length);
      assert.equal(mirror.status.kind, 'complete');
    });
  }

  it('takes back text that a later attempt dropped', () => {
    const turn = newTurn();
    const client = new Client(turn, textShape, (count) => count);
    client.connect();
    const first = turn.openBlock(1, { head: { kind: 'text' } });
    turn.append(first, 'wrong');
    client.take();
    assert.equal(client.text, 'wrong');
    turn.endBlock(first, 'dropped');
    turn.append(turn.openBlock(2, { head: { kind: 'text' } }), 'right');
    turn.setStatus({ kind: 'complete', stopReason: 'end_turn' });
    client.take();
    assert.equal(client.text, 'right');
  });

  it('tells a failure as an event, and ends', () => {
    const turn = newTurn();
    const client = new Client(turn, textShape, (count) => count);
    client.connect();
    const cause = { kind: 'overloaded', retryable: true, action: 'try-again' } as const;
    turn.setStatus({ kind: 'failed', cause: { ...cause, serverMessage: 'Over\nloaded' } });
    client.take();
    assert.deepEqual(
      client.events.map(({ event }) => event),
      ['error', undefined],
    );
    assert.match(client.events[0]!.data, /Over\\nloaded/);
    assert.equal(client.ended, true);
    assert.ok(isAtEnd(turn, parseCursorId(client.lastId!)!));
  });

  it('goes on from a cursor of an earlier life of the turn', () => {
    const identity = { id: 't', role: 'assistant', createdAt: 0 } as const;
    const turn = TurnDocument.restore(identity, new ManualClock(), {
      blocks: [
        {
          attempt: 1,
          head: { kind: 'text' },
          raw: undefined,
          text: newTextOf('Hello world'),
          state: 'closed',
          signature: undefined,
          citations: [],
          unknownDeltas: [],
          openedMs: 0,
          closedMs: 1,
        },
      ],
      status: { kind: 'complete', stopReason: 'end_turn' },
      meta: {},
    });
    const client = new Client(turn, textShape, (count) => count);
    client.lastId = '40.6';
    client.connect();
    client.take();
    assert.equal(client.text, 'world');
    const lost = new Client(turn, textShape, (count) => count);
    lost.lastId = '40.99';
    lost.connect();
    lost.take();
    assert.equal(lost.events[0]?.event, 'reset');
    assert.equal(lost.text, 'Hello world');
  });

  it('stands still while the sink is full, and brings what came meanwhile as one slice (T107)', () => {
    const turn = newTurn();
    const written: string[] = [];
    const reader = new TurnEventReader(turn, { cursor: startOfTurn, reset: false }, textShape, {
      write: (text) => {
        written.push(text);
        return false;
      },
      end: () => undefined,
    });
    const id = turn.openBlock(1, { head: { kind: 'text' } });
    for (let i = 0; i < 1_000; i++) turn.append(id, 'x');
    assert.equal(written.length, 1);
    reader.drained();
    assert.equal(written.length, 2);
    assert.match(written[1]!, /data: x{999}\n/);
    reader.dispose();
  });
});

function newTextOf(text: string): TurnDocument['blocks'][number]['text'] {
  const turn = newTurn();
  return turn.blocks[turn.openBlock(1, { head: { kind: 'text' }, text })]!.text;
}
