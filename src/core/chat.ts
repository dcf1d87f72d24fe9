import type { MessageParam } from '@anthropic-ai/sdk/resources/messages';
import { Approvals } from './approvals';
import { classifyError } from './classify';
import type { ChatSettings } from './chatSettings';
import type { Clock } from './clock';
import type { Connectivity } from './connectivity';
import { withCacheBreakpoints } from './cacheBreakpoint';
import { askForSummary, isCompaction } from './compaction';
import { contextBudget, isNearLimit, withPrompt, type ContextBudget } from './contextBudget';
import { Conversation, type Prompt } from './conversation';
import { DisposableStore, type Disposable } from './disposable';
import { Emitter } from './emitter';
import type { Logger } from './logger';
import { hasThinking, messageHistory, type HistoryOptions } from './messageHistory';
import type { MessageRequest, MessageTransport } from './messageTransport';
import { preferredModel } from './modelChoice';
import type { ModelInfo } from './modelInfo';
import { requestOptions } from './requestOptions';
import { systemPrompt } from './systemPrompt';
import type { ProposedChange, ReviewedChange, Tool } from './tool';
import { ToolLoop } from './toolLoop';
import type { ToolPorts } from './toolPorts';
import type { ToolDecision } from './toolQuestion';
import { toolOptions } from './toolRequest';
import { withThinkingStart } from './thinkingStart';
import { TurnController, type TurnRequest } from './turnController';
import type { TurnDocument } from './turnDocument';
import type { WireObserver } from './wireRecord';

export interface ChatPorts {
  /** Called at the first request, so that nothing heavy loads before. Rejects with a FaultError where no key is set. */
  readonly transport: () => Promise<MessageTransport>;
  /**
   * What is known about a model, or about the server's default where none is named; undefined for one the server did
   * not list. Called once per turn; may be slow.
   */
  readonly modelInfo: (id: string | undefined) => Promise<ModelInfo | undefined>;
  /** The same as far as it is known without asking. */
  readonly knownModel?: (id: string | undefined) => ModelInfo | undefined;
  /** Resolves once the prompt is where no crash can take it; only then does the request leave (T47). */
  readonly makeDurable?: (conversation: Conversation) => Promise<void>;
  readonly settings: () => ChatSettings;
  readonly clock: Clock;
  readonly log: Logger;
  readonly newId: () => string;
  /** A number in [0, 1): the jitter of back-off. */
  readonly random: () => number;
  /** Tells all turns at once when the network is back. */
  readonly connectivity: Connectivity;
  /** Takes down what is sent and received. */
  readonly recorder?: WireObserver;
  /** Absent: the model has no tools. */
  readonly tools?: ToolPorts;
}

interface RunningTurn {
  readonly turn: TurnDocument;
  readonly controller: TurnController;
  readonly loop: ToolLoop | undefined;
}

/**
 * All conversations of this window and the turns that run in them: many at once, one in each conversation.
 *
 * A prompt sent while its conversation streams is queued, and goes on when the answer before it is whole or was stopped
 * (T72). After a failure the queue waits, so that one wrong key does not fail every prompt in it: it goes on when that
 * turn was tried again with success, or when another prompt is sent.
 */
