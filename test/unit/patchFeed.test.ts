import assert from 'node:assert/strict';
import { Conversation } from '../../src/core/conversation';
import type { ConversationCursor } from '../../src/core/conversationPatch';
import { PatchFeed } from '../../src/core/patchFeed';
import type { TurnDocument } from '../../src/core/turnDocument';
import { contentOfConversation, FarView, type Delivery } from './farView';
import { ManualClock } from './manualClock';
import { propertyTimeout } from './propertyRuns';

interface Scene {
  readonly clock: ManualClock;
  readonly conversation: Conversation;
  readonly view: FarView;
  readonly feed: PatchFeed;
}

/** A conversation with a view of it, which has said that it is there. */
function scene(delayMs = 0): Scene {
  const clock = new ManualClock();
  const conversation = new Conversation('c', 0, clock);
  const { view, feed } = addView(conversation, clock, delayMs);
  return { clock, conversation, view, feed };
}

function addView(
  conversation: Conversation,
  clock: ManualClock,
  delayMs = 0,
): { view: FarView; feed: PatchFeed } {
  const view = new FarView(clock, delayMs);
  const feed = new PatchFeed(conversation, clock, view.post);
  view.attach(feed);
  feed.resume();
  clock.advance(1_000);
  return { view, feed };
}

/** A turn whose answer streams, with everything up to its first text on screen. */
function stream(conversation: Conversation, clock: ManualClock, id = 'a'): TurnDocument {
  const turn = conversation.addAssistantTurn(id);
  turn.setStatus({ kind: 'streaming', attempt: 1 });
  turn.openBlock(1, { head: { kind: 'text' }, text: '.' });
  clock.advance(1_000);
  return turn;
}

function textSize(view: FarView, from = 0): number {
  return view.posted
    .slice(from)
    .flatMap(({ patch }) => patch.turns)
    .flatMap(({ blocks }) => blocks)
    .reduce((sum, { text }) => sum + text.length, 0);
}

