import type { Chat } from '../core/chat';
import type { Clock } from '../core/clock';
import type { Conversation, ConversationChange, PromptAttachment } from '../core/conversation';
import { DisposableStore, type Disposable } from '../core/disposable';
import type { Event } from '../core/emitter';
import { findInConversation } from '../core/findInConversation';
import type { Logger } from '../core/logger';
import { PatchFeed, type PaintObserver } from '../core/patchFeed';
import { assertNever } from '../core/assertNever';
import type { ReviewedChange } from '../core/tool';
import type { TurnBlock, TurnDocument } from '../core/turnDocument';
import type { AttachedFile } from '../protocol/attachedFile';
import type { ChangeAction } from '../protocol/changedFile';
import type { Destination, Draft, HostToView, ViewState } from '../protocol/hostToView';
import type { Suggestion } from '../protocol/suggestion';
import { parseViewMessage } from '../protocol/parseViewMessage';
import type { ViewCommand, ViewToHost } from '../protocol/viewToHost';
import { AttachRefusal } from './attachRefusal';
import { sameDraft, type Drafts } from './drafts';
import { errorText } from './errorText';

/** The part of a webview that a bridge needs. */
export interface WebviewPort {
  /** Resolves to false where the message was not delivered. May never settle. */
  postMessage(message: HostToView): PromiseLike<boolean>;
  onDidReceiveMessage(listener: (message: unknown) => void): Disposable;
}

/** What a view's messages lead to, outside the conversation. */
export interface ViewActions {
  /** Why a draft cannot be sent now, in words for the person; null where it can. */
  refusal(draft: Draft, conversation: Conversation): Promise<string | null>;
  /** What the person should know and agree to before the draft goes out; null where there is nothing. */
  question(draft: Draft, conversation: Conversation): string | null;
  run(command: ViewCommand, bridge: ViewBridge): Promise<void>;
  openLink(href: string): Promise<void>;
  /**
   * Makes an attachment of a file that the view has.
   *
   * @throws AttachRefusal with the reason for the person.
   */
  readFile(file: AttachedFile): Promise<PromptAttachment>;
  /** Attaches what is at these addresses to the bridge's conversation, and says what cannot be. */
  attachUris(uris: readonly string[], bridge: ViewBridge): Promise<void>;
  /** What can be attached, by a few letters. */
  suggest(
    typed: string,
    showSoon: (found: readonly Suggestion[]) => void,
  ): Promise<readonly Suggestion[]>;
  /** @throws AttachRefusal with the reason for the person. */
  attachSuggestion(suggestion: Suggestion, bridge: ViewBridge): Promise<void>;
  /** Puts files back as the person wants it. True where the conversation is to go back too. */
  restore(turn: string, conversation: Conversation): Promise<boolean>;
  /** Shows what a call would change, to be decided there change by change. */
  review(turn: string, call: string): Promise<void>;
  /** Ends that where it is under way. @returns what the person has made of the change by then. */
  endReview(call: string): ReviewedChange | undefined;
  /** @param file null for all changed files. */
  change(action: ChangeAction, file: string | null, conversation: Conversation): Promise<void>;
  /** Shows how the turn came over the wire. */
  inspect(turn: string): void;
  openAttachment(attachment: PromptAttachment): Promise<void>;
  /** Shows all text of a block where there is room for it. */
  openBlock(turn: TurnDocument, block: TurnBlock): Promise<void>;
  copy(text: string): Promise<void>;
  insertCode(text: string): Promise<void>;
  applyCode(code: Omit<Extract<ViewToHost, { type: 'applyCode' }>, 'type'>): Promise<void>;
  newFile(text: string, language: string): Promise<void>;
  previewDiagram(text: string): Promise<void>;
  /** Says that something which the person asked for failed. */
  failed(what: string, error: unknown): void;
}

