import type { ServerResponse } from 'node:http';
import { Pacer } from './pacer';
import type { ReceivedRequest } from './receivedRequest';
import { errorBody } from './refusal';
import type { Scenario, ScriptedEvent, ScriptedFault, ScriptedPause } from './scenario';
import { closed, settled, sleep } from './sleep';
import { SseWriter } from './sseWriter';

/** A reset takes away what the system has not delivered yet; by then it has, in ms. */
const deliveryMs = 15;

type StreamFault = Extract<ScriptedFault, { readonly afterDeltas: number }>;

/** Where an answer goes. */
export interface Stage {
  readonly response: ServerResponse;
  readonly received: ReceivedRequest;
  readonly requestId: string;
  /** Called whenever something was sent. */
  readonly onSent: () => void;
}

/** Sends a scenario's events when each is due, with the faults that it asks for. Resolves when nothing more comes. */
export class ScriptedAnswer {
  private readonly writer: SseWriter;
  private readonly pacer: Pacer;
  private readonly pauses: ScriptedPause[];
  /** How many are out; -1 before `message_start`. */
  private deltas = -1;

  constructor(
    private readonly stage: Stage,
    private readonly scenario: Scenario,
    private readonly events: readonly ScriptedEvent[],
  ) {
    const { fault } = scenario;
    const limit =
      fault?.kind === 'reset-after-bytes'
        ? { bytes: fault.bytes, onReached: () => this.reset() }
        : fault?.kind === 'eof-after-bytes'
          ? { bytes: fault.bytes, onReached: () => this.end() }
          : undefined;
    this.writer = new SseWriter(stage.response, scenario, limit);
    this.pacer = new Pacer(scenario.rate ?? 'unlimited', stage.response);
    this.pauses = [...(scenario.pauses ?? [])];
  }

  async play(): Promise<void> {
    const { response, received, requestId } = this.stage;
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      'request-id': requestId,
      ...this.scenario.headers,
    });
    response.flushHeaders();
    const { pingEveryMs } = this.scenario;
    const stopPings = pingEveryMs === undefined ? undefined : this.ping(pingEveryMs);
    try {
      for (const event of this.events) {
        if (await this.breaksOffBefore(event)) return;
        if (event.isDelta) await this.pacer.next();
        if (!this.writer.isOpen) return;
        await this.send(event);
      }
      if (!this.writer.isOpen) return;
      received.completed = true;
      response.end();
    } finally {
      stopPings?.();
    }
  }

  private async send(event: ScriptedEvent): Promise<void> {
    const { received, onSent, response } = this.stage;
    this.remember(event);
    await this.writer.event(event);
    received.sentBytes = this.writer.size;
    const isStart = event.event === 'message_start' && this.deltas < 0;
    if (isStart) this.deltas = 0;
    if (event.isDelta) this.deltas = Math.max(this.deltas, 0) + 1;
    onSent();
    if (!isStart && !event.isDelta) return;
    if (isStart) await sleep(this.scenario.delayFirstMs ?? 0, response);
    for (const { afterDeltas, event: extra } of this.scenario.inject ?? []) {
      if (afterDeltas === this.deltas) await this.writer.event(extra);
    }
    await this.pause();
  }

  private async pause(): Promise<void> {
    const due = this.pauses.filter(({ afterDeltas }) => afterDeltas === this.deltas);
    for (const pause of due) {
      const { response } = this.stage;
      await ('ms' in pause ? sleep(pause.ms, response) : settled(pause.until, response));
      this.pacer.restart();
    }
  }

  /** Carries the fault out where its moment has come. */
  private async breaksOffBefore(next: ScriptedEvent): Promise<boolean> {
    const { fault } = this.scenario;
    if (fault === undefined) return false;
    if (fault.kind === 'eof-before-message-stop') {
      if (next.event !== 'message_stop') return false;
      this.end();
      return true;
    }
    if (!('afterDeltas' in fault) || this.deltas < fault.afterDeltas) return false;
    if (fault.afterBlock === true && next.event === 'content_block_stop') return false;
    await this.writer.flushed();
    await this.breakOff(fault);
    return true;
  }

  private async breakOff(fault: StreamFault): Promise<void> {
    const { response, requestId } = this.stage;
    switch (fault.kind) {
      case 'reset':
        return this.reset();
      case 'eof':
        return this.end();
      case 'error-event': {
        const { type, message = type } = fault;
        const data = JSON.stringify(errorBody(type, message, requestId));
        await this.writer.event({ event: 'error', data });
        return this.end();
      }
      case 'stall':
        return closed(response);
      case 'stall-with-pings': {
        const stopPings = this.ping(fault.everyMs);
        await closed(response);
        return stopPings();
      }
    }
  }

  private async reset(): Promise<void> {
    const { response, received } = this.stage;
    await sleep(deliveryMs, response);
    if (response.destroyed) return;
    received.brokenOff = true;
    response.socket?.resetAndDestroy();
  }

  /** Ends the body in good order, though the message is not whole. */
  private end(): void {
    this.stage.received.brokenOff = true;
    this.stage.response.end();
  }

  /** Returns what ends the pings. */
  private ping(everyMs: number): () => void {
    let isUnderWay = false;
    const timer = setInterval(() => {
      // Pings never pile up behind a client that reads slowly.
      if (isUnderWay || !this.writer.isOpen) return;
      isUnderWay = true;
      void this.writer
        .event({ event: 'ping', data: '{"type":"ping"}' })
        .finally(() => (isUnderWay = false));
    }, everyMs);
    return () => clearInterval(timer);
  }

  private remember({ adds, event, isDelta }: ScriptedEvent): void {
    const { received } = this.stage;
    if (isDelta) {
      received.sentDeltas++;
      received.sentDeltasAt.push(performance.now());
    }
    if (adds === undefined) return;
    if (event === 'content_block_start') received.sent.push({ ...adds });
    const block = received.sent.findLast(({ index }) => index === adds.index);
    if (block !== undefined) block.text += adds.text;
  }
}
