import { classifyError, faultOf } from './classify';
import type { Clock } from './clock';
import type { Failure } from './failure';
import { FaultError } from './fault';
import type { Logger } from './logger';
import type { MessageRequest, MessageStream, MessageTransport } from './messageTransport';
import { costUsd } from './pricing';
import { nextStep, type RetryLimits } from './retryPolicy';
import { addUsage, noUsage, type TokenUsage } from './tokenUsage';
import { TurnAssembler } from './turnAssembler';
import type { TurnDocument } from './turnDocument';
import type { TurnStatus } from './turnStatus';
import { Watchdog } from './watchdog';
import { decodeWireEvent, type WireEvent } from './wireEvent';

/** What is asked. Made once for a run, so that every attempt sends the same bytes and finds the prompt cache warm. */
export interface TurnRequest {
  readonly request: MessageRequest;
  /** The same without the thinking of earlier answers; undefined where there is none. */
  readonly withoutThinking: (() => MessageRequest) | undefined;
}

export interface TurnLimits extends RetryLimits {
  /** Silence after which a connection is given up, pings counting as life, in ms. */
  readonly silenceLimitMs?: number;
}

export interface TurnPorts {
  /** Called once for each attempt: a key or a server that was changed in between counts. */
  readonly transport: () => Promise<MessageTransport>;
  readonly clock: Clock;
  readonly log: Logger;
  /** A number in [0, 1): the jitter of back-off. */
  readonly random: () => number;
}

/** What earlier attempts used up; `costUsd` is undefined as soon as one of them has no known price. */
interface Spent {
  readonly usage: TokenUsage;
  readonly costUsd: number | undefined;
}

const defaultSilenceLimitMs = 300_000;

/**
 * Brings one answer into its turn document: attempt after attempt, until it is whole, stopped, or beyond repair. Every
 * way in which this ends leaves the turn in a terminal status, its blocks ended, and no timer or socket behind (T49).
 */
export class TurnController {
  /** The current attempt's: from Stop to the socket. */
  private connection = new AbortController();
  private assembler: TurnAssembler | undefined;
  private plan: TurnRequest | undefined;
  private attempt: number;
  private retries = 0;
  private healed = false;
  private spent: Spent;
  private watchdog: Watchdog | undefined;
  private endWait: (() => void) | undefined;
  private ended = false;

  constructor(
    private readonly turn: TurnDocument,
    private readonly prepare: () => Promise<TurnRequest>,
    private readonly limits: TurnLimits,
    private readonly ports: TurnPorts,
  ) {
    const { attempts, usage, costUsd: cost } = turn.meta;
    this.attempt = attempts ?? 0;
    this.spent = { usage: usage ?? noUsage, costUsd: usage === undefined ? 0 : cost };
  }

  /** Whether the answer had to be asked for without the thinking of earlier ones (T115). */
  get hasHealed(): boolean {
    return this.healed;
  }

  /** Begins in this tick; resolves when the turn is over or abandoned. Never rejects. */
  async run(): Promise<void> {
    this.begin();
    while (!this.ended) {
      const failure = await this.runAttempt();
      if (failure !== undefined) await this.afterFailure(failure);
    }
  }

  /**
   * Ends the turn as `stopped` in this very tick, whatever is pending; the same signal closes the socket. What has
   * arrived stays, byte for byte (T63–T67, T70).
   */
  stop(): void {
    this.end({ kind: 'stopped' });
  }

  /** Ends the back-off now; does nothing at any other time. */
  retryNow(): void {
    this.endWait?.();
  }

  /** Closes the socket and leaves the turn as it is: the host ends, and the journal will say so. */
  abandon(): void {
    if (this.ended) return;
    this.ended = true;
    this.release();
  }