describe('PatchFeed', function () {
  this.timeout(propertyTimeout);

  it('posts the first text of a turn in the tick it arrives (T23)', () => {
    const { clock, conversation, view } = scene();
    const turn = conversation.addAssistantTurn('a');
    clock.advance(1_000);
    turn.setStatus({ kind: 'streaming', attempt: 1 });
    turn.openBlock(1, { head: { kind: 'text' } });
    // A patch has just gone out: only the first text may follow before the next frame.
    const before = view.posted.length;
    turn.append(0, 'H');
    assert.equal(view.posted.length, before + 1);
    assert.equal(view.posted.at(-1)?.patch.turns[0]?.blocks[0]?.text, 'H');
    turn.append(0, 'e');
    assert.equal(view.posted.length, before + 1);
    clock.advance(16);
    assert.equal(view.posted.at(-1)?.patch.turns[0]?.blocks[0]?.text, 'e');
  });

  it('shows a single delta before a long pause (T23)', () => {
    const { clock, conversation, view } = scene();
    const turn = stream(conversation, clock);
    turn.append(0, 'only');
    clock.advance(16);
    assert.deepEqual(view.content, contentOfConversation(conversation));
  });

  it('posts at most one patch per 16 ms, whatever the token rate (T5)', () => {
    const { clock, conversation, view } = scene();
    const turn = stream(conversation, clock);
    const before = view.posted.length;
    for (let i = 0; i < 4_000; i++) {
      turn.append(0, 'word ');
      clock.advance(0.25);
    }
    const times = view.posted.slice(before).map(({ at }) => at);
    assert.ok(times.length >= 60 && times.length <= 63, `${times.length} patches in a second`);
    for (const [i, at] of times.entries()) assert.ok(i === 0 || at - times[i - 1]! >= 16);
  });

  it('reads nothing while four patches are not yet painted, then sends one large one', () => {
    const { clock, conversation, view, feed } = scene();
    const turn = stream(conversation, clock);
    view.paints = false;
    const before = view.posted.length;
    for (let i = 0; i < 4; i++) {
      turn.append(0, 'x');
      clock.advance(16);
    }
    assert.equal(feed.inFlight, 4);
    const reads: (number | undefined)[] = [];
    const { text } = turn.blocks[0]!;
    const slice = text.slice.bind(text);
    text.slice = (from, to) => {
      reads.push(from);
      return slice(from, to);
    };
    for (let i = 0; i < 1_000; i++) {
      turn.append(0, '0123456789');
      clock.advance(1);
    }
    assert.deepEqual(reads, []);
    assert.equal(view.posted.length, before + 4);
    assert.equal(clock.pendingTimers, 0);
    feed.painted(view.posted.at(-1)!.patch.seq);
    assert.equal(view.posted.length, before + 5);
    assert.equal(view.posted.at(-1)?.patch.turns[0]?.blocks[0]?.text, '0123456789'.repeat(1_000));
    assert.ok(reads.length > 0);
  });

  it('gives a view at most 64 kB that it has not yet painted, in patches of 16 kB', () => {
    const { clock, conversation, view } = scene();
    const turn = stream(conversation, clock);
    view.paints = false;
    const before = view.posted.length;
    turn.append(0, '😀'.repeat(500_000));
    clock.advance(10_000);
    assert.ok(textSize(view, before) <= 65_536 + 4);
    assert.ok(textSize(view, before) >= 49_152);
    const largest = Math.max(
      ...view.posted.slice(before).map(({ patch }) => JSON.stringify(patch.turns).length),
    );
    assert.ok(largest < 20_000, `a patch of ${largest}`);
  });

  it('opens its window by as many patches as were painted', () => {
    const { clock, conversation, view, feed } = scene();
    const turn = stream(conversation, clock);
    view.paints = false;
    const before = view.posted.length;
    turn.append(0, 'x'.repeat(200_000));
    clock.advance(1_000);
    assert.equal(view.posted.length, before + 4);
    feed.painted(view.posted[before]!.patch.seq);
    clock.advance(1_000);
    assert.equal(view.posted.length, before + 5);
    // Of an earlier patch, arriving late.
    feed.painted(view.posted[before]!.patch.seq);
    clock.advance(1_000);
    assert.equal(view.posted.length, before + 5);
  });

  it('counts turns and blocks that have no text, too', () => {
    const { clock, conversation, view } = scene();
    view.paints = false;
    const before = view.posted.length;
    for (let i = 0; i < 1_000; i++) conversation.addAssistantTurn(`a${i}`);
    clock.advance(1_000);
    assert.equal(view.posted.length, before + 4);
    for (const { patch } of view.posted.slice(before)) assert.ok(patch.turns.length <= 64);
  });

  it('gives one turn of very many blocks at a time', () => {
    const { clock, conversation, view } = scene();
    view.paints = false;
    const before = view.posted.length;
    for (const id of ['a', 'b']) {
      const turn = conversation.addAssistantTurn(id);
      for (let i = 0; i < 1_100; i++) turn.openBlock(1, { head: { kind: 'redacted_thinking' } });
    }
    view.reboot();
    view.ready();
    const snapshot = view.posted.length;
    clock.advance(1_000);
    assert.ok(snapshot > before);
    assert.equal(view.posted.length, snapshot);
    assert.equal(view.posted.at(-1)?.patch.turns.length, 1);
  });

  it('keeps updates smooth for a view 100 ms away', () => {
    const { clock, conversation, view } = scene(50);
    const turn = stream(conversation, clock);
    const before = view.posted.length;
    for (let i = 0; i < 400; i++) {
      turn.append(0, 'word ');
      clock.advance(5);
    }
    const times = view.posted.slice(before).map(({ at }) => at);
    // Four patches for each way there and back; waiting for every acknowledgement would give 20 in these 2 s.
    assert.ok(times.length >= (4 * 2_000) / (100 + 16), `${times.length} patches`);
    for (const [i, at] of times.entries()) {
      assert.ok(i === 0 || at - times[i - 1]! <= 100, `nothing for ${at - times[i - 1]!} ms`);
    }
    clock.advance(500);
    assert.deepEqual(view.content, contentOfConversation(conversation));
  });

  it('piles up nothing for a view that stops painting, which later reads on (T107)', () => {
    const { clock, conversation, view, feed } = scene();
    const turn = stream(conversation, clock);
    view.paints = false;
    const before = view.posted.length;
    for (let minute = 0; minute < 10; minute++) {
      for (let i = 0; i < 100; i++) turn.append(0, 'more and more ');
      clock.advance(60_000);
    }
    turn.setStatus({ kind: 'complete', stopReason: 'end_turn' });
    clock.advance(1_000);
    assert.equal(view.posted.length, before + 4);
    assert.equal(clock.pendingTimers, 0);
    view.paints = true;
    feed.painted(view.posted.at(-1)!.patch.seq);
    clock.advance(1_000);
    assert.deepEqual(view.content, contentOfConversation(conversation));
  });

  it('tells the end of a turn within a frame, after the last of the text (T46, T49)', () => {
    const { clock, conversation, view } = scene();
    const turn = stream(conversation, clock);
    turn.append(0, 'x'.repeat(40_000));
    turn.setStatus({ kind: 'complete', stopReason: 'end_turn' });
    const told = (): number =>
      view.posted.findIndex(({ patch }) => patch.turns[0]?.status?.kind === 'complete');
    clock.advance(31);
    assert.equal(told(), -1);
    clock.advance(1);
    assert.equal(told(), view.posted.length - 1);
    assert.deepEqual(view.content, contentOfConversation(conversation));
  });

  for (const delivery of ['is refused', 'is rejected', 'throws'] satisfies Delivery[]) {
    it(`stands still where a patch ${delivery}, until the view is back (T45, T57)`, async () => {
      const { clock, conversation, view } = scene();
      const turn = stream(conversation, clock);
      view.delivery = delivery;
      turn.append(0, 'lost');
      await clock.advanceAsync(16);
      const before = view.posted.length;
      turn.append(0, ' and more');
      await clock.advanceAsync(10_000);
      assert.equal(view.posted.length, before);
      assert.equal(clock.pendingTimers, 0);
      view.delivery = 'arrives';
      view.ready();
      clock.advance(16);
      assert.deepEqual(view.content, contentOfConversation(conversation));
      turn.append(0, ', live again');
      clock.advance(16);
      assert.deepEqual(view.content, contentOfConversation(conversation));
    });
  }

  it('stands still where posting never settles and nothing is painted (T45)', async () => {
    const { clock, conversation, view } = scene();
    const turn = stream(conversation, clock);
    view.delivery = 'never settles';
    const before = view.posted.length;
    for (let i = 0; i < 100; i++) {
      turn.append(0, 'x');
      await clock.advanceAsync(16);
    }
    assert.equal(view.posted.length, before + 4);
    view.delivery = 'arrives';
    view.ready();
    clock.advance(16);
    assert.deepEqual(view.content, contentOfConversation(conversation));
  });

  it('is not stopped by the late news of a patch that a resume has dealt with', async () => {
    const { clock, conversation, view } = scene();
    const turn = stream(conversation, clock);
    view.delivery = 'is refused';
    turn.append(0, 'lost');
    clock.advance(16);
    view.delivery = 'arrives';
    view.ready();
    await clock.advanceAsync(16);
    turn.append(0, ', live');
    clock.advance(16);
    assert.deepEqual(view.content, contentOfConversation(conversation));
  });

  it('repairs a lost patch as soon as the view notices (T45, T56)', () => {
    const { clock, conversation, view } = scene();
    const turn = stream(conversation, clock);
    view.delivery = 'is lost';
    turn.append(0, 'lost');
    clock.advance(16);
    view.delivery = 'arrives';
    turn.append(0, 'next');
    clock.advance(32);
    assert.deepEqual(view.content, contentOfConversation(conversation));
  });

  it('repairs a loss on a long line once for each patch under way, not for ever', () => {
    const { clock, conversation, view } = scene(50);
    const turn = stream(conversation, clock);
    const before = view.posted.length;
    for (let i = 0; i < 400; i++) {
      view.delivery = i === 100 ? 'is lost' : 'arrives';
      turn.append(0, 'word ');
      clock.advance(i === 100 ? 16 : 5);
    }
    clock.advance(1_000);
    const resumed = view.posted.slice(before).filter(({ patch }) => patch.order !== undefined);
    assert.ok(resumed.length >= 1 && resumed.length <= 4, `${resumed.length} repairs`);
    assert.deepEqual(view.content, contentOfConversation(conversation));
  });

  it('posts nothing while paused, and goes on from the cursor of the view (T45)', () => {
    const { clock, conversation, view, feed } = scene();
    const turn = stream(conversation, clock);
    feed.pause();
    const before = view.posted.length;
    for (let i = 0; i < 100; i++) turn.append(0, 'x');
    turn.setStatus({ kind: 'stopped' });
    clock.advance(1_000);
    feed.painted(99);
    assert.equal(view.posted.length, before);
    assert.equal(clock.pendingTimers, 0);
    view.ready();
    assert.equal(view.posted.at(-1)?.patch.reset, false);
    assert.equal(textSize(view, before), 100);
    assert.deepEqual(view.content, contentOfConversation(conversation));
  });

  it('begins from nothing for a view that was created anew (T57, T58)', () => {
    const { clock, conversation, view } = scene();
    stream(conversation, clock);
    view.reboot();
    view.ready();
    assert.equal(view.posted.at(-1)?.patch.reset, true);
    assert.deepEqual(view.content, contentOfConversation(conversation));
  });

  it('begins from nothing where a cursor is not of this conversation in this life (T58)', () => {
    const { clock, conversation, view, feed } = scene();
    const turn = stream(conversation, clock);
    const { revision } = turn;
    const cursor = (value: unknown): ConversationCursor =>
      ({ conversation: 'c', turns: { a: value } }) as ConversationCursor;
    const elsewhere: ConversationCursor[] = [
      { conversation: 'another', turns: {} },
      cursor({ revision: revision + 1, seen: [] }),
      cursor({ revision: Number.NaN, seen: [] }),
      cursor({ revision, seen: [2] }),
      cursor({ revision, seen: [1, 0] }),
      cursor({ revision, seen: [-1] }),
      cursor({ revision, seen: [0.5] }),
    ];
    for (const each of elsewhere) {
      feed.resume(each);
      assert.equal(view.posted.at(-1)?.patch.reset, true, JSON.stringify(each));
      assert.deepEqual(view.content, contentOfConversation(conversation));
    }
    feed.resume(cursor({ revision, seen: [1] }));
    assert.equal(view.posted.at(-1)?.patch.reset, false);
    assert.deepEqual(view.posted.at(-1)?.patch.turns, []);
  });

  it('lets a view know which of its turns are gone', () => {
    const { clock, conversation, view, feed } = scene();
    const turn = stream(conversation, clock);
    stream(conversation, clock, 'b');
    feed.pause();
    conversation.removeTurn('a');
    turn.append(0, 'late');
    view.ready();
    assert.deepEqual(
      view.posted.at(-1)?.patch.order?.map(({ id }) => id),
      ['b'],
    );
    assert.deepEqual(view.content, contentOfConversation(conversation));
  });

  it('shows turns that are added and taken away', () => {
    const { clock, conversation, view } = scene();
    conversation.addUserTurn('u', { text: 'Hello', attachments: [] });
    const turn = stream(conversation, clock);
    conversation.addUserTurn('u2', { text: 'Queued', attachments: [] });
    conversation.addAssistantTurn('a2');
    turn.append(0, 'x');
    clock.advance(16);
    assert.deepEqual(view.content, contentOfConversation(conversation));
    turn.append(0, 'not yet read');
    const before = view.posted.length;
    conversation.removeTurn('a');
    turn.append(0, 'late');
    clock.advance(1_000);
    assert.deepEqual(view.content, contentOfConversation(conversation));
    assert.ok(view.posted.slice(before).every(({ patch }) => patch.turns.length === 0));
    assert.equal(clock.pendingTimers, 0);
  });

  it('serves several views of one conversation, each at its own pace', () => {
    const { clock, conversation, view: near } = scene();
    const { view: far } = addView(conversation, clock, 100);
    const { view: stalled, feed } = addView(conversation, clock);
    stalled.paints = false;
    const turn = stream(conversation, clock);
    for (let i = 0; i < 200; i++) {
      turn.append(0, `${i} `);
      clock.advance(10);
    }
    clock.advance(16);
    assert.deepEqual(near.content, contentOfConversation(conversation));
    assert.equal(feed.inFlight, 4);
    clock.advance(1_000);
    assert.deepEqual(far.content, contentOfConversation(conversation));
    stalled.paints = true;
    stalled.ready();
    clock.advance(1_000);
    assert.deepEqual(stalled.content, contentOfConversation(conversation));
  });

  /** A conversation of 200 finished turns, long before a view is there. */
  function longConversation(clock: ManualClock): Conversation {
    const conversation = new Conversation('c', 0, clock);
    for (let i = 0; i < 100; i++) {
      conversation.addUserTurn(`u${i}`, { text: `Question ${i}`, attachments: [] });
      const turn = conversation.addAssistantTurn(`a${i}`);
      turn.openBlock(1, { head: { kind: 'text' }, text: `Answer ${i} `.repeat(i * 10) });
      turn.setStatus({ kind: 'complete', stopReason: 'end_turn' });
    }
    return conversation;
  }

  it('gives the newest of 200 turns first, and the rest as it is wanted, whole and once (T17)', () => {
    const clock = new ManualClock();
    const conversation = longConversation(clock);
    const { view, feed } = addView(conversation, clock);
    const arrivals = (): string[] => [
      ...new Set(view.posted.flatMap(({ patch }) => patch.turns.map(({ turn }) => turn))),
    ];
    const newestFirst = conversation.turns.map(({ id }) => id).reverse();
    const first = arrivals();
    assert.ok(first.length >= 4 && first.length < 50, String(first.length));
    assert.deepEqual(first, newestFirst.slice(0, first.length));
    assert.deepEqual(
      view.posted[0]?.patch.order?.map(({ id }) => id),
      conversation.turns.map(({ id }) => id),
    );
    feed.want(newestFirst);
    clock.advance(60_000);
    assert.deepEqual(view.content, contentOfConversation(conversation));
    assert.deepEqual(arrivals(), newestFirst);
    const total = conversation.turns
      .flatMap(({ blocks }) => blocks)
      .reduce((sum, { text }) => sum + text.length, 0);
    assert.equal(textSize(view), total);
    const given = view.posted.flatMap(({ patch }) => patch.turns);
    assert.ok(given.every(({ blocks }) => blocks.length > 0));
    assert.equal(view.posted.filter(({ patch }) => patch.reset).length, 1);
    for (const { patch } of view.posted) assert.ok(JSON.stringify(patch.turns).length < 40_000);
  });

  it('gives a turn from its beginning when it is wanted again (T17)', () => {
    const clock = new ManualClock();
    const conversation = longConversation(clock);
    const { view, feed } = addView(conversation, clock);
    feed.want(['a0', 'a1']);
    clock.advance(1_000);
    const before = view.posted.length;
    feed.want(['a1']);
    feed.want(['a0', 'a1']);
    clock.advance(1_000);
    const again = view.posted.slice(before).flatMap(({ patch }) => patch.turns);
    assert.deepEqual(
      again.map(({ turn, from }) => ({ turn, from })),
      [{ turn: 'a0', from: -1 }],
    );
  });

  it('reads what is under way, and the last turns, whatever is wanted', () => {
    const clock = new ManualClock();
    const conversation = longConversation(clock);
    const { view, feed } = addView(conversation, clock);
    const turn = stream(conversation, clock);
    const before = view.posted.length;
    feed.want(['u0']);
    turn.append(0, 'more');
    clock.advance(1_000);
    const given = view.posted.slice(before).flatMap(({ patch }) => patch.turns);
    assert.deepEqual([...new Set(given.map((each) => each.turn))].sort(), ['a', 'u0']);
  });

  it('does no work on other turns for a delta (T20)', () => {
    const { clock, conversation, view } = scene();
    for (let i = 0; i < 500; i++) {
      conversation.addUserTurn(`u${i}`, { text: 'x', attachments: [] });
    }
    clock.advance(10_000);
    const turn = stream(conversation, clock);
    let listed = 0;
    let touched = 0;
    const { turns } = conversation;
    for (const other of turns) {
      if (other === turn) continue;
      const { blocks } = other;
      Object.defineProperty(other, 'blocks', { get: () => (touched++, blocks) });
    }
    Object.defineProperty(conversation, 'turns', { get: () => (listed++, turns) });
    const before = view.posted.length;
    for (let i = 0; i < 500; i++) {
      turn.append(0, 'x');
      clock.advance(16);
    }
    assert.equal(view.posted.length, before + 500);
    assert.equal(listed, 0);
    assert.equal(touched, 0);
  });

  it('sends a long text from within a view that answers at once, without deepening the stack', () => {
    const clock = new ManualClock();
    const conversation = new Conversation('c', 0, clock);
    const turn = stream(conversation, clock);
    turn.append(0, 'x'.repeat(2_000_000));
    let depth = 0;
    let deepest = 0;
    let posted = 0;
    const feed = new PatchFeed(conversation, clock, ({ seq }) => {
      depth++;
      deepest = Math.max(deepest, depth);
      posted++;
      // As slow as a frame, so that the next patch would be due at once.
      clock.advance(20);
      feed.painted(seq);
      depth--;
      return Promise.resolve(true);
    });
    feed.resume();
    clock.advance(10_000);
    assert.ok(posted > 100);
    assert.equal(deepest, 1);
  });

  it('has no timer when there is nothing to tell (T8)', () => {
    const { clock, conversation } = scene();
    const turn = stream(conversation, clock);
    turn.append(0, 'x');
    turn.setStatus({ kind: 'stopped' });
    clock.advance(16);
    assert.equal(clock.pendingTimers, 0);
  });

  it('leaves nothing behind once it is disposed (T15)', () => {
    const { clock, conversation, view, feed } = scene();
    const turn = stream(conversation, clock);
    turn.append(0, 'x');
    turn.append(0, 'y');
    feed.dispose();
    assert.equal(clock.pendingTimers, 0);
    const before = view.posted.length;
    turn.append(0, 'z');
    feed.resume();
    feed.painted(99);
    clock.advance(1_000);
    assert.equal(view.posted.length, before);
  });
});
