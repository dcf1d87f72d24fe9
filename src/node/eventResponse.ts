import type { ServerResponse } from 'node:http';
import type { Clock } from '../core/clock';
import type { Disposable } from '../core/disposable';
import type { EventSink } from '../core/turnEventReader';

export interface EventResponseOptions {
  readonly clock: Clock;
  readonly headers: Readonly<Record<string, string>>;
  /** What keeps a silent connection alive. */
  readonly heartbeat: string;
  /** Silence after which a heartbeat is sent, in ms. */
  readonly heartbeatMs: number;
  /** Heartbeats that a client which does not read may miss before it is let go: it can come back and read on. */
  readonly mostMissed: number;
}

/** An HTTP response that is an event stream. Holds no more than what the socket has been given and not yet sent. */
export class EventResponse implements EventSink, Disposable {
  private timer: Disposable | undefined;
  private isSilent = true;
  private missed = 0;

  constructor(
    private readonly response: ServerResponse,
    private readonly options: EventResponseOptions,
    onDrain: () => void,
  ) {
    response.writeHead(200, {
      ...options.headers,
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    });
    response.flushHeaders();
    response.on('drain', () => {
      this.missed = 0;
      onDrain();
    });
    response.on('close', () => this.dispose());
    this.wait();
  }

  write(text: string): boolean {
    this.isSilent = false;
    return this.response.write(text);
  }

  end(): void {
    this.dispose();
    this.response.end();
  }

  dispose(): void {
    this.timer?.dispose();
  }

  private wait(): void {
    this.timer = this.options.clock.setTimer(this.options.heartbeatMs, () => this.beat());
  }

  private beat(): void {
    const { response, options } = this;
    if (response.writableNeedDrain) {
      this.missed++;
      if (this.missed >= options.mostMissed) {
        response.destroy();
        return;
      }
    } else if (this.isSilent) {
      response.write(options.heartbeat);
    }
    this.isSilent = true;
    this.wait();
  }
}