export interface ViewBridgePorts {
  readonly chat: Pick<
    Chat,
    | 'conversation'
    | 'send'
    | 'stop'
    | 'stopRunning'
    | 'retryNow'
    | 'tryAgain'
    | 'continueTurn'
    | 'approvals'
    | 'decideTool'
    | 'stopTool'
    | 'goOn'
    | 'rewind'
    | 'setCompaction'
    | 'editSummary'
  >;
  /** The conversation to go on with in place of this one: a copy, where another window owns this one. */
  readonly writable: (conversation: Conversation) => Promise<Conversation>;
  readonly drafts: Drafts;
  readonly clock: Clock;
  readonly log: Logger;
  /** Undefined until everything in it is known; then `onDidChangeState` fires. */
  readonly state: (conversation: Conversation) => ViewState | undefined;
  readonly onDidChangeState: Event<void>;
  readonly actions: ViewActions;
  /** The prompt that a text calls; the text itself where it calls none. */
  readonly expand?: (text: string) => Promise<string>;
  /** Takes down when patches were painted. */
  readonly paints?: PaintObserver;
}

/**
 * Between one webview and the conversation it shows. The webview may be slow, hidden, reloaded or lost at any time:
 * nothing is queued for it. Its conversation is read by a cursor, its state is sent whole, and what could not be
 * delivered is sent when it says `ready` again.
 */
export class ViewBridge implements Disposable {
  private readonly disposables = new DisposableStore();
  private shown: {
    readonly conversation: Conversation;
    readonly feed: PatchFeed;
    readonly store: DisposableStore;
  };
  /** The view said `ready`, and since then nothing says that it went away. */
  private live = false;
  private stateDue = false;
  /** The last state that was delivered, as JSON. */
  private lastState = '';
  /** What the composer of this view holds, as far as is known. */
  private composer: Draft | undefined;
  /** For a view that was hidden and may have been kept: one that boots anew has them in its draft. */
  private pendingAttachments: PromptAttachment[] = [];
  private pendingImages: { readonly conversation: string; readonly file: AttachedFile }[] = [];
  private focusDue = false;
  private finding = new AbortController();

  constructor(
    private readonly webview: WebviewPort,
    conversation: Conversation,
    private readonly ports: ViewBridgePorts,
    private readonly onDidShow: (conversation: Conversation) => void,
  ) {
    this.shown = this.read(conversation);
    this.disposables.add(webview.onDidReceiveMessage((message) => this.receive(message)));
    this.disposables.add(ports.onDidChangeState(() => this.pushState()));
    this.disposables.add(ports.drafts.onDidSend((sent) => this.onDraftSent(sent)));
  }

  get conversation(): Conversation {
    return this.shown.conversation;
  }

  /** Whether the view is there and takes messages, as far as is known. */
  get isLive(): boolean {
    return this.live;
  }

  /** Shows another conversation; the one before goes on by itself. */
  show(conversation: Conversation): void {
    if (conversation === this.conversation) return;
    this.shown.store.dispose();
    this.shown = this.read(conversation);
    this.onDidShow(conversation);
    if (!this.live) return;
    // The draft before the state: the view saves what it held for the conversation that its state names.
    this.postDraft();
    this.pushState();
    this.shown.feed.resume();
  }

  /** Adds to the composer and puts the focus there, at once or as soon as the view is there. */
  attach(attachment: PromptAttachment, conversation = this.conversation.id): void {
    const { drafts } = this.ports;
    const draft = drafts.of(conversation);
    const known = draft.attachments.some((other) => sameAttachment(other, attachment));
    // Kept at once: a view that boots anew finds it in its draft, whatever became of the message.
    drafts.set(conversation, {
      text: draft.text,
      attachments: known ? draft.attachments : [...draft.attachments, attachment],
    });
    if (!this.shows(conversation)) return;
    if (this.live) void this.post({ type: 'attach', attachment });
    else this.pendingAttachments.push(attachment);
    this.focusComposer();
  }

