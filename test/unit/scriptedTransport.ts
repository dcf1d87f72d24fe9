import { FaultError, type Fault } from '../../src/core/fault';
import type { JsonObject } from '../../src/core/json';
import type {
  MessageRequest,
  MessageStream,
  MessageTransport,
} from '../../src/core/messageTransport';
import type { SseFrame } from '../../src/core/sseFrame';

type Item = { readonly frame: SseFrame } | { readonly error: Error } | 'end';

/** One request, answered by the test step by step. */
export class ScriptedCall {
  private readonly items: Item[] = [];
  private wake: (() => void) | undefined;
  private answer: { resolve: (stream: MessageStream) => void; reject: (error: unknown) => void };
  readonly opened: Promise<MessageStream>;
  /** Whether the reader has left, for whatever reason. */
  isClosed = false;

  constructor(
    readonly request: MessageRequest,
    readonly signal: AbortSignal,
  ) {
    let answer: typeof this.answer | undefined;
    this.opened = new Promise((resolve, reject) => (answer = { resolve, reject }));
    this.answer = answer!;
    signal.addEventListener('abort', () => {
      this.isClosed = true;
      this.answer.reject(signal.reason);
      this.put({ error: signal.reason as Error });
    });
  }

  /** The headers of a 200 arrive. */
  headers(requestId: string | null = 'req_1'): this {
    this.answer.resolve({ status: 200, requestId, headers: {}, frames: this.frames() });
    return this;
  }

  refuse(fault: Fault): void {
    this.answer.reject(new FaultError(fault));
  }

  refuseWith(error: unknown): void {
    this.answer.reject(error);
  }

  event(data: JsonObject): this {
    this.put({ frame: { event: String(data['type']), data: JSON.stringify(data) } });
    return this;
  }

  /** `message_start`. */
  start(
    usage: JsonObject = { input_tokens: 10, output_tokens: 1 },
    model = 'claude-opus-5-5',
  ): this {
    return this.event({ type: 'message_start', message: { id: 'msg_1', model, usage } });
  }

  block(index: number, block: JsonObject): this {
    return this.event({ type: 'content_block_start', index, content_block: block });
  }

  delta(index: number, delta: JsonObject): this {
    return this.event({ type: 'content_block_delta', index, delta });
  }

  stop(index: number): this {
    return this.event({ type: 'content_block_stop', index });
  }

  /** A text block that stays open. */
  text(text: string, index = 0): this {
    return this.block(index, { type: 'text', text: '' }).delta(index, { type: 'text_delta', text });
  }

  messageStop(stopReason = 'end_turn', usage: JsonObject = { output_tokens: 5 }): this {
    return this.event({ type: 'message_delta', delta: { stop_reason: stopReason }, usage }).event({
      type: 'message_stop',
    });
  }

  error(type: string, message = type): this {
    return this.event({ type: 'error', error: { type, message } });
  }

  /** The whole answer, and the end of the body. */
  whole(text: string): void {
    this.headers().start().text(text).stop(0).messageStop().end();
  }

  end(): void {
    this.put('end');
  }

  fail(fault: Fault): void {
    this.put({ error: new FaultError(fault) });
  }

  private put(item: Item): void {
    this.items.push(item);
    this.wake?.();
  }

  private async *frames(): AsyncGenerator<SseFrame> {
    try {
      for (;;) {
        const item = this.items.shift();
        if (item === undefined) {
          await new Promise<void>((resolve) => (this.wake = resolve));
          continue;
        }
        if (item === 'end') return;
        if ('error' in item) throw item.error;
        yield item.frame;
      }
    } finally {
      this.isClosed = true;
    }
  }
}

/** Remembers every request; the test answers each. */
export class ScriptedTransport implements MessageTransport {
  readonly calls: ScriptedCall[] = [];

  open(request: MessageRequest, signal: AbortSignal): Promise<MessageStream> {
    const call = new ScriptedCall(request, signal);
    this.calls.push(call);
    return call.opened;
  }

  /** The latest request. */
  get last(): ScriptedCall {
    return this.calls.at(-1)!;
  }
}
