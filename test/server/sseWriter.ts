import type { ServerResponse } from 'node:http';
import type { RawEvent, Scenario } from './scenario';

/** Writes events to a socket as the scenario wants them spelt, and waits where the client does not read. */
export class SseWriter {
  private bytesWritten = 0;
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly response: ServerResponse,
    private readonly scenario: Scenario,
    /** Destroys the socket once so many bytes of the body are out. */
    private readonly resetAfterBytes = Number.POSITIVE_INFINITY,
  ) {}

  get isOpen(): boolean {
    return !this.response.destroyed && !this.response.writableEnded;
  }

  /** Events go out whole, one after another: a ping never lands inside another event. */
  event(event: RawEvent): Promise<void> {
    this.last = this.last.then(() => this.write(event));
    return this.last;
  }

  private async write({ event, data }: RawEvent): Promise<void> {
    const { lineEnd = '\n', dataOnly = false } = this.scenario;
    const lines = event === null || dataOnly ? [] : [`event: ${event}`];
    lines.push(...data.split('\n').map((line) => `data: ${line}`), '', '');
    await this.bytes(Buffer.from(lines.join(lineEnd), 'utf8'));
  }

  private async bytes(bytes: Buffer): Promise<void> {
    const room = this.resetAfterBytes - this.bytesWritten;
    const out = bytes.subarray(0, Math.max(0, room));
    const size = this.scenario.splitBytes ?? out.length;
    for (let i = 0; i < out.length; i += size) {
      await this.piece(out.subarray(i, i + size));
      // Each piece in a packet of its own, so that the client's parser really meets it alone.
      if (this.scenario.splitBytes !== undefined) await new Promise(setImmediate);
    }
    this.bytesWritten += out.length;
    if (this.bytesWritten >= this.resetAfterBytes) this.response.socket?.resetAndDestroy();
  }

  private async piece(bytes: Buffer): Promise<void> {
    if (!this.isOpen || this.response.write(bytes)) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.response.off('drain', done);
        this.response.off('close', done);
        resolve();
      };
      this.response.on('drain', done);
      this.response.on('close', done);
    });
  }
}