export class Chat implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly activity = this.disposables.add(new Emitter<void>());
  /**
   * Fires when a turn starts, ends, or begins or ends to wait for the person, when what is allowed changes, and when a
   * conversation is added or taken away.
   */
  readonly onDidChangeActivity = this.activity.event;

  private readonly byId = new Map<string, Conversation>();
  /** By the conversation's id. */
  private readonly running = new Map<string, RunningTurn>();
  /** Turns that go on with what they have when it is their turn. */
  private readonly continuing = new Set<TurnDocument>();
  /** Models that were chosen for single answers. */
  private readonly chosenModels = new WeakMap<TurnDocument, string>();
  /** By the conversation's id: where thinking was refused, and is not sent any more before (T115). */
  private readonly thinkingStart = new Map<
    string,
    Pick<HistoryOptions, 'thinkingFrom' | 'thinkingAfter'>
  >();
  private readonly approvalsOf = new WeakMap<Conversation, Approvals>();
  /** As the latest request told them: the next one will. */
  private toldTools: readonly unknown[] = [];
  private readonly stopPlayed = new WeakMap<Conversation, () => void>();

  /** Ids of conversations whose next answer is the first that thinking is kept from. */
  private readonly unbound = new Set<string>();
  /** By the model's id as it was asked for: the window of those that answered. */
  private readonly windows = new Map<string | undefined, number | null>();
  /** The revisions of conversations for which the server was asked to count. */
  private readonly asked = new WeakMap<Conversation, number>();
  /** What it counted, and for which revision. */
  private readonly counts = new WeakMap<Conversation, { tokens: number; at: number }>();

  constructor(private readonly ports: ChatPorts) {}

  get conversations(): readonly Conversation[] {
    return [...this.byId.values()];
  }

  /** Turns that are under way (not queued, not over), in all conversations. */
  get runningTurns(): readonly TurnDocument[] {
    return [...this.running.values()].map(({ turn }) => turn);
  }

  /** Turns that wait for the person's word about a call. */
  get askingTurns(): readonly TurnDocument[] {
    return this.runningTurns.filter(({ status }) => status.kind === 'awaiting-approval');
  }

  /** What the person allowed in a conversation; undefined where there are no tools. */
  approvals(conversation: Conversation): Approvals | undefined {
    const { tools } = this.ports;
    if (tools === undefined) return undefined;
    const known = this.approvalsOf.get(conversation);
    if (known !== undefined) return known;
    const approvals = new Approvals(tools);
    approvals.onDidChange(() => this.activity.fire());
    this.approvalsOf.set(conversation, approvals);
    return approvals;
  }

  /** The person's word about a call that waits for it; does nothing about any other. */
  decideTool(
    turnId: string,
    toolUseId: string,
    decision: ToolDecision,
    reviewed?: ReviewedChange,
  ): void {
    this.runningOf(turnId)?.loop?.decide(toolUseId, decision, reviewed);
  }

  /**
   * What a call that waits for the person would make of a file; undefined where there is no such call.
   *
   * @throws ToolRefusal where it could not be done.
   */
  async previewTool(turnId: string, toolUseId: string): Promise<ProposedChange | undefined> {
    return this.runningOf(turnId)?.loop?.preview(toolUseId);
  }

  /** Ends one call that runs, and goes on with the answer; does nothing about any other. */
  stopTool(turnId: string, toolUseId: string): void {
    this.runningOf(turnId)?.loop?.stopCall(toolUseId);
  }

  /** The person's word where an answer reached a limit. */
  goOn(turnId: string, goesOn: boolean): void {
    this.runningOf(turnId)?.loop?.goOn(goesOn);
  }

  newConversation(): Conversation {
    const { clock, newId } = this.ports;
    const conversation = new Conversation(newId(), clock.wallNow(), clock);
    this.add(conversation);
    return conversation;
  }

  /** Takes over a conversation that was kept, to dispose it at the end. */
  add(conversation: Conversation): void {
    this.byId.set(conversation.id, conversation);
    this.activity.fire();
  }

  /** The same of one whose turn something else brings; `stop` ends that. */
  addPlayed(conversation: Conversation, stop: () => void): void {
    this.stopPlayed.set(conversation, stop);
    this.add(conversation);
  }

  /** Stops what runs in the conversation and lets go of it. */
  remove(id: string): void {
    const conversation = this.byId.get(id);
    if (conversation === undefined) return;
    // From the end: what is queued must not start because the one before it was stopped.
    for (const turn of [...conversation.turns].reverse()) this.stop(turn.id);
    this.byId.delete(id);
    this.thinkingStart.delete(id);
    conversation.dispose();
    this.activity.fire();
  }

  conversation(id: string): Conversation | undefined {
    return this.byId.get(id);
  }

  /**
   * Adds the prompt and its answer's turn, and starts it, or queues it behind the one that runs.
   *
   * @param model Answers in place of the one in the settings.
   */
  send(conversation: Conversation, prompt: Prompt, model?: string): TurnDocument {
    const isIdle = !this.running.has(conversation.id);
    if (isIdle && isNearLimit(withPrompt(this.budget(conversation, model), prompt))) {
      this.addCompaction(conversation);
    }
    conversation.addUserTurn(this.ports.newId(), prompt);
    const turn = conversation.addAssistantTurn(this.ports.newId());
    if (model !== undefined) this.chosenModels.set(turn, model);
    this.startNext(conversation);
    return turn;
  }

  /**
   * Asks for a summary of the conversation, with which later requests begin; after what is queued before it. Undefined
   * where there is nothing to summarise.
   */
  compact(conversation: Conversation): TurnDocument | undefined {
    const turn = this.addCompaction(conversation);
    if (turn !== undefined) this.startNext(conversation);
    return turn;
  }

  /** Sends the whole conversation again, or the summary again in its place. */
  setCompaction(turnId: string, compaction: 'active' | 'undone'): void {
    const found = this.find(turnId);
    if (found === undefined || !isCompaction(found.turn)) return;
    found.turn.updateMeta({ compaction });
    this.unbindThinking(found.conversation);
  }

  /** Puts the person's words in the place of the summary. Does nothing to one that is not whole. */
  editSummary(turnId: string, summary: string): void {
    const found = this.find(turnId);
    if (found === undefined || !isCompaction(found.turn) || summary.trim() === '') return;
    const { conversation, turn } = found;
    if (turn.status.kind !== 'complete' || turn.answerText() === summary) return;
    for (const block of turn.blocks) turn.endBlock(block.id, 'dropped');
    const attempt = turn.meta.attempts ?? 1;
    turn.endBlock(turn.openBlock(attempt, { head: { kind: 'text' }, text: summary }), 'closed');
    this.unbindThinking(conversation);
  }

  /** What the next request of the conversation would take of its model's window. */
  budget(conversation: Conversation, model = this.ports.settings().model): ContextBudget {
    const counted = this.counts.get(conversation);
    return contextBudget({
      system: systemPrompt,
      tools: this.toldTools,
      turns: conversation.turns,
      window: this.ports.knownModel?.(model)?.maxInputTokens ?? this.windows.get(model) ?? null,
      counted: counted?.at === revisionOf(conversation) ? counted.tokens : undefined,
    });
  }

  /**
   * Asks the server how many tokens the conversation takes now, where it can say that. Never rejects: an estimate does
   * as well.
   */
  async count(conversation: Conversation, signal: AbortSignal): Promise<void> {
    const { ports } = this;
    const at = revisionOf(conversation);
    if (conversation.turns.length === 0 || this.asked.get(conversation) === at) return;
    this.asked.set(conversation, at);
    const request = await this.wholeRequest(conversation);
    try {
      const transport = await ports.transport();
      const tokens = await transport.countTokens?.(request, signal);
      if (tokens === undefined) return;
      this.counts.set(conversation, { tokens, at });
      this.activity.fire();
    } catch (error) {
      ports.log.debug(`Tokens could not be counted: ${classifyError(error).kind}`);
    }
  }

  /** Ends a running or queued turn as `stopped`, in the same tick. Does nothing to one that is over. */
  stop(turnId: string): void {
    const found = this.find(turnId);
    if (found === undefined) return;
    this.stopPlayed.get(found.conversation)?.();
    const running = this.running.get(found.conversation.id);
    if (running?.turn === found.turn) running.controller.stop();
    else if (found.turn.status.kind === 'queued') found.turn.setStatus({ kind: 'stopped' });
  }

  /** Stops whatever runs in the conversation; queued prompts stay queued and go on. */
  stopRunning(conversation: Conversation): void {
    this.stopPlayed.get(conversation)?.();
    this.running.get(conversation.id)?.controller.stop();
  }

  /** Ends the back-off of a waiting turn now. */
  retryNow(turnId: string): void {
    this.runningOf(turnId)?.controller.retryNow();
  }

  /**
   * Takes a prompt and all after it away, as if it had not been sent.
   *
   * @returns what was sent; undefined where the turn is no prompt.
   */
  rewind(turnId: string): Prompt | undefined {
    const found = this.find(turnId);
    if (found?.turn.role !== 'user') return undefined;
    const { conversation, turn } = found;
    const gone = conversation.turns.slice(conversation.turns.indexOf(turn));
    // From the end: what is queued must not start because the one before it was stopped.
    for (const each of gone.toReversed()) this.stop(each.id);
    for (const each of gone.toReversed()) conversation.removeTurn(each.id);
    const { thinkingFrom, thinkingAfter } = this.thinkingStart.get(conversation.id) ?? {};
    if (gone.some(({ id }) => id === thinkingFrom || id === thinkingAfter)) {
      this.unbindThinking(conversation);
    }
    this.activity.fire();
    return promptOf(turn);
  }

  /**
   * Runs a failed, interrupted or stopped turn again from its prompt, after what is queued before it; what it had is
   * dropped. One in which tools ran goes on after them: nothing runs twice. Does nothing to a turn that later ones were
   * already told about.
   */
  tryAgain(turnId: string): void {
    const found = this.find(turnId);
    if (found === undefined || !canTryAgain(found.conversation, found.turn)) return;
    const { conversation, turn } = found;
    if (turn.blocks.some(({ head, state }) => head.kind === 'tool_run' && state !== 'dropped')) {
      return this.continueTurn(turnId);
    }
    for (const block of turn.blocks) turn.endBlock(block.id, 'dropped');
    turn.setStatus({ kind: 'queued' });
    this.startNext(conversation);
  }

  /**
   * Goes on with an interrupted or stopped answer from its last character, after what is queued before it. Does nothing
   * to a turn that later ones were already told about.
   */
  continueTurn(turnId: string): void {
    const found = this.find(turnId);
    if (found === undefined || !canTryAgain(found.conversation, found.turn)) return;
    const { conversation, turn } = found;
    this.continuing.add(turn);
    turn.setStatus({ kind: 'queued' });
    this.startNext(conversation);
  }

  /** Closes every connection. The turns under way stay as they are, for the journal to tell that the host ended. */
  dispose(): void {
    for (const { controller } of this.running.values()) controller.abandon();
    this.running.clear();
    this.disposables.dispose();
    for (const conversation of this.byId.values()) conversation.dispose();
  }

  private startNext(conversation: Conversation): void {
    if (this.running.has(conversation.id)) return;
    const next = conversation.turns.find((turn) => turn.status.kind === 'queued');
    if (next !== undefined) this.start(conversation, next);
  }

  private start(conversation: Conversation, turn: TurnDocument): void {
    const { ports } = this;
    const chosen = this.chosenModels.get(turn);
    const settings = { ...ports.settings(), ...(chosen === undefined ? {} : { model: chosen }) };
    if (this.unbound.delete(conversation.id)) {
      this.thinkingStart.set(conversation.id, { thinkingFrom: turn.id });
    }
    // Once for the answer, so that all its requests are told the same.
    const tools = once(() => ports.tools?.list(conversation) ?? Promise.resolve([]));
    const prepare = (ownBlocks: number): Promise<TurnRequest> =>
      this.prepare(conversation, turn, settings, tools, ownBlocks);
    // A summary is written from what is there.
    const loop = isCompaction(turn) ? undefined : this.toolLoop(conversation, turn, tools);
    const controller = new TurnController(turn, prepare, settings, ports, loop);
    this.running.set(conversation.id, { turn, controller, loop });
    let wasAsking = false;
    const ended = turn.onDidChange(() => {
      const isAsking = turn.status.kind === 'awaiting-approval';
      if (isAsking !== wasAsking) {
        wasAsking = isAsking;
        if (!turn.isTerminal) this.activity.fire();
      }
      if (!turn.isTerminal) return;
      ended.dispose();
      this.onEnded(conversation, turn, controller);
    });
    void controller.run(this.continuing.delete(turn) ? 'continue' : 'anew');
    this.activity.fire();
  }

  private onEnded(
    conversation: Conversation,
    turn: TurnDocument,
    controller: TurnController,
  ): void {
    this.running.delete(conversation.id);
    if (controller.hasHealed) {
      // Of an answer of several messages, the thinking of some is bound to that of others, which was not sent.
      const start =
        turn.meta.messages === undefined ? { thinkingFrom: turn.id } : { thinkingAfter: turn.id };
      this.thinkingStart.set(conversation.id, start);
    }
    const { kind } = turn.status;
    // Without its summary a conversation goes on as it would have before.
    if (kind === 'complete' || kind === 'stopped' || isCompaction(turn)) {
      this.startNext(conversation);
    }
    this.activity.fire();
  }

  private async prepare(
    conversation: Conversation,
    turn: TurnDocument,
    settings: ChatSettings,
    listTools: () => Promise<readonly Tool[]>,
    ownBlocks: number,
  ): Promise<TurnRequest> {
    const [info, tools] = await Promise.all([
      this.modelInfo(settings.model),
      listTools(),
      this.ports.makeDurable?.(conversation),
    ]);
    const options = {
      ...requestOptions(settings.model ?? info?.id ?? preferredModel, info, settings),
      ...toolOptions(tools, info, this.ports.tools?.serverTools?.(info, conversation)),
    };
    this.toldTools = options.tools ?? [];
    const messagesFor = (thinking: HistoryOptions): MessageParam[] => {
      const history = messageHistory(conversation.turns, turn.id, { ...thinking, ownBlocks });
      const said = isCompaction(turn) ? askForSummary(history) : history;
      // Marks of ours only where the request itself has one: other servers may know neither.
      return options.cache_control === undefined ? said : withCacheBreakpoints(said);
    };
    const messages = messagesFor(this.thinkingStart.get(conversation.id) ?? {});
    return {
      request: withThinkingStart({ ...options, messages }),
      withoutThinking: hasThinking(messages)
        ? () =>
            withThinkingStart({
              ...options,
              messages: messagesFor({ thinkingFrom: turn.id, withoutOwnThinking: true }),
            })
        : undefined,
    };
  }

  private toolLoop(
    conversation: Conversation,
    turn: TurnDocument,
    tools: () => Promise<readonly Tool[]>,
  ): ToolLoop | undefined {
    const { ports } = this;
    const approvals = this.approvals(conversation);
    if (ports.tools === undefined || approvals === undefined) return undefined;
    const { blobs, limits } = ports.tools;
    const makeDurable = async (): Promise<void> => ports.makeDurable?.(conversation);
    return new ToolLoop(turn, { blobs, limits, tools, approvals, makeDurable, log: ports.log });
  }

  private runningOf(turnId: string): RunningTurn | undefined {
    return [...this.running.values()].find(({ turn }) => turn.id === turnId);
  }

  /** As the next prompt would find it. */
  private async wholeRequest(conversation: Conversation): Promise<MessageRequest> {
    const settings = this.ports.settings();
    const info = await this.modelInfo(settings.model);
    const options = {
      ...requestOptions(settings.model ?? info?.id ?? preferredModel, info, settings),
      ...toolOptions(
        (await this.ports.tools?.list(conversation)) ?? [],
        info,
        this.ports.tools?.serverTools?.(info, conversation),
      ),
    };
    const thinking = this.thinkingStart.get(conversation.id) ?? {};
    return { ...options, messages: messageHistory(conversation.turns, '', thinking) };
  }

  private addCompaction(conversation: Conversation): TurnDocument | undefined {
    const last = conversation.turns.at(-1);
    const hasAnswer = conversation.turns.some((turn) => turn.status.kind === 'complete');
    if (last === undefined || !hasAnswer || isCompaction(last)) return undefined;
    return conversation.addCompaction(this.ports.newId());
  }

  /**
   * Says that the conversation's next answer has other tools: what was thought before is bound to those it had (API:
   * preserved thinking), and is not sent any more.
   */
  toolsChanged(conversation: Conversation): void {
    this.unbindThinking(conversation);
    this.activity.fire();
  }

  /** What was thought is bound to what is sent no more (API: preserved thinking), and is not sent any more either. */
  private unbindThinking(conversation: Conversation): void {
    this.unbound.add(conversation.id);
  }

  /** A server whose models cannot be listed may answer all the same. */
  private async modelInfo(id: string | undefined): Promise<ModelInfo | undefined> {
    try {
      const info = await this.ports.modelInfo(id);
      this.windows.set(id, info?.maxInputTokens ?? null);
      return info;
    } catch (error) {
      this.ports.log.warn(`Nothing is known about the model: ${classifyError(error).kind}`);
      return undefined;
    }
  }

  private find(
    turnId: string,
  ): { readonly conversation: Conversation; readonly turn: TurnDocument } | undefined {
    for (const conversation of this.byId.values()) {
      const turn = conversation.turn(turnId);
      if (turn !== undefined) return { conversation, turn };
    }
    return undefined;
  }
}

function promptOf(turn: TurnDocument): Prompt {
  const attachments = turn.blocks.flatMap(({ head, text }) =>
    head.kind === 'attachment' ? [{ attachment: head.attachment, content: text.toString() }] : [],
  );
  return { text: turn.answerText(), attachments };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

/** Only the latest answer that was asked for can be asked for again: later ones build on what it was. */
function canTryAgain(conversation: Conversation, turn: TurnDocument): boolean {
  if (turn.role !== 'assistant') return false;
  if (!turn.isTerminal || turn.status.kind === 'complete') return false;
  const later = conversation.turns.slice(conversation.turns.indexOf(turn) + 1);
  return later.every(({ role, meta }) => role === 'user' || meta.attempts === undefined);
}

/** Grows with every change of what is said. */
function revisionOf(conversation: Conversation): number {
  return conversation.turns.reduce((sum, turn) => sum + Math.max(1, turn.revision), 0);
}
