import assert from 'node:assert/strict';
import type { Conversation } from '../../src/core/conversation';
import type { ConversationCursor, ConversationPatch } from '../../src/core/conversationPatch';
import type { PatchFeed } from '../../src/core/patchFeed';
import { TurnMirror } from '../../src/core/turnMirror';
import type { TurnPatch } from '../../src/core/turnPatch';
import type { ManualClock } from './manualClock';

/** What becomes of a patch on its way to the view. */
export type Delivery =
  'arrives' | 'is lost' | 'is refused' | 'is rejected' | 'never settles' | 'throws';

export interface PostedPatch {
  readonly at: number;
  readonly patch: ConversationPatch;
}

/**
 * A view at the end of a line with a delay: it keeps mirrors of what it is given, paints each patch as it comes, and
 * asks again from its cursor where it notices that something is missing.
 */
export class FarView {
  /** Everything that was posted, arrived or not. */
  readonly posted: PostedPatch[] = [];
  delivery: Delivery = 'arrives';
  /** Whether what arrives is acknowledged. */
  paints = true;

  private conversation: string | undefined;
  private order: readonly string[] = [];
  private mirrors = new Map<string, TurnMirror>();
  private lastSeq = 0;
  private feed: PatchFeed | undefined;

  constructor(
    private readonly clock: ManualClock,
    /** Milliseconds that a message takes, each way; 0: it arrives in the same tick. */
    private readonly delayMs = 0,
  ) {}

  attach(feed: PatchFeed): void {
    this.feed = feed;
  }

  /** What the feed is given as its way to the view. */
  readonly post = (patch: ConversationPatch): Promise<boolean> => {
    this.posted.push({ at: this.clock.now(), patch });
    switch (this.delivery) {
      case 'arrives': {
        const copy = JSON.parse(JSON.stringify(patch)) as ConversationPatch;
        this.afterDelay(() => this.receive(copy));
        return Promise.resolve(true);
      }
      case 'is lost':
        return Promise.resolve(true);
      case 'is refused':
        return Promise.resolve(false);
      case 'is rejected':
        return Promise.reject(new Error('The view is gone'));
      case 'never settles':
        return new Promise(() => undefined);
      case 'throws':
        throw new Error('The view is disposed');
    }
  };

  get cursor(): ConversationCursor | undefined {
    if (this.conversation === undefined) return undefined;
    const turns = [...this.mirrors].map(([id, mirror]) => [id, mirror.cursor] as const);
    return { conversation: this.conversation, turns: Object.fromEntries(turns) };
  }

  /** Says to the feed how far this view has come. */
  ready(): void {
    const { cursor } = this;
    this.afterDelay(() => this.feed?.resume(cursor));
  }

  /** Loses everything, as a view that is created anew. */
  reboot(): void {
    this.conversation = undefined;
    this.order = [];
    this.mirrors = new Map();
    this.lastSeq = 0;
  }

  /** What stands on its screen, in order. */
  get content(): unknown {
    return this.order.map((id) => contentOf(this.mirrors.get(id)));
  }

  private receive(patch: ConversationPatch): void {
    const isMissing = patch.seq !== this.lastSeq + 1 && !patch.reset;
    this.lastSeq = patch.seq;
    if (patch.reset) {
      this.mirrors.clear();
      this.conversation = patch.conversation;
    } else if (patch.conversation !== this.conversation) {
      this.ready();
      return;
    }
    if (patch.order !== undefined) this.setOrder(patch.order.map(({ id }) => id));
    const gaps = patch.turns.filter((turn) => this.mirrorOf(turn).apply(turn) === 'gap');
    if (isMissing || gaps.length > 0) this.ready();
    if (this.paints) this.afterDelay(() => this.feed?.painted(patch.seq));
  }

  private setOrder(order: readonly string[]): void {
    this.order = order;
    for (const id of this.mirrors.keys()) if (!order.includes(id)) this.mirrors.delete(id);
  }

  private mirrorOf(patch: TurnPatch): TurnMirror {
    const known = this.mirrors.get(patch.turn);
    if (known !== undefined) return known;
    const mirror = new TurnMirror(patch.turn, patch.role, patch.createdAt);
    this.mirrors.set(patch.turn, mirror);
    return mirror;
  }

  private afterDelay(action: () => void): void {
    if (this.delayMs === 0) action();
    else this.clock.setTimer(this.delayMs, action);
  }
}

/** What a conversation's view must show once it has caught up. */
export function contentOfConversation(conversation: Conversation): unknown {
  return conversation.turns.map(contentOf);
}

function contentOf(turn: Conversation['turns'][number] | TurnMirror | undefined): unknown {
  assert.ok(turn !== undefined, 'a turn is missing');
  return {
    id: turn.id,
    role: turn.role,
    status: turn.status,
    meta: turn.meta,
    blocks: turn.blocks.map(({ head, state, text }) => ({
      head,
      state,
      text: state === 'dropped' ? '' : text.toString(),
    })),
  };
}