  private begin(): void {
    const { attempts, usage, costUsd: cost } = this.turn.meta;
    this.turn.markSent();
    this.turn.replaceMeta({
      ...(attempts === undefined ? {} : { attempts }),
      ...(usage === undefined ? {} : { usage }),
      ...(cost === undefined ? {} : { costUsd: cost }),
    });
  }

  /** The failure of the attempt; undefined once the turn is over. */
  private async runAttempt(): Promise<Failure | undefined> {
    const { turn, ports } = this;
    const attempt = ++this.attempt;
    const connection = new AbortController();
    const assembler = new TurnAssembler(turn, attempt, ports.log);
    this.connection = connection;
    this.assembler = assembler;
    turn.updateMeta({ attempts: attempt });
    turn.setStatus({ kind: 'connecting', attempt });
    try {
      const plan = (this.plan ??= await this.prepare());
      if (this.hasEnded()) return undefined;
      const transport = await ports.transport();
      if (this.hasEnded()) return undefined;
      const request = this.healed ? (plan.withoutThinking?.() ?? plan.request) : plan.request;
      turn.updateMeta({ model: request.model });
      this.logAttempt(request);
      const stream = await transport.open(request, connection.signal);
      if (this.hasEnded()) return undefined;
      await this.read(stream, assembler, connection);
      if (this.hasEnded()) return undefined;
      throw new FaultError({ kind: 'truncated', requestId: stream.requestId });
    } catch (error) {
      return this.hasEnded() ? undefined : this.onError(error, assembler);
    }
  }

  /** Returns when the answer is whole, the turn was ended, or the body is over. */
  private async read(
    stream: MessageStream,
    assembler: TurnAssembler,
    connection: AbortController,
  ): Promise<void> {
    const { turn } = this;
    const { requestId } = stream;
    turn.updateMeta({ headersMs: turn.elapsedMs, ...(requestId === null ? {} : { requestId }) });
    const watchdog = this.watch(connection);
    this.watchdog = watchdog;
    let isFirst = true;
    try {
      for await (const frame of stream.frames) {
        // Leaving the loop closes the socket.
        if (this.hasEnded()) return;
        watchdog.feed();
        if (isFirst) turn.updateMeta({ firstEventMs: turn.elapsedMs });
        isFirst = false;
        const event = decodeWireEvent(frame);
        if (event.type === 'error') {
          throw new FaultError({ kind: 'stream-error', body: event.body, requestId });
        }
        this.onEvent(event, assembler);
        if (assembler.isComplete) {
          this.end({ kind: 'complete', stopReason: assembler.stopReason });
          return;
        }
      }
    } finally {
      watchdog.dispose();
    }
  }

  private onEvent(event: WireEvent, assembler: TurnAssembler): void {
    const { turn } = this;
    if (turn.status.kind === 'connecting' && isContent(event)) {
      turn.setStatus({ kind: 'streaming', attempt: this.attempt });
    }
    assembler.push(event);
    if (turn.meta.firstTokenMs === undefined && isToken(event)) {
      turn.updateMeta({ firstTokenMs: turn.elapsedMs });
    }
    if (event.type === 'message_start' || event.type === 'message_delta') this.count();
  }

  private async afterFailure(failure: Failure): Promise<void> {
    const step = nextStep(
      {
        failure,
        retries: this.retries,
        hasOutput: this.turn.hasOutput,
        canHeal: !this.healed && this.plan?.withoutThinking !== undefined,
      },
      this.limits,
      this.ports.random(),
    );
    switch (step.kind) {
      case 'retry':
        this.retries++;
        this.assembler?.dropBlocks();
        this.turn.setStatus({
          kind: 'waiting',
          attempt: this.attempt + 1,
          retryInMs: step.inMs,
          cause: failure,
        });
        await this.wait(step.inMs);
        return;
      case 'heal':
        this.healed = true;
        this.assembler?.dropBlocks();
        return;
      case 'interrupted':
        return this.end({ kind: 'interrupted', cause: failure, resumable: step.resumable });
      case 'failed':
        this.assembler?.dropBlocks();
        return this.end({ kind: 'failed', cause: failure });
    }
  }

