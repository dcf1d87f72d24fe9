import type { ContinuationPlan } from './continuation';
import { SeamJoiner } from './seam';
import type { TurnDocument } from './turnDocument';

/**
 * Brings the continuation of a cut answer into the document, without what it repeats. The first text of the attempt
 * goes on in the block that was cut, so that every reader sees one text; where the cut was between blocks it gets a
 * block of its own.
 */
export class SeamWriter {
  /** The block that goes on; undefined where the cut was between blocks. */
  readonly keptBlock: number | undefined;
  private readonly at: number;
  private joiner: SeamJoiner;
  private target: number | undefined;
  /** What the server brought before it began again, and brings once more. */
  private already = '';

  /** Also notes the seam in the turn's figures. */
  constructor(
    private readonly turn: TurnDocument,
    attempt: number,
    private readonly plan: ContinuationPlan,
  ) {
    const last = turn.blocks.findLast(({ state }) => state !== 'dropped');
    const cut = last?.head.kind === 'text' && last.state !== 'closed' ? last : undefined;
    this.keptBlock = cut?.id;
    this.at = cut?.text.length ?? 0;
    this.joiner = new SeamJoiner(plan.kept, { unsentLength: plan.unsentLength });
    const place = cut === undefined ? {} : { block: cut.id, at: this.at };
    const before = (turn.meta.seams ?? []).filter(({ block, at }) => {
      // An attempt that brought nothing leaves no mark.
      return at === undefined || block !== place.block || at !== place.at;
    });
    turn.updateMeta({ seams: [...before, { attempt, ...place }] });
  }

  /** Whether the continuation's text has begun. */
  get hasBegun(): boolean {
    return this.target !== undefined;
  }

  /** The text begins: in the block that was cut, which opens again, or in the one that `open` makes. Returns its id. */
  begin(open: () => number): number {
    const block = this.keptBlock ?? open();
    this.turn.reopenBlock(block);
    this.target = block;
    return block;
  }

  /** Whether text of this block goes through here. */
  writes(block: number): boolean {
    return block === this.target;
  }

  append(text: string): void {
    this.write(this.joiner.push(text));
  }

  /** The text is over: what was held back to be compared belongs to it after all. */
  end(): void {
    this.write(this.joiner.end());
  }

  /** A proxy begins the continuation again by itself: what it has brought already is passed over. */
  restart(): void {
    const { keptBlock, plan, turn } = this;
    this.target = undefined;
    this.joiner = new SeamJoiner(plan.kept, { unsentLength: plan.unsentLength });
    if (keptBlock !== undefined) this.already = turn.blocks[keptBlock]?.text.slice(this.at) ?? '';
  }

  private write(text: string): void {
    if (this.target === undefined) return;
    const isSame = this.already.startsWith(text) || text.startsWith(this.already);
    const known = isSame ? Math.min(this.already.length, text.length) : 0;
    this.already = isSame ? this.already.slice(known) : '';
    this.turn.append(this.target, text.slice(known));
  }
}
