/**
 * Runs in the page, in the place of VS Code and the extension host: a real conversation, read by a real patch feed,
 * whose patches reach the view as messages. For tests of the view alone; the tests in a real VS Code stand above them.
 */
import type { Clock } from '../../src/core/clock';
import { Conversation } from '../../src/core/conversation';
import { findInConversation } from '../../src/core/findInConversation';
import type { ConversationPatch } from '../../src/core/conversationPatch';
import { toDisposable, type Disposable } from '../../src/core/disposable';
import { imageSize } from '../../src/core/imageSize';
import { PatchFeed } from '../../src/core/patchFeed';
import type { Draft, HostToView, ViewState } from '../../src/protocol/hostToView';
import { parseViewMessage } from '../../src/protocol/parseViewMessage';
import type { ViewToHost } from '../../src/protocol/viewToHost';

declare global {
  interface Window {
    fakeHost: FakeHost;
    activity: Activity;
  }
}

/** What keeps a page from being idle. */
interface Activity {
  readonly intervals: Set<unknown>;
  /** Animation frames asked for so far. */
  frames: number;
}

function watchActivity(): Activity {
  const activity: Activity = { intervals: new Set(), frames: 0 };
  const setInterval = window.setInterval.bind(window);
  const clearInterval = window.clearInterval.bind(window);
  const requestAnimationFrame = window.requestAnimationFrame.bind(window);
  Object.assign(window, {
    setInterval: (callback: () => void, ms: number) => {
      const id = setInterval(callback, ms);
      activity.intervals.add(id);
      return id;
    },
    clearInterval: (id: number) => {
      activity.intervals.delete(id);
      clearInterval(id);
    },
    requestAnimationFrame: (callback: FrameRequestCallback) => {
      activity.frames++;
      return requestAnimationFrame(callback);
    },
  });
  return activity;
}

class PageClock implements Clock {
  now(): number {
    return performance.now();
  }

  wallNow(): number {
    return Date.now();
  }

  setTimer(delayMs: number, callback: () => void): Disposable {
    const timer = setTimeout(callback, delayMs);
    return toDisposable(() => clearTimeout(timer));
  }
}

const defaultState: ViewState = {
  conversation: { id: 'c1', title: '' },
  key: 'stored',
  server: null,
  modelLabel: 'Claude Sonnet 5',
  effortLabel: null,
  settings: { sendKey: 'enter', follow: 'end', thinking: 'collapsed', escStops: true },
  isReadOnly: false,
  othersRunning: 0,
  toolMode: null,
  lastPrompt: null,
};

export class FakeHost {
  readonly clock = new PageClock();
  /** Everything the view has said, in order. */
  readonly sent: ViewToHost[] = [];
  /** What the view has said that no guard of the host would let pass. */
  readonly malformed: string[] = [];
  conversation = new Conversation('c1', 0, this.clock);
  draft: Draft = { text: '', attachments: [] };
  state = defaultState;
  /** Patches that get lost on their way. */
  patchesToLose = 0;
  onSend: 'accept' | 'say-nothing' | { readonly refuse: string } = 'accept';
  kept: unknown = undefined;
  isSilent = false;
  private feed = this.newFeed();

  receive(value: unknown): void {
    const parsed = parseViewMessage(structuredClone(value));
    if (!parsed.ok) {
      this.malformed.push(parsed.problem);
      return;
    }
    this.sent.push(parsed.message);
    if (!this.isSilent) this.handle(parsed.message);
  }

  /** Of one type, in order. */
  sentOf<T extends ViewToHost['type']>(type: T): Extract<ViewToHost, { type: T }>[] {
    return this.sent.filter(
      (message): message is Extract<ViewToHost, { type: T }> => message.type === type,
    );
  }

  post(message: HostToView): void {
    window.postMessage(structuredClone(message), '*');
  }