  /** Lets the view make an image that the API takes and attach it, at once or as soon as the view is there. */
  prepareImage(file: AttachedFile): void {
    const image = { conversation: this.conversation.id, file };
    if (this.live) void this.post({ type: 'prepareImage', ...image });
    else this.pendingImages.push(image);
    this.focusComposer();
  }

  /** Puts the focus into the composer, at once or as soon as the view is there. */
  focusComposer(): void {
    this.focusDue = true;
    if (this.live) this.postFocus();
  }

  /** Moves within the conversation shown, where the view is there to do it. */
  go(to: Destination): void {
    if (this.live) void this.post({ type: 'go', to });
  }

  /** The view was shown or hidden. Hidden, it may be gone, or it may be there and take messages all the same. */
  setVisible(visible: boolean): void {
    if (visible) {
      // One that booted anew says `ready` by itself; one that was there all the time says it in answer to this.
      void this.post({ type: 'sync' });
    } else {
      this.live = false;
      this.shown.feed.pause();
    }
  }

  dispose(): void {
    this.live = false;
    this.finding.abort();
    this.shown.store.dispose();
    this.disposables.dispose();
  }

  private read(conversation: Conversation): ViewBridge['shown'] {
    const store = new DisposableStore();
    const feed = store.add(
      new PatchFeed(
        conversation,
        this.ports.clock,
        (patch) => this.post({ type: 'patch', patch }),
        this.ports.paints,
      ),
    );
    store.add(conversation.onDidChange((change) => this.onConversationChanged(change)));
    return { conversation, feed, store };
  }

  private onConversationChanged(change: ConversationChange): void {
    if (change.kind !== 'turn') this.pushState();
  }

  private receive(value: unknown): void {
    const parsed = parseViewMessage(value);
    if (!parsed.ok) {
      this.ports.log.warn(`A message from the view was dropped: ${parsed.problem}`);
      return;
    }
    this.handle(parsed.message).catch((error: unknown) => {
      this.ports.log.error(`The view's ${parsed.message.type} failed: ${errorText(error)}`);
      this.ports.actions.failed(parsed.message.type, error);
    });
  }