  private onError(error: unknown, assembler: TurnAssembler): Failure {
    const { turn, ports } = this;
    const failure = classifyError(error, ports.clock.wallNow());
    const facts = [failure.kind, failure.detail, failure.requestId];
    ports.log.warn(`Turn ${turn.id}, attempt ${this.attempt}: ${facts.filter(Boolean).join(', ')}`);
    if (faultOf(error).kind === 'unexpected' && error instanceof Error) {
      ports.log.error(error.stack ?? error.message);
    }
    assembler.cutOpenBlocks();
    this.count();
    this.spent = { usage: turn.meta.usage ?? noUsage, costUsd: this.cost() };
    if (failure.requestId !== undefined) turn.updateMeta({ requestId: failure.requestId });
    return failure;
  }

  /** Brings what was used so far, earlier attempts included, into the turn: each was billed. */
  private count(): void {
    const used = this.assembler?.usage ?? noUsage;
    if (used === noUsage) return;
    const cost = this.cost();
    this.turn.updateMeta({
      usage: addUsage(this.spent.usage, used),
      ...(cost === undefined ? {} : { costUsd: cost }),
    });
  }

  private cost(): number | undefined {
    const usage = this.assembler?.usage ?? noUsage;
    if (this.spent.costUsd === undefined || usage === noUsage) return this.spent.costUsd;
    const cost = costUsd(this.turn.meta.model ?? '', usage);
    return cost === undefined ? undefined : this.spent.costUsd + cost;
  }

  private end(status: TurnStatus): void {
    if (this.ended) return;
    this.ended = true;
    this.assembler?.cutOpenBlocks();
    this.turn.updateMeta({ endedMs: this.turn.elapsedMs });
    // A whole answer's connection is not cut but left to the transport, which may use it again.
    if (status.kind !== 'complete') this.release();
    this.ports.log.info(`Turn ${this.turn.id}: ${status.kind}`);
    this.turn.setStatus(status);
  }

  private release(): void {
    this.connection.abort(new TurnOver());
    this.watchdog?.dispose();
    this.endWait?.();
  }

  /** As a call, since the field may have changed over any await. */
  private hasEnded(): boolean {
    return this.ended;
  }

  private watch(connection: AbortController): Watchdog {
    const limitMs = this.limits.silenceLimitMs ?? defaultSilenceLimitMs;
    return new Watchdog(this.ports.clock, {
      noticeAfterMs: limitMs,
      giveUpAfterMs: limitMs,
      onSilence: () => undefined,
      onGiveUp: (afterMs) =>
        connection.abort(new FaultError({ kind: 'timeout', phase: 'stream', afterMs })),
    });
  }

  /** Resolves after `ms`, on `retryNow`, or when the turn is over. */
  private wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.ports.clock.setTimer(ms, () => this.endWait?.());
      this.endWait = (): void => {
        this.endWait = undefined;
        timer.dispose();
        resolve();
      };
    });
  }

  private logAttempt({ model, messages }: MessageRequest): void {
    this.ports.log.info(
      `Turn ${this.turn.id}, attempt ${this.attempt}: ${messages.length} messages to ${model}`,
    );
  }
}

/** Why a connection was closed by us. */
class TurnOver extends Error {
  override readonly name = 'AbortError';

  constructor() {
    super('The turn is over');
  }
}

/** Whether the answer itself has begun. */
function isContent({ type }: WireEvent): boolean {
  return (
    type === 'message_start' || type === 'content_block_start' || type === 'content_block_delta'
  );
}

/** Whether the event brings text that can be seen. */
function isToken(event: WireEvent): boolean {
  if (event.type !== 'content_block_delta') return false;
  const { text, thinking } = event.delta;
  return [text, thinking].some((value) => typeof value === 'string' && value !== '');
}
