import { decideCall, type AskReason, type ApprovalRule } from './approvalPolicy';
import type { Approvals } from './approvals';
import { assertNever } from './assertNever';
import type { ToolAttachment, ToolFate } from './contentBlock';
import type { JsonObject } from './json';
import { schemaProblem } from './jsonSchema';
import type { Logger } from './logger';
import type {
  ProposedChange,
  ReviewedChange,
  Tool,
  ToolContent,
  ToolOutcome,
  ToolSubject,
} from './tool';
import { toolCallInput } from './toolCallInput';
import type { ToolPorts } from './toolPorts';
import type { ToolDecision, ToolQuestion } from './toolQuestion';
import { cappedForModel, resultTexts } from './toolResult';
import type { MessageFollowUp } from './turnController';
import type { TurnBlock, TurnDocument } from './turnDocument';
import type { StopReason } from './turnStatus';

/** UTF-16 units of live output that are kept of one call: a command that never ends must not fill the memory. */
const mostShown = 10_000_000;

export interface ToolLoopPorts extends Pick<ToolPorts, 'blobs' | 'limits'> {
  /** The tools of this answer. */
  readonly tools: () => Promise<readonly Tool[]>;
  readonly approvals: Approvals;
  /** Resolves once the turn is where no crash can take it. */
  readonly makeDurable: () => Promise<void>;
  readonly log: Logger;
}

/** A call of the model whose input is in order. */
interface ReadyCall {
  readonly block: TurnBlock;
  readonly toolUseId: string;
  readonly tool: Tool;
  readonly input: JsonObject;
  readonly subject: ToolSubject;
  reviewed?: ReviewedChange;
}

interface AskedCall {
  readonly call: ReadyCall;
  reason: AskReason;
  grants: readonly ApprovalRule[];
}

/**
 * Runs what one answer calls: between two messages of the model it decides each call by the policy, asks the person
 * where that says so, runs the calls, and brings the results into the turn. Calls that only read run at the same time,
 * all others one after another in the order of the calls. Every call gets one result, whatever happens.
 */
export class ToolLoop implements MessageFollowUp {
  private messages = 0;
  private askAtMessages: number;
  private askAtUsd: number;
  /** Calls that wait for the person, by id. */
  private readonly asked = new Map<string, AskedCall>();
  /** Calls of the latest message that may run. */
  private readonly approved = new Set<ReadyCall>();
  private limitAsked: Extract<ToolQuestion, { kind: 'limit' }> | undefined;
  /** Ends single calls that run, by id. */
  private readonly stops = new Map<string, AbortController>();
  /** Wakes what waits for the person. */
  private wake: (() => void) | undefined;
  private answerAtLimit: boolean | undefined;

  constructor(
    private readonly turn: TurnDocument,
    private readonly ports: ToolLoopPorts,
  ) {
    const { messages, costUsd } = ports.limits();
    this.askAtMessages = messages;
    this.askAtUsd = (turn.meta.costUsd ?? 0) + costUsd;
  }

  get isHalfDone(): boolean {
    const lastResult = this.turn.blocks.findLastIndex(
      ({ head, state }) => head.kind === 'tool_result' && state !== 'dropped',
    );
    return this.openCalls().some(({ id, head }) => {
      return id < lastResult || this.runOf(idOf(head)) !== undefined;
    });
  }

  takes(stopReason: StopReason): boolean {
    return stopReason === 'tool_use' || stopReason === 'pause_turn';
  }

  async run(stopReason: StopReason, signal: AbortSignal): Promise<'request' | 'over' | 'stop'> {
    const calls = this.openCalls();
    if (stopReason === 'tool_use' && calls.length === 0) return 'over';
    this.messages++;
    const goesOn = await this.askAtLimits(signal);
    if (isAborted(signal)) return 'over';
    if (!goesOn) return 'stop';
    const tools = await this.toolsByName();
    const ready: ReadyCall[] = [];
    for (const block of calls) {
      const call = await this.makeReady(block, tools);
      if (isAborted(signal)) return 'over';
      if (call !== undefined) ready.push(call);
    }
    const allowed = await this.approve(ready, signal);
    await this.runAll(allowed, signal);
    return isAborted(signal) ? 'over' : 'request';
  }