  private async handle(message: ViewToHost): Promise<void> {
    const { chat, actions, drafts, log } = this.ports;
    switch (message.type) {
      case 'ready':
        return this.onReady(message.cursor);
      case 'painted':
        return this.shown.feed.painted(message.seq, message.agoMs);
      case 'want':
        if (this.shows(message.conversation)) this.shown.feed.want(message.turns);
        return;
      case 'find':
        return this.find(message);
      case 'send':
        return this.send(message);
      case 'attachFile':
        return this.settled(message.id, async () => {
          this.attach(await actions.readFile(message.file), message.conversation);
        });
      case 'attachUris':
        return this.settled(message.id, () => actions.attachUris(message.uris, this));
      case 'suggest': {
        const show = (items: readonly Suggestion[]): void => {
          void this.post({ type: 'suggestions', search: message.search, items });
        };
        return show(await actions.suggest(message.typed, show));
      }
      case 'attachSuggestion':
        return this.settled(message.id, () => actions.attachSuggestion(message.suggestion, this));
      case 'stop':
        if (message.turn === null) chat.stopRunning(this.conversation);
        else if (this.owns(message.turn)) chat.stop(message.turn);
        return;
      case 'retryNow':
        if (this.owns(message.turn)) chat.retryNow(message.turn);
        return;
      case 'decideTool':
        if (this.owns(message.turn)) {
          const reviewed = actions.endReview(message.call);
          chat.decideTool(message.turn, message.call, message.decision, reviewed);
        }
        return;
      case 'stopTool':
        if (this.owns(message.turn)) chat.stopTool(message.turn, message.call);
        return;
      case 'reviewTool':
        return this.owns(message.turn) ? actions.review(message.turn, message.call) : undefined;
      case 'goOn':
        if (this.owns(message.turn)) chat.goOn(message.turn, message.goesOn);
        return;
      case 'restore':
        return this.restore(message.turn);
      case 'change':
        if (!this.shows(message.conversation)) return;
        return actions.change(message.action, message.file, this.conversation);
      case 'setToolMode': {
        const approvals = chat.approvals(this.conversation);
        // Only where it was seen: the host may have changed to another conversation in the meantime.
        if (approvals !== undefined && this.shows(message.conversation)) {
          approvals.mode = message.mode;
        }
        return;
      }
      case 'continueTurn':
        return this.inWritable(message.turn, (turn) => chat.continueTurn(turn));
      case 'tryAgain':
        return this.inWritable(message.turn, (turn) => chat.tryAgain(turn));
      case 'setCompaction':
        return this.inWritable(message.turn, (turn) =>
          chat.setCompaction(turn, message.compaction),
        );
      case 'editSummary':
        return this.inWritable(message.turn, (turn) => chat.editSummary(turn, message.text));
      case 'run':
        return actions.run(message.command, this);
      case 'inspect':
        return actions.inspect(message.turn);
      case 'openLink':
        return actions.openLink(message.href);
      case 'openAttachment':
        return actions.openAttachment(message.attachment);
      case 'openBlock': {
        const turn = this.conversation.turn(message.turn);
        const block = turn?.blocks.find(({ id }) => id === message.block);
        return turn === undefined || block === undefined
          ? undefined
          : actions.openBlock(turn, block);
      }
      case 'copy':
        return actions.copy(message.text);
      case 'insertCode':
        return actions.insertCode(message.text);
      case 'previewDiagram':
        return actions.previewDiagram(message.text);
      case 'applyCode': {
        const { text, info, before } = message;
        return actions.applyCode({ text, info, before });
      }
      case 'newFile':
        return actions.newFile(message.text, message.language);
      case 'draft':
        if (this.shows(message.conversation)) this.composer = message.draft;
        drafts.set(message.conversation ?? this.conversation.id, message.draft);
        return;
      case 'viewError':
        log.error(`The view reports: ${message.message}`);
        return;
      default:
        return assertNever(message);
    }
  }

  private async find({
    search,
    conversation,
    query,
  }: Extract<ViewToHost, { type: 'find' }>): Promise<void> {
    this.finding.abort();
    this.finding = new AbortController();
    if (!this.shows(conversation)) return;
    const { signal } = this.finding;
    const turns = await findInConversation(this.conversation, query, this.ports.clock, signal);
    if (turns !== undefined) void this.post({ type: 'found', search, turns });
  }

  private onReady(cursor: Extract<ViewToHost, { type: 'ready' }>['cursor']): void {
    this.live = true;
    this.lastState = '';
    this.pushState();
    const pending = this.pendingAttachments.splice(0);
    if (cursor === null) {
      this.postDraft();
    } else {
      for (const attachment of pending) void this.post({ type: 'attach', attachment });
    }
    for (const image of this.pendingImages.splice(0)) {
      void this.post({ type: 'prepareImage', ...image });
    }
    this.shown.feed.resume(cursor ?? undefined);
    if (this.focusDue) this.postFocus();
  }

  private async send(message: Extract<ViewToHost, { type: 'send' }>): Promise<void> {
    const { id, draft } = message;
    const { chat, drafts, actions } = this.ports;
    const conversation =
      message.conversation === undefined
        ? this.conversation
        : (chat.conversation(message.conversation) ?? this.conversation);
    if (this.shows(conversation.id)) this.composer = draft;
    try {
      const refusal = await actions.refusal(draft, conversation);
      const isAsked = refusal === null && message.confirmed !== true;
      const question = isAsked ? actions.question(draft, conversation) : null;
      const error = refusal ?? question;
      if (error === null) {
        const target = await this.writable(conversation);
        const text = (await this.ports.expand?.(draft.text)) ?? draft.text;
        chat.send(target, { ...draft, text });
        if (this.shows(target.id)) this.composer = undefined;
        drafts.sent(target.id, draft);
      } else {
        drafts.set(conversation.id, draft);
      }
      const more = question === null ? {} : { isQuestion: true };
      void this.post({ type: 'reply', id, error, ...more });
    } catch (error) {
      // A request always settles; the draft stays.
      void this.post({ type: 'reply', id, error: errorText(error) });
      throw error;
    }
  }

