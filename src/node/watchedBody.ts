import type { Clock } from '../core/clock';

/** Of a body without a single event this much is kept, in characters: enough for a whole message as JSON. */
const longestHead = 4_000_000;
/** A body is taken for an event stream as soon as a line within its first characters looks like a field of one. */
const probeLength = 4_096;
const field = /^\uFEFF?(?:event|data|id|retry)?:/m;

/**
 * A response body that remembers its beginning until that proves to be an event stream, and that can be read to its end
 * after its reader has left.
 */
export class WatchedBody {
  readonly stream: ReadableStream<Uint8Array>;
  private readonly reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  private readonly decoder = new TextDecoder();
  private text = '';
  private watching = true;
  private ended = false;

  constructor(body: ReadableStream<Uint8Array> | null) {
    this.reader = body?.getReader();
    this.stream = new ReadableStream<Uint8Array>(
      {
        pull: async (controller): Promise<void> => {
          const chunk = await this.read();
          if (chunk === undefined) {
            controller.close();
            return;
          }
          this.watch(chunk);
          controller.enqueue(chunk);
        },
        // What becomes of the connection when the reader leaves is decided by `drain` or `cancel`.
      },
      // Nothing is read ahead: a slow consumer holds the socket back.
      { highWaterMark: 0 },
    );
  }

  /** The whole body, unless it began like an event stream or was too long: then only what was kept of its beginning. */
  get head(): string {
    return this.text;
  }

  /** Closes the connection. */
  cancel(): void {
    if (this.ended) return;
    this.ended = true;
    this.reader?.cancel().catch(ignore);
  }

  /** Reads on to the end for at most `ms`, so that the connection can serve another request, then closes it. */
  drain(ms: number, clock: Clock): void {
    const timer = clock.setTimer(ms, () => this.cancel());
    void this.readToEnd().finally(() => timer.dispose());
  }

  private async readToEnd(): Promise<void> {
    try {
      while ((await this.read()) !== undefined);
    } catch {
      // The answer is whole already: how its connection ends is of no interest.
      this.ended = true;
    }
  }

  /** Undefined at the end. */
  private async read(): Promise<Uint8Array | undefined> {
    if (this.ended) return undefined;
    const chunk = await this.reader?.read();
    if (chunk?.value !== undefined) return chunk.value;
    this.ended = true;
    return undefined;
  }

  private watch(bytes: Uint8Array): void {
    if (!this.watching) return;
    this.text += this.decoder.decode(bytes, { stream: true });
    const isStream = field.test(this.text.slice(0, probeLength));
    if (!isStream && this.text.length <= longestHead) return;
    this.watching = false;
    this.text = this.text.slice(0, probeLength);
  }
}

function ignore(): void {
  // A connection that cannot even be closed properly is gone, which is what was wanted.
}