  postState(change: Partial<ViewState> = {}): void {
    this.state = { ...this.state, ...change };
    this.post({ type: 'state', state: this.state });
  }

  /** Shows another conversation, in the order in which the host says it. */
  show(conversation: Conversation, draft: Draft = { text: '', attachments: [] }): void {
    this.feed.dispose();
    this.conversation = conversation;
    this.feed = this.newFeed();
    this.draft = draft;
    this.post({ type: 'draft', draft });
    this.postState({ conversation: { id: conversation.id, title: conversation.title } });
    this.feed.resume();
  }

  private newFeed(): PatchFeed {
    return new PatchFeed(this.conversation, this.clock, (patch) => this.deliver(patch));
  }

  private deliver(patch: ConversationPatch): Promise<boolean> {
    if (this.patchesToLose > 0) this.patchesToLose--;
    else this.post({ type: 'patch', patch });
    return Promise.resolve(true);
  }

  private handle(message: ViewToHost): void {
    switch (message.type) {
      case 'ready':
        this.postState();
        if (message.cursor === null) this.post({ type: 'draft', draft: this.draft });
        this.feed.resume(message.cursor ?? undefined);
        return;
      case 'painted':
        return this.feed.painted(message.seq, message.agoMs);
      case 'want':
        return this.feed.want(message.turns);
      case 'find':
        return void this.find(message.search, message.query);
      case 'draft':
        this.draft = message.draft;
        return;
      case 'attachFile': {
        const { name, uri, data, image } = message.file;
        const sent = image?.data ?? data;
        const blob = { sha256: '0a'.repeat(32), mediaType: 'image/png', size: sent.length };
        const { width = 0, height = 0 } = imageSize(sent) ?? {};
        const attachment = { kind: 'image', path: name, uri, blob, width, height } as const;
        this.post({ type: 'attach', attachment: { attachment, content: '' } });
        this.post({ type: 'reply', id: message.id, error: null });
        return;
      }
      case 'suggest': {
        const all = ['apple.ts', 'apple pie.md', 'banana.ts'];
        const items = all
          .filter((name) => name.includes(message.typed))
          .map((name) => ({
            kind: 'file' as const,
            key: name,
            label: name,
            detail: `src/${name}`,
          }));
        this.post({ type: 'suggestions', search: message.search, items });
        return;
      }
      case 'attachSuggestion': {
        const { label: path, key: uri } = message.suggestion;
        const attachment = { kind: 'file', path, uri, languageId: 'ts' } as const;
        this.post({ type: 'attach', attachment: { attachment, content: 'x' } });
        this.post({ type: 'reply', id: message.id, error: null });
        return;
      }
      case 'attachUris':
        this.post({ type: 'reply', id: message.id, error: 'a.bin cannot be attached.' });
        return;
      case 'send':
        return this.send(message.id, message.draft);
      default:
        return;
    }
  }

  private async find(search: number, query: string): Promise<void> {
    const { signal } = new AbortController();
    const turns = await findInConversation(this.conversation, query, this.clock, signal);
    if (turns !== undefined) this.post({ type: 'found', search, turns });
  }

  private send(id: number, draft: Draft): void {
    if (this.onSend === 'say-nothing') return;
    if (this.onSend !== 'accept') {
      this.post({ type: 'reply', id, error: this.onSend.refuse });
      return;
    }
    const count = this.conversation.turns.length;
    this.conversation.addUserTurn(`u${count}`, draft);
    this.conversation.addAssistantTurn(`a${count}`, { kind: 'connecting', attempt: 1 });
    this.post({ type: 'reply', id, error: null });
  }
}

const host = new FakeHost();
window.fakeHost = host;
window.activity = watchActivity();
Object.assign(window, {
  acquireVsCodeApi: () => ({
    postMessage: (message: unknown) => host.receive(message),
    getState: () => host.kept,
    setState: (state: unknown) => (host.kept = structuredClone(state)),
  }),
});