  /** Answers a request of the view when the work is done. A refusal is for the person alone. */
  private async settled(id: number, work: () => Promise<void>): Promise<void> {
    let error: string | null = null;
    try {
      await work();
    } catch (thrown) {
      error = thrown instanceof AttachRefusal ? thrown.message : errorText(thrown);
    }
    void this.post({ type: 'reply', id, error });
  }

  /** The conversation to go on with, which is then shown where this view shows the other one. */
  private async writable(conversation: Conversation): Promise<Conversation> {
    const target = await this.ports.writable(conversation);
    if (this.shows(conversation.id)) this.show(target);
    return target;
  }

  /** Does something with a turn of the conversation shown or, where another window owns it, of the copy of it. */
  private async inWritable(turn: string, act: (turn: string) => void): Promise<void> {
    const place = this.conversation.turns.findIndex(({ id }) => id === turn);
    if (place === -1) return;
    const target = await this.writable(this.conversation);
    const found = target.turns[place];
    if (found !== undefined) act(found.id);
  }

  private async restore(turn: string): Promise<void> {
    const { actions, chat, drafts } = this.ports;
    if (!this.owns(turn) || !(await actions.restore(turn, this.conversation))) return;
    await this.inWritable(turn, (id) => {
      const prompt = chat.rewind(id);
      if (prompt === undefined) return;
      const draft = drafts.of(this.conversation.id);
      // What was being written is not thrown away.
      const text = [prompt.text, draft.text].filter((part) => part.trim() !== '').join('\n\n');
      const attachments = [...prompt.attachments, ...draft.attachments];
      drafts.set(this.conversation.id, { text, attachments });
      this.postDraft();
      this.focusComposer();
    });
  }

  private shows(conversation: string | undefined): boolean {
    return conversation === undefined || conversation === this.conversation.id;
  }

  private owns(turn: string): boolean {
    return this.conversation.turn(turn) !== undefined;
  }

  /** Another view of this conversation sent what stands in this one's composer too. */
  private onDraftSent(sent: { readonly conversation: string; readonly draft: Draft }): void {
    if (sent.conversation !== this.conversation.id || this.composer === undefined) return;
    if (sameDraft(this.composer, sent.draft) && this.live) this.postDraft();
  }

  private postDraft(): void {
    const draft = this.ports.drafts.of(this.conversation.id);
    this.composer = draft;
    void this.post({ type: 'draft', draft });
  }

  private postFocus(): void {
    this.focusDue = false;
    void this.post({ type: 'focusComposer' });
  }

  /** Once for all changes of a tick, and only where something changed. */
  private pushState(): void {
    if (this.stateDue) return;
    this.stateDue = true;
    queueMicrotask(() => {
      this.stateDue = false;
      if (!this.live) return;
      const state = this.ports.state(this.conversation);
      if (state === undefined) return;
      const json = JSON.stringify(state);
      if (json === this.lastState) return;
      this.lastState = json;
      void this.post({ type: 'state', state });
    });
  }

  private async post(message: HostToView): Promise<boolean> {
    try {
      const delivered = await this.webview.postMessage(message);
      if (!delivered) this.live = false;
      return delivered;
    } catch (error) {
      this.live = false;
      this.ports.log.debug(`The view took no ${message.type}: ${errorText(error)}`);
      return false;
    }
  }
}

function sameAttachment(a: PromptAttachment, b: PromptAttachment): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
