import './view.css';
import { signal } from '@preact/signals';
import { createRef, render } from 'preact';
import { assertNever } from '../src/core/assertNever';
import {
  protocolVersion,
  type BootData,
  type Destination,
  type Draft,
  type HostToView,
  type ViewSettings,
  type ViewState,
} from '../src/protocol/hostToView';
import { Announcer } from './announcer';
import { approvalOf } from './approvalKeys';
import { ComposerModel } from './composerModel';
import { isInputMethodKey } from './composerKeys';
import { App } from './components/app';
import { questionsOf } from './components/toolApproval';
import { ConversationStore } from './conversationStore';
import { reportPageErrors, ViewErrors } from './viewErrors';
import { FindModel } from './findModel';
import type { FollowMode } from './followMode';
import { Formats } from './formats';
import { HostConnection } from './hostConnection';
import { MentionModel } from './mentionModel';
import { MarkdownView } from './markdown/markdownView';
import type { Panel } from './panel';
import { destinationOf } from './navigationKeys';
import { jumpToPrompt } from './promptJump';
import { isScrollPlace, ScrollMemory, type ScrollPlace } from './scrollMemory';
import { isDraft } from './parseHostMessage';
import { takeFiles } from './takeFiles';
import { Ticker } from './ticker';
import { TurnHeights } from './turnHeights';
import type { TurnWindow } from './turnWindow';
import type { TurnModel } from './turnModel';

const settingsUntilTold: ViewSettings = {
  sendKey: 'enter',
  follow: 'end',
  thinking: 'collapsed',
  escStops: true,
};

/** What a page keeps of itself. */
interface PageState {
  readonly draft?: Draft | undefined;
  /** The id of the conversation shown. */
  readonly conversation?: string;
  /** Undefined: its end. */
  readonly scroll?: ScrollPlace | undefined;
}

