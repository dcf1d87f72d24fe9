import { signal, type ReadonlySignal } from '@preact/signals';
import type { BlockHead, BlockState } from '../src/core/contentBlock';
import { toDisposable, type Disposable } from '../src/core/disposable';
import type { MirrorBlock } from '../src/core/turnMirror';

/** Takes a block's text as it comes, outside of the component tree. */
export interface TextSink {
  append(text: string): void;
  /** No more text will come. */
  end(): void;
  /** The answer was cut here and goes on. */
  markSeam?(): void;
}

/** UTF-16 units given to a sink at once: what it can show well within a frame. */
const sliceSize = 16_384;

/**
 * One block for the components. Its state is a signal; its text goes to the sink attached to it, which is one more
 * reader with a cursor: nothing of the text is kept twice, and a sink may come late and catch up.
 */
export class BlockModel {
  private readonly currentState = signal<BlockState>('open');
  private readonly currentLife = signal(0);
  private readonly currentExcess = signal(false);
  private sink: TextSink | undefined;
  /** UTF-16 units the sink has. */
  private shown = 0;
  /** UTF-16 units it gets at most. */
  private limit = Number.POSITIVE_INFINITY;
  private ended = false;

  constructor(
    private readonly block: MirrorBlock,
    /** Offsets at which the text was cut and goes on, in order. */
    private readonly seams: () => readonly number[],
    /** Called when the sink has not got everything and wants another frame. */
    private readonly onBehind: (block: BlockModel) => void,
  ) {}

  get id(): number {
    return this.block.id;
  }

  get head(): BlockHead {
    return this.block.head;
  }

  get state(): ReadonlySignal<BlockState> {
    return this.currentState;
  }

  /** Raised when a block that had ended goes on: what shows it begins anew. */
  get life(): ReadonlySignal<number> {
    return this.currentLife;
  }

  /** Whether there is more text than the sink gets. */
  get isShownInPart(): ReadonlySignal<boolean> {
    return this.currentExcess;
  }

  get length(): number {
    return this.block.text.length;
  }

  get text(): string {
    return this.block.text.toString();
  }

  /** Milliseconds since the turn was sent. */
  get openedMs(): number {
    return this.block.openedMs;
  }

  get closedMs(): number | undefined {
    return this.block.closedMs;
  }

  /**
   * Gives the sink the text from the beginning, at once or over several frames, and then what comes, up to the limit in
   * UTF-16 units.
   */
  attach(sink: TextSink, limit = Number.POSITIVE_INFINITY): Disposable {
    this.sink = sink;
    this.limit = limit;
    this.shown = 0;
    this.ended = false;
    if (this.pump()) this.onBehind(this);
    return toDisposable(() => {
      if (this.sink === sink) this.sink = undefined;
    });
  }

  /** Lets the components know the block's state as it now is. */
  publishState(): void {
    const { state } = this.block;
    this.currentState.value = state;
    if (this.ended && (state === 'open' || this.shown < this.wanted)) {
      this.ended = false;
      this.sink = undefined;
      this.currentLife.value++;
    }
  }

  /** Gives the sink the next piece of what it lacks; true while there is more. */
  pump(): boolean {
    const { sink } = this;
    if (sink === undefined) return false;
    const { text, state } = this.block;
    const { wanted } = this;
    this.currentExcess.value = text.length > this.limit;
    if (this.shown < wanted) {
      if (this.seams().includes(this.shown)) sink.markSeam?.();
      const end = this.sliceEnd();
      const slice = text.slice(this.shown, end);
      this.shown = end;
      sink.append(slice);
      if (end < wanted) return true;
    }
    if (state !== 'open' && !this.ended) {
      this.ended = true;
      sink.end();
    }
    return false;
  }

  /** UTF-16 units that the sink is to have. */
  private get wanted(): number {
    return Math.min(this.block.text.length, this.limit);
  }

  /** Never within a surrogate pair: half a character must not show for a frame (T95). */
  private sliceEnd(): number {
    const { text } = this.block;
    const { wanted } = this;
    const seam = this.seams().find((offset) => offset > this.shown) ?? wanted;
    const end = Math.min(wanted, this.shown + sliceSize, seam);
    if (end === text.length) return end;
    const unit = text.slice(end - 1, end).charCodeAt(0);
    return unit >= 0xd800 && unit <= 0xdbff ? end + 1 : end;
  }
}
