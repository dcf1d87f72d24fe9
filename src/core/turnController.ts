import { classifyError, faultOf } from './classify';
import type { Clock } from './clock';
import type { Connectivity } from './connectivity';
import { continuationRequest, takesPrefill, type ContinuationPlan } from './continuation';
import type { Disposable } from './disposable';
import type { Failure } from './failure';
import { FaultError } from './fault';
import type { Logger } from './logger';
import type { MessageRequest, MessageStream, MessageTransport } from './messageTransport';
import { costUsd } from './pricing';
import { isThinking } from './messageHistory';
import { resumePlan, type ResumePlan } from './resumePlan';
import { nextStep, type NextStep, type RetryLimits } from './retryPolicy';
import { SeamWriter } from './seamWriter';
import { addUsage, noUsage, type TokenUsage } from './tokenUsage';
import { TurnAssembler } from './turnAssembler';
import type { TurnBlock, TurnDocument } from './turnDocument';
import type { StopReason, TurnStatus } from './turnStatus';
import { Watchdog } from './watchdog';
import { decodeWireEvent, type WireEvent } from './wireEvent';
import type { WireEntry, WireObserver } from './wireRecord';

/** What is asked. Made once for a run, so that every attempt sends the same bytes and finds the prompt cache warm. */
export interface TurnRequest {
  readonly request: MessageRequest;
  /** The same without the thinking of earlier answers; undefined where there is none. */
  readonly withoutThinking: (() => MessageRequest) | undefined;
}

export interface TurnLimits extends RetryLimits {
  /** Silence after which a connection is given up, pings counting as life, in ms. */
  readonly silenceLimitMs: number;
}

/** Whether a run begins the answer, or goes on with what an earlier run left of it. */
export type RunStart = 'anew' | 'continue';

export interface TurnPorts {
  /** Called once for each attempt: a key or a server that was changed in between counts. */
  readonly transport: () => Promise<MessageTransport>;
  readonly clock: Clock;
  readonly log: Logger;
  /** A number in [0, 1): the jitter of back-off. */
  readonly random: () => number;
  /** Tells when the network is back. */
  readonly connectivity: Connectivity;
  /** Takes down what is sent and received. */
  readonly recorder?: WireObserver;
}

/** What comes after a message of the model with which the answer is not over: tools run, or the server goes on. */
export interface MessageFollowUp {
  /** Whether calls of the latest message are answered already, others not: an earlier run ended in between. */
  readonly isHalfDone: boolean;
  takes(stopReason: StopReason): boolean;
  /**
   * Brings into the turn what the message asks for. `request`: the model is asked again; `over`: the answer ends with
   * this message; `stop`: the person stops it. Never rejects.
   */
  run(stopReason: StopReason, signal: AbortSignal): Promise<'request' | 'over' | 'stop'>;
  /** The turn ends: every call of it gets its result, in this tick. */
  close(status: 'complete' | 'stopped'): void;
}

/** What earlier attempts used up; `costUsd` is undefined as soon as one of them has no known price. */
interface Spent {
  readonly usage: TokenUsage;
  readonly costUsd: number | undefined;
}

