import { Connectivity } from './connectivity';
import type { Disposable } from './disposable';
import { FaultError, type Fault } from './fault';
import type { Logger } from './logger';
import { hasThinking } from './messageHistory';
import type { MessageRequest, MessageStream, MessageTransport } from './messageTransport';
import type { ReplayClock } from './replayClock';
import { ReplayedTools } from './replayedTools';
import type { SseFrame } from './sseFrame';
import { TurnController, type TurnRequest } from './turnController';
import type { TurnDocument } from './turnDocument';
import type { WireRecord } from './wireRecord';

/** What the controller can be waiting for. */
type Arrival = Extract<WireRecord, { readonly kind: 'request' | 'headers' | 'event' | 'cut' }>;

/**
 * Plays a recording into a turn document, through the controller and the assembler of a live answer: it stands in the
 * place of the server alone. A recording whose beginning was lost plays as far as it makes sense.
 */
export class TurnPlayer implements MessageTransport, Disposable {
  private controller: TurnController | undefined;
  private wanted: ((arrival: Arrival) => void) | undefined;
  private onIdle: (() => void) | undefined;
  private readonly connectivity: Connectivity;
  private readonly listener: Disposable;
  private readonly tools: ReplayedTools;

  constructor(
    private readonly turn: TurnDocument,
    private readonly clock: ReplayClock,
    private readonly log: Logger,
  ) {
    this.connectivity = new Connectivity({
      probe: () => Promise.resolve(false),
      clock,
      random: () => 0.5,
    });
    this.tools = new ReplayedTools(turn, () => this.idle());
    this.listener = turn.onDidChange((change) => {
      if (change === 'structure' && (this.isBetweenAttempts || turn.isTerminal)) this.idle();
    });
  }

  /** Takes the next record; resolves once the turn has taken in all of it. Never rejects. */
  async play(record: WireRecord): Promise<void> {
    this.clock.advanceTo(record.atMs);
    switch (record.kind) {
      case 'run':
        return this.begin(record);
      case 'request':
        if (this.tools.isWaiting) await this.untilIdle(() => this.tools.goOn(record.request));
        if (this.isBetweenAttempts) return this.untilIdle(() => this.controller?.retryNow());
        return this.give(record);
      case 'headers':
        this.connectivity.noteReached();
        return this.give(record);
      case 'event':
      case 'cut':
        return this.give(record);
      case 'end':
        return this.finish(record);
      case 'sent':
      case 'painted':
        return;
    }
  }

  open(): Promise<MessageStream> {
    return this.answer();
  }

  /** Ends the turn as `stopped`; what is played afterwards is passed over. */
  stop(): void {
    if (this.turn.isTerminal) return;
    if (this.controller === undefined) this.turn.setStatus({ kind: 'stopped' });
    else this.controller.stop();
  }

  dispose(): void {
    this.listener.dispose();
    this.controller?.abandon();
    this.connectivity.dispose();
  }

  private get isBetweenAttempts(): boolean {
    const { kind } = this.turn.status;
    return kind === 'waiting' || kind === 'paused';
  }

  private async begin({ start, limits }: Extract<WireRecord, { kind: 'run' }>): Promise<void> {
    const { turn } = this;
    this.controller?.abandon();
    this.wanted = undefined;
    if (start === 'anew') for (const { id } of turn.blocks) turn.endBlock(id, 'dropped');
    const ports = {
      transport: () => Promise.resolve(this),
      clock: this.clock,
      log: this.log,
      random: () => 0.5,
      connectivity: this.connectivity,
    };
    const prepare = (): Promise<TurnRequest> => this.prepare();
    const controller = new TurnController(turn, prepare, limits, ports, this.tools);
    this.controller = controller;
    await this.untilIdle(() => void controller.run(start));
  }

  /** Where the recording ends otherwise than its events do, as with Stop, its end holds. */
  private finish({ status }: Extract<WireRecord, { kind: 'end' }>): void {
    if (this.turn.isTerminal) return;
    if (status.kind === 'stopped') {
      this.controller?.stop();
    } else {
      this.controller?.abandon();
      this.turn.setStatus(status);
    }
  }

  private async prepare(): Promise<TurnRequest> {
    for (;;) {
      const arrival = await this.next();
      if (arrival.kind === 'cut') throw new FaultError(arrival.fault);
      if (arrival.kind === 'request') return requestOf(arrival.request);
    }
  }

  private async answer(): Promise<MessageStream> {
    for (;;) {
      const arrival = await this.next();
      if (arrival.kind === 'cut') throw new FaultError(arrival.fault);
      if (arrival.kind !== 'headers') continue;
      const { status, requestId, headers } = arrival;
      return { status, requestId, headers, frames: this.frames() };
    }
  }

  private async *frames(): AsyncGenerator<SseFrame, void, undefined> {
    for (;;) {
      const arrival = await this.next();
      if (arrival.kind === 'event') yield { event: arrival.event, data: arrival.data };
      if (arrival.kind !== 'cut') continue;
      if (endsBody(arrival.fault)) return;
      throw new FaultError(arrival.fault);
    }
  }

  private next(): Promise<Arrival> {
    return new Promise((resolve) => {
      this.wanted = resolve;
      this.idle();
    });
  }

  /** Passes over what nobody waits for: that follows an end, or comes before a beginning that was lost. */
  private async give(arrival: Arrival): Promise<void> {
    const { wanted } = this;
    if (wanted === undefined) return;
    this.wanted = undefined;
    await this.untilIdle(() => wanted(arrival));
  }

  private untilIdle(act: () => void): Promise<void> {
    return new Promise((resolve) => {
      this.onIdle = resolve;
      act();
    });
  }

  private idle(): void {
    const { onIdle } = this;
    this.onIdle = undefined;
    onIdle?.();
  }
}

function requestOf(request: MessageRequest): TurnRequest {
  return {
    request,
    withoutThinking: hasThinking(request.messages) ? () => request : undefined,
  };
}

/** The controller finds these by itself. */
function endsBody({ kind }: Fault): boolean {
  return kind === 'truncated';
}
