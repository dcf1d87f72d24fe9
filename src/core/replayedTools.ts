import { isJsonObject, stringMember } from './json';
import type { MessageRequest } from './messageTransport';
import type { MessageFollowUp } from './turnController';
import type { TurnDocument } from './turnDocument';
import type { StopReason } from './turnStatus';

/** Stands in for the tools of an answer that is replayed: what they gave back is in the request that followed. */
export class ReplayedTools implements MessageFollowUp {
  readonly isHalfDone = false;
  private resume: (() => void) | undefined;

  constructor(
    private readonly turn: TurnDocument,
    private readonly onWaiting: () => void,
  ) {}

  /** Whether the answer waits for its next request. */
  get isWaiting(): boolean {
    return this.resume !== undefined;
  }

  takes(stopReason: StopReason): boolean {
    return stopReason === 'tool_use' || stopReason === 'pause_turn';
  }

  run(): Promise<'request'> {
    return new Promise((resolve) => {
      this.resume = (): void => resolve('request');
      this.turn.setStatus({ kind: 'running-tools' });
      this.onWaiting();
    });
  }

  /** The next request of the recording. */
  goOn({ messages }: MessageRequest): void {
    const last = messages.at(-1);
    const content: readonly unknown[] = Array.isArray(last?.content) ? last.content : [];
    for (const block of content) this.answer(block);
    const { resume } = this;
    this.resume = undefined;
    resume?.();
  }

  close(): void {
    // What the recording says of the end holds.
  }

  private answer(block: unknown): void {
    if (!isJsonObject(block) || block['type'] !== 'tool_result') return;
    const parts: readonly unknown[] = Array.isArray(block['content']) ? block['content'] : [];
    const text = parts.map((part) =>
      isJsonObject(part) ? (stringMember(part, 'text') ?? '') : '',
    );
    const id = this.turn.openBlock(this.turn.meta.attempts ?? 1, {
      head: {
        kind: 'tool_result',
        toolUseId: stringMember(block, 'tool_use_id') ?? '',
        fate: block['is_error'] === true ? 'failed' : 'done',
        attachments: [],
      },
      text: text.join('\n'),
    });
    this.turn.endBlock(id, 'closed');
  }
}