/** Silence that is worth telling, in ms: servers send a ping well before. */
const silenceNoticeMs = 15_000;

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
  /** Automatic attempts, those since the last one that brought something and all. */
  private retries = 0;
  private allRetries = 0;
  /** How the next attempt goes on with what is there; undefined: it begins the answer. */
  private resume: ContinuationPlan | undefined;
  /** What the latest attempt asks, without what it goes on with. */
  private request: MessageRequest | undefined;
  /** Whether the first attempt goes on with what an earlier run left. */
  private mustPlan = false;
  /** What was there of the answer's text when the attempt began, in UTF-16 units. */
  private textBefore = 0;
  private healed = false;
  /** Blocks of the answer that belong to its earlier messages: they are sent, and no attempt takes them away. */
  private ownBlocks: number;
  /** Why the message stopped that is to be followed up. */
  private followed: StopReason | undefined;
  private spent: Spent;
  /** Over the connection, fed by every byte; and over the answer, fed by what is part of it. */
  private watchdogs: readonly Watchdog[] = [];
  /** Whether the person called off an attempt that brings nothing, for another. */
  private askedAgain = false;
  private endWait: (() => void) | undefined;
  private ended = false;

  constructor(
    private readonly turn: TurnDocument,
    /** Called once for each message of the model; the argument is {@link HistoryOptions.ownBlocks}. */
    private readonly prepare: (ownBlocks: number) => Promise<TurnRequest>,
    private readonly limits: TurnLimits,
    private readonly ports: TurnPorts,
    private readonly followUp?: MessageFollowUp,
  ) {
    this.ownBlocks = afterResults(turn);
    const { attempts, usage, costUsd: cost } = turn.meta;
    this.attempt = attempts ?? 0;
    this.spent = { usage: usage ?? noUsage, costUsd: usage === undefined ? 0 : cost };
  }

  /** Whether the answer had to be asked for without the thinking of earlier ones (T115). */
  get hasHealed(): boolean {
    return this.healed;
  }

  /** Begins in this tick; resolves when the turn is over or abandoned. Never rejects. */
  async run(start: RunStart = 'anew'): Promise<void> {
    this.begin();
    const { limits, ports } = this;
    this.record({ kind: 'run', start, limits, wallMs: ports.clock.wallNow() });
    this.mustPlan = start === 'continue';
    if (this.mustPlan && this.followUp?.isHalfDone === true) this.followed = 'tool_use';
    while (!this.ended) {
      if (this.followed !== undefined) {
        await this.goOn(this.followed);
        continue;
      }
      const failure = await this.runAttempt();
      // Stop may have come between the two.
      if (failure !== undefined && !this.hasEnded()) await this.afterFailure(failure);
    }
  }

  /**
   * Ends the turn as `stopped` in this very tick, whatever is pending; the same signal closes the socket. What has
   * arrived stays, byte for byte (T63–T67, T70).
   */
  stop(): void {
    this.end({ kind: 'stopped' });
  }

  /**
   * Ends the back-off, or the wait for the network, now. An attempt that has brought nothing for a while, though pings
   * may still come, gives way to another at once (T112). Does nothing at any other time.
   */
  retryNow(): void {
    this.endWait?.();
    const { silentSinceMs, stalledSinceMs } = this.turn.meta;
    const sinceMs = silentSinceMs ?? stalledSinceMs;
    if (this.ended || sinceMs === undefined) return;
    this.askedAgain = true;
    const afterMs = this.turn.elapsedMs - sinceMs;
    this.connection.abort(new FaultError({ kind: 'timeout', phase: 'stream', afterMs }));
  }

  /** Closes the socket and leaves the turn as it is: the host ends, and the journal will say so. */
  abandon(): void {
    if (this.ended) return;
    this.ended = true;
    this.release();
  }

  private begin(): void {
    const { attempts, messages, usage, costUsd: cost, seams, compaction } = this.turn.meta;
    this.turn.markSent();
    this.turn.replaceMeta({
      ...(attempts === undefined ? {} : { attempts }),
      ...(messages === undefined ? {} : { messages }),
      ...(usage === undefined ? {} : { usage }),
      ...(cost === undefined ? {} : { costUsd: cost }),
      ...(seams === undefined ? {} : { seams }),
      ...(compaction === undefined ? {} : { compaction }),
    });
  }

  /** The failure of the attempt; undefined once the turn is over. */
  private async runAttempt(): Promise<Failure | undefined> {
    const { turn, ports } = this;
    const attempt = ++this.attempt;
    const connection = new AbortController();
    this.connection = connection;
    this.assembler = undefined;
    this.textBefore = textLength(turn);
    turn.updateMeta({ attempts: attempt });
    turn.setStatus({ kind: 'connecting', attempt });
    try {
      const plan = (this.plan ??= await this.prepare(this.ownBlocks));
      if (this.hasEnded()) return undefined;
      const transport = await ports.transport();
      if (this.hasEnded()) return undefined;
      const base = this.healed ? (plan.withoutThinking?.() ?? plan.request) : plan.request;
      this.request = base;
      turn.updateMeta({ model: base.model });
      if (this.mustPlan && this.planResume().kind === 'runTools') return undefined;
      this.mustPlan = false;
      const { resume } = this;
      const request =
        resume === undefined
          ? base
          : continuationRequest(base, resume, { withThinking: !this.healed });
      const seam = resume === undefined ? undefined : new SeamWriter(turn, attempt, resume);
      const assembler = new TurnAssembler(turn, attempt, ports.log, seam);
      this.assembler = assembler;
      this.logAttempt(request);
      this.record({ kind: 'request', attempt, request });
      const stream = await transport.open(request, connection.signal, {
        onSent: (sent) => this.record({ kind: 'sent', attempt, ...sent }),
      });
      if (this.hasEnded()) return undefined;
      const { status, requestId, headers } = stream;
      this.record({ kind: 'headers', attempt, status, requestId, headers });
      await this.read(stream, assembler, connection);
      if (this.isSettled()) return undefined;
      throw new FaultError({ kind: 'truncated', requestId });
    } catch (error) {
      return this.hasEnded() ? undefined : this.onError(error);
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
    this.ports.connectivity.noteReached();
    const isFirstMessage = this.ownBlocks === 0;
    if (isFirstMessage) turn.updateMeta({ headersMs: turn.elapsedMs });
    turn.updateMeta({ ...(requestId === null ? {} : { requestId }) });
    const connectionDog = this.watchConnection(connection);
    const answerDog = this.watchAnswer();
    this.watchdogs = [connectionDog, answerDog];
    let isFirst = true;
    try {
      for await (const frame of stream.frames) {
        // Leaving the loop closes the socket.
        if (this.hasEnded()) return;
        connectionDog.feed();
        this.record({ kind: 'event', attempt: this.attempt, ...frame });
        if (isFirst && isFirstMessage) turn.updateMeta({ firstEventMs: turn.elapsedMs });
        isFirst = false;
        const event = decodeWireEvent(frame);
        if (event.type === 'error') {
          throw new FaultError({ kind: 'stream-error', body: event.body, requestId });
        }
        if (event.type !== 'ping') answerDog.feed();
        this.onEvent(event, assembler);
        if (assembler.isComplete) {
          this.complete(assembler.stopReason);
          return;
        }
      }
    } finally {
      connectionDog.dispose();
      answerDog.dispose();
      if (turn.meta.silentSinceMs !== undefined) turn.updateMeta({ silentSinceMs: undefined });
      if (turn.meta.stalledSinceMs !== undefined) turn.updateMeta({ stalledSinceMs: undefined });
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
    const step = this.stepAfter(failure);
    switch (step.kind) {
      case 'retry':
      case 'resume': {
        if (!this.prepareNext(step.kind)) return;
        const { attempt } = this;
        const { inMs } = step;
        this.turn.setStatus({
          kind: 'waiting',
          attempt: attempt + 1,
          retryInMs: inMs,
          cause: failure,
        });
        await this.wait((done) => this.ports.clock.setTimer(inMs, done));
        return;
      }
      case 'pause': {
        if (!this.prepareNext(step.then)) return;
        const { connectivity } = this.ports;
        this.turn.setStatus({ kind: 'paused', reason: 'offline', cause: failure });
        await this.wait((done) => connectivity.whenOnline(done));
        return;
      }
      case 'heal':
        this.healed = true;
        this.assembler?.dropBlocks();
        return;
      case 'interrupted':
        return this.end({
          kind: 'interrupted',
          cause: failure,
          resumable: step.resumable || this.ownBlocks > 0,
        });
      case 'failed':
        this.assembler?.dropBlocks();
        // What tools did stands, and the answer can go on from there.
        return this.ownBlocks > 0
          ? this.end({ kind: 'interrupted', cause: failure, resumable: true })
          : this.end({ kind: 'failed', cause: failure });
    }
  }

  private stepAfter(failure: Failure): NextStep {
    const { turn, ports, limits } = this;
    const plan = this.currentPlan();
    const isKept = plan.kind !== 'resend' && limits.resume === 'resume';
    if (this.askedAgain) {
      this.askedAgain = false;
      return { kind: plan.kind === 'resend' ? 'retry' : 'resume', inMs: 0 };
    }
    if (isKept && textLength(turn) > this.textBefore) this.retries = 0;
    return nextStep(
      {
        failure,
        retries: this.retries,
        allRetries: this.allRetries,
        costUsd: this.spent.costUsd,
        hasOutput: hasOutput(this.messageBlocks),
        canResume: plan.kind !== 'resend',
        wasReached: ports.connectivity.wasReached,
        canHeal: !this.healed && (this.plan?.withoutThinking !== undefined || sendsThinking(plan)),
      },
      limits,
      ports.random(),
    );
  }

  /** Makes the document ready for the next attempt; false where that was the end of the turn. */
  private prepareNext(kind: 'retry' | 'resume'): boolean {
    this.retries++;
    this.allRetries++;
    if (kind === 'resume') return this.planResume().kind !== 'runTools';
    this.resume = undefined;
    for (const { id } of this.messageBlocks) this.turn.endBlock(id, 'dropped');
    return true;
  }

  /** Keeps what the plan keeps. Whole tool calls are an answer: what follows them is theirs to bring. */
  private planResume(): ResumePlan {
    const plan = this.currentPlan();
    for (const id of plan.droppedIds) this.turn.endBlock(id, 'dropped');
    this.resume = plan.kind === 'prefill' || plan.kind === 'continue' ? plan : undefined;
    if (plan.kind === 'runTools') this.complete('tool_use');
    return plan;
  }

  private currentPlan(): ResumePlan {
    const { request } = this;
    return resumePlan(this.messageBlocks, {
      prefill: request !== undefined && takesPrefill(request),
    });
  }

  /** Those of the message that is under way. */
  private get messageBlocks(): readonly TurnBlock[] {
    return this.turn.blocks.slice(this.ownBlocks);
  }

  /** The message is whole: the answer is, too, unless something follows. */
  private complete(stopReason: StopReason): void {
    if (this.followUp?.takes(stopReason) === true) this.followed = stopReason;
    else this.end({ kind: 'complete', stopReason });
  }

  /** Between two messages of the model. */
  private async goOn(stopReason: StopReason): Promise<void> {
    const { turn, followUp } = this;
    this.connection = new AbortController();
    const next = await followUp?.run(stopReason, this.connection.signal);
    if (this.hasEnded()) return;
    this.followed = undefined;
    if (next === 'stop') return this.end({ kind: 'stopped' });
    if (next !== 'request') return this.end({ kind: 'complete', stopReason });
    this.spent = { usage: turn.meta.usage ?? noUsage, costUsd: this.cost() };
    this.assembler = undefined;
    this.plan = undefined;
    this.resume = undefined;
    this.request = undefined;
    this.mustPlan = false;
    this.retries = 0;
    this.allRetries = 0;
    this.ownBlocks = turn.blocks.length;
    turn.updateMeta({ messages: (turn.meta.messages ?? 1) + 1 });
  }

  /** Undefined where the answer is whole all the same. */
  private onError(error: unknown): Failure | undefined {
    const { turn, ports, assembler } = this;
    const failure = classifyError(error, ports.clock.wallNow());
    this.record({ kind: 'cut', attempt: this.attempt, fault: faultOf(error) });
    const facts = [failure.kind, failure.detail, failure.requestId];
    ports.log.warn(`Turn ${turn.id}, attempt ${this.attempt}: ${facts.filter(Boolean).join(', ')}`);
    if (faultOf(error).kind === 'unexpected' && error instanceof Error) {
      ports.log.error(error.stack ?? error.message);
    }
    this.count();
    this.spent = { usage: turn.meta.usage ?? noUsage, costUsd: this.cost() };
    if (failure.requestId !== undefined) turn.updateMeta({ requestId: failure.requestId });
    if (assembler?.isWhole === true && failure.retryable) {
      // Only the last event is missing, which says nothing: to ask for more would be billed for nothing.
      assembler.finish();
      this.complete(assembler.stopReason);
      return undefined;
    }
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
    if (status.kind === 'stopped' || status.kind === 'complete') this.followUp?.close(status.kind);
    if (status.kind === 'stopped') this.count();
    this.turn.updateMeta({ endedMs: this.turn.elapsedMs });
    // A whole answer's connection is not cut but left to the transport, which may use it again.
    if (status.kind !== 'complete') this.release();
    this.ports.log.info(`Turn ${this.turn.id}: ${status.kind}`);
    this.record({ kind: 'end', status });
    this.turn.setStatus(status);
  }

  private record(entry: WireEntry): void {
    this.ports.recorder?.record(this.turn.id, entry);
  }

  private release(): void {
    this.connection.abort(new TurnOver());
    for (const watchdog of this.watchdogs) watchdog.dispose();
    this.endWait?.();
  }

  /** As a call, since the field may have changed over any await. */
  private hasEnded(): boolean {
    return this.ended;
  }

  /** Whether the attempt came to what it was made for. */
  private isSettled(): boolean {
    return this.ended || this.followed !== undefined;
  }

  private watchAnswer(): Watchdog {
    const { turn } = this;
    return new Watchdog(this.ports.clock, {
      noticeAfterMs: silenceNoticeMs,
      onSilence: (isSilent) => {
        turn.updateMeta({
          stalledSinceMs: isSilent ? turn.elapsedMs - silenceNoticeMs : undefined,
        });
      },
    });
  }

  private watchConnection(connection: AbortController): Watchdog {
    const { turn, limits } = this;
    return new Watchdog(this.ports.clock, {
      noticeAfterMs: silenceNoticeMs,
      giveUpAfterMs: limits.silenceLimitMs,
      onSilence: (isSilent) => {
        turn.updateMeta({ silentSinceMs: isSilent ? turn.elapsedMs - silenceNoticeMs : undefined });
      },
      onGiveUp: (afterMs) =>
        connection.abort(new FaultError({ kind: 'timeout', phase: 'stream', afterMs })),
    });
  }

  /** Resolves when `start` calls back, on `retryNow`, or when the turn is over. */
  private wait(start: (done: () => void) => Disposable): Promise<void> {
    return new Promise((resolve) => {
      const waiting = start(() => this.endWait?.());
      this.endWait = (): void => {
        this.endWait = undefined;
        waiting.dispose();
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

function hasOutput(blocks: readonly TurnBlock[]): boolean {
  return blocks.some(({ state, text }) => state !== 'dropped' && text.length > 0);
}

function textLength(turn: TurnDocument): number {
  return turn.blocks
    .filter(({ head, state }) => head.kind === 'text' && state !== 'dropped')
    .reduce((sum, { text }) => sum + text.length, 0);
}

/** How many blocks of an answer there are up to the latest result of a tool. */
function afterResults(turn: TurnDocument): number {
  return (
    turn.blocks.findLastIndex(
      ({ head, state }) => head.kind === 'tool_result' && state !== 'dropped',
    ) + 1
  );
}

function sendsThinking(plan: ResumePlan): boolean {
  return plan.kind !== 'resend' && plan.assistantContent.some(isThinking);
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
