import { batch, signal, type ReadonlySignal } from '@preact/signals';
import { TurnMirror, type MirrorBlock } from '../src/core/turnMirror';
import type { TurnCursor, TurnPatch } from '../src/core/turnPatch';
import type { TurnMeta } from '../src/core/turnMeta';
import { isTerminal, type TurnStatus } from '../src/core/turnStatus';
import { BlockModel } from './blockModel';

export interface TurnNews {
  /** The patch starts beyond what is here: it was not applied. */
  readonly gap: boolean;
  /** It brought the first visible text of the turn. */
  readonly firstText: boolean;
}

/**
 * One turn for the components: a signal for each thing that changes at its own pace, so that more text renders
 * nothing but the text. What arrives is applied at once to the mirror and shown by `publish`, once a frame.
 */
export class TurnModel {
  private readonly mirror: TurnMirror;
  private readonly currentStatus = signal<TurnStatus>({ kind: 'queued' });
  private readonly currentMeta = signal<TurnMeta>({});
  private readonly blockList = signal<readonly BlockModel[]>([]);
  /** By block id. */
  private readonly models: BlockModel[] = [];
  private readonly behind = new Set<BlockModel>();
  private hasText = false;
  private published = false;
  /** On the clock of `performance.now()`. */
  private sentAt = 0;
  private statusSince = 0;

  constructor(
    readonly id: string,
    readonly role: 'user' | 'assistant',
    createdAt: number,
    private readonly onBehind: (turn: TurnModel) => void,
  ) {
    this.mirror = new TurnMirror(id, role, createdAt);
  }

  get status(): ReadonlySignal<TurnStatus> {
    return this.currentStatus;
  }

  get meta(): ReadonlySignal<TurnMeta> {
    return this.currentMeta;
  }

  get blocks(): ReadonlySignal<readonly BlockModel[]> {
    return this.blockList;
  }

  get cursor(): TurnCursor {
    return this.mirror.cursor;
  }

  /** Milliseconds since the turn was sent, at `now` (`performance.now()`). */
  elapsedMs(now: number): number {
    return Math.max(0, now - this.sentAt);
  }

  /** Milliseconds since the status was set, at `now`. */
  statusAgeMs(now: number): number {
    return Math.max(0, now - this.statusSince);
  }

  /** UTF-16 units of all that the model has written so far, thinking included. */
  get outputLength(): number {
    return this.models
      .filter(({ head }) => head.kind !== 'tool_run' && head.kind !== 'tool_result')
      .reduce((sum, block) => sum + block.length, 0);
  }

  /** The answer as it came (markdown), for copying. */
  answerText(): string {
    return this.models
      .filter((block) => block.head.kind === 'text' && block.state.peek() !== 'dropped')
      .map((block) => block.text)
      .join('\n\n');
  }

  receive(patch: TurnPatch, now: number): TurnNews {
    const changes = this.mirror.apply(patch);
    if (changes === 'gap') return { gap: true, firstText: false };
    this.sentAt = now - patch.elapsedMs;
    this.statusSince = now - patch.statusAgeMs;
    let brought = false;
    for (const { block, appended } of changes) {
      const model = (this.models[block.id] ??= this.newBlock(block));
      this.behind.add(model);
      brought ||= appended !== '' && isShown(block.head.kind);
    }
    const firstText = brought && !this.hasText && !isTerminal(this.mirror.status);
    this.hasText ||= brought;
    return { gap: false, firstText };
  }

  /**
   * Shows what has arrived, text until `deadline` (`performance.now()`) and one piece at least.
   * `more`: text is left for another frame. `ended`: the turn came to its end before the eyes of the person.
   */
  publish(deadline: number): { readonly more: boolean; readonly ended: boolean } {
    const wasUnderWay = this.published && !isTerminal(this.currentStatus.peek());
    batch(() => {
      this.currentStatus.value = this.mirror.status;
      this.currentMeta.value = this.mirror.meta;
      if (this.blockList.peek().length < this.models.length)
        this.blockList.value = [...this.models];
      for (const block of this.behind) block.publishState();
    });
    this.published = true;
    for (const block of this.behind) {
      if (!block.pump()) this.behind.delete(block);
      if (performance.now() >= deadline) break;
    }
    return {
      more: this.behind.size > 0,
      ended: wasUnderWay && isTerminal(this.mirror.status),
    };
  }

  private newBlock(block: MirrorBlock): BlockModel {
    const seams = (): readonly number[] => {
      const all = this.mirror.meta.seams ?? [];
      return all.flatMap(({ block: id, at }) => (id === block.id && at !== undefined ? [at] : []));
    };
    return new BlockModel(block, seams, (late) => this.onLate(late));
  }

  private onLate(block: BlockModel): void {
    this.behind.add(block);
    this.onBehind(this);
  }
}

function isShown(kind: string): boolean {
  return kind === 'text' || kind === 'thinking';
}
