import type { BlockHead, BlockState } from './contentBlock';
import { GrowingText } from './growingText';
import type { TurnMeta } from './turnMeta';
import type { BlockPatch, TurnCursor, TurnPatch } from './turnPatch';
import type { TurnStatus } from './turnStatus';

/** One block as a reader knows it. */
export interface MirrorBlock {
  readonly id: number;
  readonly attempt: number;
  readonly head: BlockHead;
  readonly text: GrowingText;
  readonly state: BlockState;
  readonly openedMs: number;
  readonly closedMs: number | undefined;
}

type MutableMirrorBlock = { -readonly [K in keyof MirrorBlock]: MirrorBlock[K] };

/** What applying a patch to one block did, for a reader that shows it. */
export interface BlockChange {
  readonly block: MirrorBlock;
  readonly added: boolean;
  /** Text that is new to this reader; an overlap with what was there has been taken off. */
  readonly appended: string;
}

/**
 * A reader's copy of a turn, built from patches alone. Patches that overlap what is there are trimmed; one that
 * leaves a gap is refused as a whole, and the reader asks again from `cursor`.
 */
export class TurnMirror {
  readonly blocks: MirrorBlock[] = [];
  status: TurnStatus = { kind: 'queued' };
  meta: TurnMeta = {};
  private revision = -1;

  constructor(
    readonly id: string,
    readonly role: 'user' | 'assistant',
    readonly createdAt: number,
  ) {}

  get cursor(): TurnCursor {
    return { revision: this.revision, seen: this.blocks.map((block) => block.text.length) };
  }

  /** The changes made, or `gap` when the patch starts beyond what this reader has. */
  apply(patch: TurnPatch): readonly BlockChange[] | 'gap' {
    if (this.leavesGap(patch)) return 'gap';
    // An older patch arriving late brings nothing that a newer one has not brought.
    const isNews = patch.to >= this.revision;
    const changes = patch.blocks.map((block) => this.applyBlock(block, isNews));
    if (isNews) {
      this.status = patch.status ?? this.status;
      this.meta = patch.meta ?? this.meta;
      this.revision = patch.to;
    }
    return changes;
  }

  private leavesGap(patch: TurnPatch): boolean {
    if (patch.from > this.revision) return true;
    let added = 0;
    for (const { id, head, at } of patch.blocks) {
      const block = this.blocks[id];
      if (block !== undefined) {
        if (block.state !== 'dropped' && at > block.text.length) return true;
      } else {
        // Blocks come in the order of their ids: a hole means that a patch was lost.
        if (id !== this.blocks.length + added || head === undefined || at > 0) return true;
        added++;
      }
    }
    return false;
  }

  private applyBlock(patch: BlockPatch, isNews: boolean): BlockChange {
    const known = this.blocks[patch.id] as MutableMirrorBlock | undefined;
    const block: MutableMirrorBlock = known ?? {
      id: patch.id,
      attempt: patch.attempt,
      head: patch.head ?? { kind: 'unknown', type: '' },
      text: new GrowingText(),
      state: 'open',
      openedMs: patch.openedMs,
      closedMs: undefined,
    };
    this.blocks[patch.id] = block;
    const appended =
      block.state === 'dropped' ? '' : patch.text.slice(block.text.length - patch.at);
    block.text.append(appended);
    if (known === undefined || (isNews && block.state !== 'dropped')) {
      block.state = patch.state;
      block.closedMs = patch.closedMs;
    }
    return { block, added: known === undefined, appended };
  }
}
