import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Conversation } from '../../src/core/conversation';
import { PatchFeed } from '../../src/core/patchFeed';
import { contentOfConversation, FarView, type Delivery } from './farView';
import { ManualClock } from './manualClock';
import { checkProperty, propertySeed, propertyTimeout } from './propertyRuns';

/** Everything that can happen around a feed, in any order. */
type Happening =
  | { readonly kind: 'ask'; readonly text: string }
  | {
      readonly kind: 'append';
      readonly turn: number;
      readonly text: string;
      readonly times: number;
    }
  | { readonly kind: 'open' | 'close' | 'drop' | 'end' | 'remove'; readonly turn: number }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'line'; readonly view: number; readonly delivery: Delivery }
  | { readonly kind: 'paints'; readonly view: number; readonly paints: boolean }
  | { readonly kind: 'ready' | 'reboot' | 'pause'; readonly view: number };

const turn = fc.nat(3);
const view = fc.nat(2);

const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('ask' as const), text: fc.string() }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      turn,
      text: fc.constantFrom('word ', '😀', '\ud83d', '\ude00', 'x'.repeat(5_000)),
      times: fc.integer({ min: 1, max: 5 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom(...(['open', 'close', 'drop', 'end', 'remove'] as const)),
      turn,
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      ms: fc.constantFrom(1, 5, 16, 40, 300),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('line' as const),
      view,
      delivery: fc.constantFrom<Delivery>(
        'arrives',
        'arrives',
        'is lost',
        'is refused',
        'is rejected',
        'never settles',
        'throws',
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('paints' as const), view, paints: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom(...(['ready', 'reboot', 'pause'] as const)),
      view,
    }),
  },
);

interface Watched {
  readonly view: FarView;
  readonly feed: PatchFeed;
}

class Scene {
  readonly clock = new ManualClock();
  readonly conversation = new Conversation('c', 0, this.clock);
  readonly watched: readonly Watched[] = [0, 7, 100].map((delayMs) => {
    const view = new FarView(this.clock, delayMs);
    const feed = new PatchFeed(this.conversation, this.clock, (patch) => {
      const delivery = view.post(patch);
      assert.ok(feed.inFlight <= 4, `${feed.inFlight} patches not yet painted`);
      assert.ok(JSON.stringify(patch.turns).length < 40_000);
      for (const turn of patch.turns) assert.ok(this.conversation.turn(turn.turn) !== undefined);
      return delivery;
    });
    view.attach(feed);
    return { view, feed };
  });
  private turnCount = 0;

  async run(happenings: readonly Happening[]): Promise<void> {
    for (const { view } of this.watched) view.ready();
    for (const happening of happenings) await this.happen(happening);
    for (const turn of this.conversation.turns) turn.setStatus({ kind: 'stopped' });
    for (const { view } of this.watched) {
      view.delivery = 'arrives';
      view.paints = true;
      view.ready();
    }
    await this.clock.advanceAsync(5_000);
  }

  private async happen(happening: Happening): Promise<void> {
    switch (happening.kind) {
      case 'ask': {
        const n = this.turnCount++;
        this.conversation.addUserTurn(`u${n}`, { text: happening.text, attachments: [] });
        this.conversation.addAssistantTurn(`a${n}`).setStatus({ kind: 'streaming', attempt: 1 });
        return;
      }
      case 'append':
        for (let i = 0; i < happening.times; i++) {
          const turn = this.turn(happening.turn);
          turn?.append(turn.blocks.length - 1, happening.text);
        }
        return;
      case 'open':
        this.turn(happening.turn)?.openBlock(1, { head: { kind: 'text' } });
        return;
      case 'close':
      case 'drop': {
        const turn = this.turn(happening.turn);
        const state = happening.kind === 'close' ? 'closed' : 'dropped';
        turn?.endBlock(turn.blocks.length - 1, state);
        return;
      }
      case 'end':
        this.turn(happening.turn)?.setStatus({ kind: 'complete', stopReason: 'end_turn' });
        return;
      case 'remove':
        this.conversation.removeTurn(this.turn(happening.turn)?.id ?? '');
        return;
      case 'wait':
        await this.clock.advanceAsync(happening.ms);
        return;
      case 'line':
        this.viewOf(happening).delivery = happening.delivery;
        return;
      case 'paints':
        this.viewOf(happening).paints = happening.paints;
        return;
      case 'ready':
        this.viewOf(happening).ready();
        return;
      case 'reboot':
        this.viewOf(happening).reboot();
        this.viewOf(happening).ready();
        return;
      case 'pause':
        this.watched[happening.view]?.feed.pause();
        return;
    }
  }

  private viewOf({ view }: { readonly view: number }): FarView {
    return this.watched[view]!.view;
  }

  private turn(n: number): Conversation['turns'][number] | undefined {
    return this.conversation.turns.filter(({ role }) => role === 'assistant').at(-1 - n);
  }
}

describe(`PatchFeed, any line at any pace (seed ${propertySeed})`, function () {
  this.timeout(propertyTimeout);

  it('brings every view to the conversation as it is, and then rests (T8, T45, T56, T57, T107)', async () => {
    await checkProperty(
      fc.asyncProperty(fc.array(happening, { maxLength: 60, size: 'max' }), async (happenings) => {
        const scene = new Scene();
        await scene.run(happenings);
        for (const { view, feed } of scene.watched) {
          assert.deepEqual(view.content, contentOfConversation(scene.conversation));
          assert.equal(feed.inFlight, 0);
        }
        assert.equal(scene.clock.pendingTimers, 0);
      }),
      300,
    );
  });
});