  close(status: 'complete' | 'stopped'): void {
    this.asked.clear();
    this.wake?.();
    for (const block of this.openCalls()) {
      if (toolCallInput(block) === undefined) continue;
      const toolUseId = idOf(block.head);
      const hasBegun = this.runOf(toolUseId) !== undefined;
      if (status === 'complete') this.answer(toolUseId, 'not-run', resultTexts.cutShort);
      else if (hasBegun) this.answer(toolUseId, 'stopped', resultTexts.stopped);
      else this.answer(toolUseId, 'not-run', resultTexts.stoppedBefore);
    }
  }

  /**
   * What a call that waits for the person would make of a file; undefined where it does not wait, or changes none.
   *
   * @throws ToolRefusal where it could not be done.
   */
  async preview(toolUseId: string): Promise<ProposedChange | undefined> {
    const call = this.asked.get(toolUseId)?.call;
    return call?.tool.preview?.(call.input);
  }

  /** The person's word about one call; does nothing where it does not wait. */
  decide(toolUseId: string, decision: ToolDecision, reviewed?: ReviewedChange): void {
    const asked = this.asked.get(toolUseId);
    if (asked === undefined) return;
    const { call, grants } = asked;
    if (reviewed !== undefined) call.reviewed = reviewed;
    const { approvals } = this.ports;
    this.asked.delete(toolUseId);
    switch (decision) {
      case 'once':
        this.approved.add(call);
        break;
      case 'conversation':
      case 'workspace':
        this.approved.add(call);
        approvals.remember(grants, decision);
        break;
      case 'deny':
        this.answer(toolUseId, 'denied', resultTexts.denied);
        break;
      case 'never':
        this.answer(toolUseId, 'denied', resultTexts.rule);
        approvals.remember(
          grants.map((rule) => ({ ...rule, decision: 'deny' as const })),
          'workspace',
        );
        break;
      default:
        assertNever(decision);
    }
    this.reconsider();
  }

  /** Ends one call that runs; the answer goes on with what it came to. Does nothing to any other. */
  stopCall(toolUseId: string): void {
    this.stops.get(toolUseId)?.abort();
  }

  /** The person's answer where a limit was reached. */
  goOn(goesOn: boolean): void {
    if (this.limitAsked === undefined) return;
    this.answerAtLimit = goesOn;
    this.wake?.();
  }

  /** Calls that have ended and have no result. */
  private openCalls(): readonly TurnBlock[] {
    const answered = new Set(
      this.turn.blocks.flatMap(({ head, state }) =>
        head.kind === 'tool_result' && state !== 'dropped' ? [head.toolUseId] : [],
      ),
    );
    return this.turn.blocks.filter(
      ({ head, state }) =>
        head.kind === 'tool_use' && state === 'closed' && !answered.has(head.toolUseId),
    );
  }

  private runOf(toolUseId: string): TurnBlock | undefined {
    return this.turn.blocks.find(
      ({ head, state }) =>
        head.kind === 'tool_run' && head.toolUseId === toolUseId && state !== 'dropped',
    );
  }

  private async toolsByName(): Promise<ReadonlyMap<string, Tool>> {
    try {
      return new Map((await this.ports.tools()).map((tool) => [tool.name, tool]));
    } catch (error) {
      this.ports.log.error(`The tools could not be loaded: ${String(error)}`);
      return new Map();
    }
  }