/** Builds the panel, top-down, and starts to read. */
function main(): void {
  const api = acquireVsCodeApi();
  const errors = new ViewErrors((message) => api.postMessage({ type: 'viewError', message }));
  reportPageErrors(errors);
  const boot = readBootData();
  const app = element('div', 'app');
  app.dataset['surface'] = boot.surface;
  if (boot.version !== protocolVersion) {
    app.textContent = boot.strings.viewOutdated;
    return;
  }

  const { strings } = boot;
  const state = signal<ViewState | undefined>(undefined);
  const settings = signal<ViewSettings>(settingsUntilTold);
  const follow = signal<FollowMode | undefined>(undefined);
  const turnWindow = signal<TurnWindow | undefined>(undefined);
  const field = createRef<HTMLTextAreaElement>();
  const announcer = new Announcer([liveRegion(), liveRegion()]);
  const host = new HostConnection(api, (message) => receive(message));
  const currentConversation = (): { conversation?: string } => {
    const id = state.peek()?.conversation.id;
    return id === undefined ? {} : { conversation: id };
  };

  /** What the editor gives this page again when it boots anew, and the host when the window was reloaded. */
  const before = api.getState();
  let kept: PageState = { draft: keptDraft(before) };
  const keep = (change: PageState): void => {
    kept = { ...kept, ...change };
    api.setState(kept);
  };

  const composer = new ComposerModel({
    save: (draft) => {
      keep({ draft });
      host.post({ type: 'draft', draft, ...currentConversation() });
    },
    send: (draft, confirmed) =>
      host.request({
        type: 'send',
        draft,
        ...currentConversation(),
        ...(confirmed ? { confirmed } : {}),
      }),
    attachFile: (file, conversation) => {
      const typedIn = conversation === undefined ? currentConversation() : { conversation };
      return host.request({ type: 'attachFile', file, ...typedIn });
    },
    attachSuggestion: (suggestion) => host.request({ type: 'attachSuggestion', suggestion }),
    attachUris: (uris) => host.request({ type: 'attachUris', uris, ...currentConversation() }),
    sendFailed: strings.sendFailed,
    attachFailed: strings.attach.failed,
  });
  const mentions = new MentionModel({
    ask: (search, typed) => host.post({ type: 'suggest', search, typed }),
  });
  const conversation = new ConversationStore({
    post: (message) => host.post(message),
    onReset: () => {
      find.reset();
      follow.peek()?.jumpToLatest();
    },
    onKnown: (id) => scrollMemory.restore(id),
    onTurnEnded: (turn) => announceEnd(turn),
  });

  const conversationId = (): string | undefined => state.peek()?.conversation.id;
  const scrollMemory = new ScrollMemory(keptScroll(before), {
    keep: (scroll) => keep({ scroll }),
    conversation: conversationId,
  });
  const find = new FindModel({
    post: (message) => host.post(message),
    conversation: conversationId,
    turnWindow: () => turnWindow.peek(),
    order: () => conversation.turns.peek().map(({ outline }) => outline.id),
    leaveEnd: () => follow.peek()?.leave(),
  });

  const panel: Panel = {
    surface: boot.surface,
    strings,
    blobs: boot.blobs,
    formats: new Formats(boot.locale),
    state,
    settings,
    conversation,
    composer,
    mentions,
    ticker: new Ticker(),
    follow,
    turnWindow,
    turnHeights: new TurnHeights(),
    scrollMemory,
    find,
    focusComposer: () => field.current?.focus(),
    post: (message) => host.post(message),
    reportError: (error) => errors.report(error),
    createMarkdownView: () =>
      new MarkdownView({
        strings,
        onOpenLink: (href) => host.post({ type: 'openLink', href }),
        onCopy: (text) => host.post({ type: 'copy', text }),
        onInsertCode: (text) => host.post({ type: 'insertCode', text }),
        onApplyCode: (text, info, before) => host.post({ type: 'applyCode', text, info, before }),
        onPreviewDiagram: (text) => host.post({ type: 'previewDiagram', text }),
        onNewFile: (text, language) => host.post({ type: 'newFile', text, language }),
      }),
  };

  function receive(message: Exclude<HostToView, { type: 'reply' }>): void {
    switch (message.type) {
      case 'state':
        if (message.state.conversation.id !== kept.conversation) {
          keep({ conversation: message.state.conversation.id });
        }
        state.value = message.state;
        settings.value = message.state.settings;
        applyFonts(message.state.settings);
        return;
      case 'patch':
        return conversation.receive(message.patch);
      case 'sync':
        return conversation.resume();
      case 'draft':
        return composer.replace(message.draft);
      case 'attach':
        composer.attach(message.attachment);
        return panel.focusComposer();
      case 'prepareImage':
        return void composer.prepareImage(message.file, message.conversation);
      case 'suggestions':
        return mentions.receive(message.search, message.items);
      case 'focusComposer':
        return panel.focusComposer();
      case 'go':
        return go(message.to);
      case 'found':
        return find.receive(message.search, message.turns);
      default:
        return assertNever(message);
    }
  }

  function go(to: Destination): void {
    if (to === 'find') return find.open();
    const [mode, shown] = [follow.peek(), turnWindow.peek()];
    if (mode === undefined || shown === undefined) return;
    void jumpToPrompt(to === 'nextPrompt' ? 1 : -1, conversation.turns.peek(), shown, mode);
  }

  function announceEnd(turn: TurnModel): void {
    const { kind } = turn.status.peek();
    if (kind === 'complete') announcer.announce(strings.replyFinished);
    else if (kind === 'stopped') announcer.announce(strings.stopped);
    // The other ends are alerts, which announce themselves.
  }

  if (kept.draft !== undefined) composer.restore(kept.draft);
  takeFiles(document, composer);
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented || isInputMethodKey(event)) return;
    if (!settings.peek().escStops || !conversation.isRunning.peek()) return;
    event.preventDefault();
    host.post({ type: 'stop', turn: null });
  });
  // Not contributed as keybindings: inside a view of the side bar no context key says that it has the focus.
  document.addEventListener('keydown', (event) => {
    const to = event.defaultPrevented ? undefined : destinationOf(event);
    if (to === undefined) return;
    event.preventDefault();
    go(to);
  });
  // Before the field, which sends by the same keys; what is written there is sent all the same.
  document.addEventListener(
    'keydown',
    (event) => {
      const decision = approvalOf(event);
      if (decision === undefined || !composer.isEmpty.peek() || isInputMethodKey(event)) return;
      for (const { turn } of conversation.turns.peek()) {
        const question = turn && questionsOf(turn.status.peek())[0];
        if (turn === undefined || question === undefined) continue;
        event.preventDefault();
        event.stopPropagation();
        host.post({ type: 'decideTool', turn: turn.id, call: question.toolUseId, decision });
        return;
      }
    },
    { capture: true },
  );
  window.addEventListener('pagehide', () => composer.flush());
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') composer.flush();
  });

  render(<App panel={panel} field={field} />, app);
  conversation.resume();
}

/** Throws where the page has none: then nothing can be shown, and the error says so in the log. */
function readBootData(): BootData {
  const text = document.getElementById('boot')?.textContent ?? '';
  // Written by our own host into its own page; the version inside is checked before anything else is used.
  return JSON.parse(text) as BootData;
}

function keptDraft(state: unknown): Draft | undefined {
  if (typeof state !== 'object' || state === null || !('draft' in state)) return undefined;
  return isDraft(state.draft) ? (state.draft as Draft) : undefined;
}

function keptScroll(state: unknown): ScrollPlace | undefined {
  if (typeof state !== 'object' || state === null || !('scroll' in state)) return undefined;
  return isScrollPlace(state.scroll) ? state.scroll : undefined;
}

function applyFonts({ chatFontSize, chatFontFamily }: ViewSettings): void {
  const { style } = document.documentElement;
  style.setProperty('--caudal-font-size', chatFontSize === undefined ? null : `${chatFontSize}px`);
  style.setProperty('--caudal-font-family', chatFontFamily ?? null);
}

function liveRegion(): HTMLElement {
  const region = element('div', undefined, 'visually-hidden');
  region.setAttribute('role', 'status');
  region.setAttribute('aria-live', 'polite');
  return region;
}

function element(tag: string, id?: string, className?: string): HTMLElement {
  const created = document.createElement(tag);
  if (id !== undefined) created.id = id;
  if (className !== undefined) created.className = className;
  document.body.append(created);
  return created;
}

main();
