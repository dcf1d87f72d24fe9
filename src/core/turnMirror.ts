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
    if (patch.from > this.revision || patch.blocks.some((block) => this.leavesGap(block))) {
      return 'gap';
    }
    const changes = patch.blocks.map((block) => this.applyBlock(block));
    // An older patch arriving late brings nothing that a newer one has not brought.
    if (patch.to >= this.revision) {
      this.status = patch.status ?? this.status;
      this.meta = patch.meta ?? this.meta;
      this.revision = patch.to;
    }
    return changes;
  }

  private leavesGap(patch: BlockPatch): boolean {
    const block = this.blocks[patch.id];
    if (block !== undefined) return patch.at > block.text.length;
    return patch.head === undefined || patch.at > 0;
  }

  private applyBlock(patch: BlockPatch): BlockChange {
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
    const appended = patch.text.slice(block.text.length - patch.at);
    block.text.append(appended);
    if (patch.at + patch.text.length >= block.text.length) block.state = patch.state;
    block.closedMs = patch.closedMs ?? block.closedMs;
    return { block, added: known === undefined, appended };
  }
}