  /** Undefined where the call has its result already: nothing of it makes sense. */
  private async makeReady(
    block: TurnBlock,
    tools: ReadonlyMap<string, Tool>,
  ): Promise<ReadyCall | undefined> {
    const { head } = block;
    if (head.kind !== 'tool_use') return undefined;
    const { toolUseId, name } = head;
    const refuse = (text: string): undefined => {
      this.answer(toolUseId, 'refused', text);
    };
    const tool = tools.get(name);
    const begun = this.runOf(toolUseId);
    // Reading can be done twice; it begins anew.
    if (begun !== undefined && tool?.effect === 'read') this.turn.endBlock(begun.id, 'dropped');
    else if (begun !== undefined) {
      this.answer(toolUseId, 'unknown', resultTexts.unknownOutcome);
      return undefined;
    }
    if (tool === undefined) return refuse(resultTexts.unknownTool);
    const input = toolCallInput(block);
    if (input === undefined) return refuse(resultTexts.invalidJson);
    const problem = schemaProblem(tool.inputSchema, input);
    if (problem !== undefined) return refuse(`Not run: the input does not fit. ${problem}`);
    if (!this.ports.approvals.context.isTrusted) {
      // Not even what it is about is looked at.
      this.answer(toolUseId, 'denied', resultTexts.untrusted);
      return undefined;
    }
    try {
      return { block, toolUseId, tool, input, subject: await tool.subject(input) };
    } catch (error) {
      return refuse(this.textOf(error, name));
    }
  }

  /** The calls that may run, in order; the others have got their result. */
  private async approve(
    calls: readonly ReadyCall[],
    signal: AbortSignal,
  ): Promise<readonly ReadyCall[]> {
    this.approved.clear();
    for (const call of calls) this.consider(call);
    const changed = this.ports.approvals.onDidChange(() => this.reconsider());
    try {
      while (this.asked.size > 0 && !isAborted(signal)) {
        this.ask();
        await this.untilAnswered(signal);
      }
    } finally {
      changed.dispose();
    }
    return calls.filter((call) => this.approved.has(call));
  }

  private consider(call: ReadyCall): void {
    const { tool, subject, toolUseId } = call;
    const request = { tool: tool.name, effect: tool.effect, subject };
    const verdict = decideCall(request, this.ports.approvals.context);
    this.asked.delete(toolUseId);
    switch (verdict.kind) {
      case 'allow':
        this.approved.add(call);
        break;
      case 'deny':
        this.answer(toolUseId, 'denied', resultTexts[verdict.reason]);
        break;
      case 'ask':
        this.asked.set(toolUseId, { call, reason: verdict.reason, grants: verdict.grants });
        break;
      default:
        assertNever(verdict);
    }
  }

  /** What was said about one call, or the mode, may hold for others that wait. */
  private reconsider(): void {
    for (const { call } of [...this.asked.values()]) this.consider(call);
    this.wake?.();
  }

  private ask(): void {
    const questions = [...this.asked.values()].map(({ call, reason, grants }): ToolQuestion => {
      const { toolUseId, tool, subject } = call;
      const { name, effect } = tool;
      const more = tool.preview === undefined ? {} : { canReview: true as const };
      return { kind: 'call', toolUseId, name, effect, subject, reason, grants, ...more };
    });
    this.turn.setStatus({ kind: 'awaiting-approval', questions });
  }

  private async askAtLimits(signal: AbortSignal): Promise<boolean> {
    const { turn, messages } = this;
    const costUsd = turn.meta.costUsd ?? 0;
    const limits = this.ports.limits();
    if (messages >= this.askAtMessages) {
      this.limitAsked = { kind: 'limit', limit: 'messages', used: messages };
      this.askAtMessages = messages + limits.messages;
    } else if (costUsd >= this.askAtUsd) {
      this.limitAsked = { kind: 'limit', limit: 'cost', used: costUsd };
      this.askAtUsd = costUsd + limits.costUsd;
    } else {
      return true;
    }
    this.answerAtLimit = undefined;
    turn.setStatus({ kind: 'awaiting-approval', questions: [this.limitAsked] });
    while (this.answered() === undefined && !isAborted(signal)) await this.untilAnswered(signal);
    this.limitAsked = undefined;
    return this.answered() ?? false;
  }

  /** As a call, since the field changes over any await. */
  private answered(): boolean | undefined {
    return this.answerAtLimit;
  }

  private untilAnswered(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.wake = undefined;
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.wake = done;
      signal.addEventListener('abort', done);
    });
  }

  private async runAll(calls: readonly ReadyCall[], signal: AbortSignal): Promise<void> {
    if (calls.length === 0 || signal.aborted) return;
    this.turn.setStatus({ kind: 'running-tools' });
    let reading: Promise<void>[] = [];
    for (const call of calls) {
      if (call.tool.effect === 'read') {
        reading.push(this.runCall(call, signal));
        continue;
      }
      await Promise.all(reading);
      reading = [];
      if (isAborted(signal)) return;
      await this.runCall(call, signal);
    }
    await Promise.all(reading);
  }

  private async runCall(call: ReadyCall, signal: AbortSignal): Promise<void> {
    const { turn } = this;
    const { toolUseId, tool, input } = call;
    const runId = turn.openBlock(call.block.attempt, { head: { kind: 'tool_run', toolUseId } });
    const stop = new AbortController();
    this.stops.set(toolUseId, stop);
    try {
      // A crash must find that it has begun; reading can be done twice.
      if (tool.effect !== 'read') await this.ports.makeDurable();
      if (isAborted(signal)) return;
      let shown = 0;
      const show = (text: string): void => {
        if (isAborted(signal) || shown >= mostShown) return;
        const part = text.slice(0, mostShown - shown);
        shown += part.length;
        turn.append(runId, part);
      };
      const own = AbortSignal.any([signal, stop.signal]);
      const { reviewed } = call;
      const more = reviewed === undefined ? {} : { reviewed };
      const running = tool.run(input, { id: toolUseId, signal: own, show, ...more });
      const outcome = await unlessAborted(running, AbortSignal.any([signal]));
      if (outcome === undefined) return;
      const attachments = await this.keepBytes(outcome);
      if (isAborted(signal)) return;
      const text = textOfContent(outcome.content);
      const forModel = cappedForModel(text);
      if (forModel !== text && shown === 0) turn.append(runId, text);
      const fate = outcome.isError ? (isAborted(stop.signal) ? 'stopped' : 'failed') : 'done';
      this.answer(toolUseId, fate, forModel, attachments, outcome.exitCode);
    } catch (error) {
      if (isAborted(signal)) return;
      if (isAborted(stop.signal)) this.answer(toolUseId, 'stopped', resultTexts.stopped);
      else this.answer(toolUseId, 'failed', this.textOf(error, tool.name));
    } finally {
      this.stops.delete(toolUseId);
    }
  }

  private keepBytes({ content }: ToolOutcome): Promise<ToolAttachment[]> {
    const { blobs } = this.ports;
    return Promise.all(
      content.flatMap((part): Promise<ToolAttachment>[] => {
        switch (part.kind) {
          case 'text':
            return [];
          case 'image':
            return [blobs.put(part.data, part.mediaType).then((blob) => ({ kind: 'image', blob }))];
          case 'pdf': {
            const { name } = part;
            return [
              blobs.put(part.data, 'application/pdf').then((blob) => ({ kind: 'pdf', name, blob })),
            ];
          }
          default:
            return assertNever(part);
        }
      }),
    );
  }

  private answer(
    toolUseId: string,
    fate: ToolFate,
    text: string,
    attachments: readonly ToolAttachment[] = [],
    exitCode?: number,
  ): void {
    const { turn } = this;
    const run = this.runOf(toolUseId);
    if (run !== undefined) turn.endBlock(run.id, 'closed');
    const id = turn.openBlock(turn.meta.attempts ?? 1, {
      head: {
        kind: 'tool_result',
        toolUseId,
        fate,
        attachments,
        ...(exitCode === undefined ? {} : { exitCode }),
      },
      text,
    });
    turn.endBlock(id, 'closed');
  }

  /** By name, since a tool's bundle may have its own copy of `ToolRefusal`. */
  private textOf(error: unknown, name: string): string {
    if (error instanceof Error && error.name === 'ToolRefusal') return error.message;
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.ports.log.error(`Tool ${name}: ${detail}`);
    return resultTexts.bug;
  }
}

/** As a call, since it changes over any await. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

function idOf(head: TurnBlock['head']): string {
  return head.kind === 'tool_use' ? head.toolUseId : '';
}

function textOfContent(content: readonly ToolContent[]): string {
  return content.flatMap((part) => (part.kind === 'text' ? [part.text] : [])).join('\n');
}

/** Undefined as soon as the signal is aborted, also where the tool does not heed it. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const aborted = (): void => resolve(undefined);
    signal.addEventListener('abort', aborted, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', aborted));
  });
}
