import assert from 'node:assert/strict';
import { Approvals } from '../../src/core/approvals';
import { Conversation, type Prompt, type PromptAttachment } from '../../src/core/conversation';
import type { ConversationCursor } from '../../src/core/conversationPatch';
import { toDisposable, type Disposable } from '../../src/core/disposable';
import { Emitter } from '../../src/core/emitter';
import type { ReviewedChange } from '../../src/core/tool';
import type { TurnBlock, TurnDocument } from '../../src/core/turnDocument';
import { AttachRefusal } from '../../src/host/attachRefusal';
import { Drafts } from '../../src/host/drafts';
import { ViewBridge, type ViewActions, type WebviewPort } from '../../src/host/viewBridge';
import type { AttachedFile } from '../../src/protocol/attachedFile';
import type { Draft, HostToView, ViewState } from '../../src/protocol/hostToView';
import type { Suggestion } from '../../src/protocol/suggestion';
import type { ViewCommand, ViewToHost } from '../../src/protocol/viewToHost';
import { ManualClock, settle } from './manualClock';
import { SilentLogger } from './silentLogger';

type Delivery = boolean | 'never' | 'throws';

/** A webview of the kind that the editor gives: it may take a message, lose it, or never say. */
class Page implements WebviewPort {
  readonly received: HostToView[] = [];
  delivery: Delivery = true;
  private listener: ((message: unknown) => void) | undefined;

  postMessage(message: HostToView): Promise<boolean> {
    if (this.delivery === 'never') return new Promise(() => undefined);
    if (this.delivery === 'throws') return Promise.reject(new Error('webview is disposed'));
    if (this.delivery) this.received.push(message);
    return Promise.resolve(this.delivery);
  }

  onDidReceiveMessage(listener: (message: unknown) => void): Disposable {
    this.listener = listener;
    return toDisposable(() => (this.listener = undefined));
  }

  say(message: ViewToHost): Promise<void> {
    return this.sayAnything(message);
  }

  async sayAnything(message: unknown): Promise<void> {
    this.listener?.(message);
    await settle();
  }

  of<T extends HostToView['type']>(type: T): Extract<HostToView, { type: T }>[] {
    return this.received.filter(
      (message): message is Extract<HostToView, { type: T }> => message.type === type,
    );
  }

  types(): string[] {
    return this.received.map(({ type }) => type);
  }
}

class Actions implements ViewActions {
  readonly done: unknown[] = [];
  refuses: string | null = null;
  asks: string | null = null;
  breaks = false;

  question(): string | null {
    return this.asks;
  }

  refusal(): Promise<string | null> {
    return this.breaks ? Promise.reject(new Error('no keyring')) : Promise.resolve(this.refuses);
  }

  run(command: ViewCommand): Promise<void> {
    return this.note('run', command);
  }

  openLink(href: string): Promise<void> {
    return this.note('openLink', href);
  }

  restores = false;

  review(...what: readonly string[]): Promise<void> {
    return this.note('review', ...what);
  }

  endReview(call: string): ReviewedChange | undefined {
    return call === 'reviewed' ? { before: 'a', after: 'b' } : undefined;
  }

  async restore(turn: string): Promise<boolean> {
    await this.note('restore', turn);
    return this.restores;
  }

  change(...what: readonly unknown[]): Promise<void> {
    return this.note('change', ...what.slice(0, 2));
  }

  inspect(turn: string): void {
    void this.note('inspect', turn);
  }

  openBlock(turn: TurnDocument, block: TurnBlock): Promise<void> {
    return this.note('openBlock', turn.id, block.id);
  }

  readFile(file: AttachedFile): Promise<PromptAttachment> {
    if (file.name === 'bad') return Promise.reject(new AttachRefusal('bad is bad.'));
    return Promise.resolve({ attachment: { ...folder, path: file.name }, content: '' });
  }

  suggest(typed: string): Promise<readonly Suggestion[]> {
    return Promise.resolve([{ ...suggestion, label: typed }]);
  }

  attachSuggestion({ label }: Suggestion): Promise<void> {
    return this.note('attachSuggestion', label);
  }

  attachUris(uris: readonly string[]): Promise<void> {
    return this.note('attachUris', uris);
  }

  openAttachment(attachment: PromptAttachment): Promise<void> {
    return this.note('openAttachment', attachment);
  }

  copy(text: string): Promise<void> {
    return this.breaks ? Promise.reject(new Error('no clipboard')) : this.note('copy', text);
  }

  insertCode(text: string): Promise<void> {
    return this.note('insertCode', text);
  }

  applyCode(code: unknown): Promise<void> {
    return this.note('applyCode', code);
  }

  newFile(text: string, language: string): Promise<void> {
    return this.note('newFile', text, language);
  }

  previewDiagram(text: string): Promise<void> {
    return this.note('previewDiagram', text);
  }

  failed(what: string): void {
    void this.note('failed', what);
  }

  private note(...what: unknown[]): Promise<void> {
    this.done.push(what);
    return Promise.resolve();
  }
}

class Ground {
  readonly clock = new ManualClock();
  readonly log = new SilentLogger();
  readonly actions = new Actions();
  readonly drafts = new Drafts({ get: () => undefined, update: () => Promise.resolve() });
  readonly stateChanged = new Emitter<void>();
  stateKnown = true;
  label: string | null = 'Opus';
  readonly conversations = new Map<string, Conversation>();
  /** By id, what goes on in place of a conversation that another window owns. */
  readonly copies = new Map<string, Conversation>();
  /** What was asked of the chat, in order. */
  readonly asked: unknown[] = [];
  readonly page = new Page();
  readonly bridge = this.bridgeTo(this.page, this.conversation('c1'));

  readonly approvals = new Approvals({
    rules: () => [],
    keepRules: () => undefined,
    isTrusted: () => true,
  });

  conversation(id: string): Conversation {
    const found = this.conversations.get(id) ?? new Conversation(id, 0, this.clock);
    this.conversations.set(id, found);
    return found;
  }

  bridgeTo(page: Page, conversation: Conversation): ViewBridge {
    const { asked } = this;
    return new ViewBridge(
      page,
      conversation,
      {
        chat: {
          conversation: (id) => this.conversations.get(id),
          send: (to: Conversation, prompt: Prompt): TurnDocument => {
            asked.push(['send', to.id, prompt.text]);
            to.addUserTurn(`u${asked.length}`, prompt);
            return to.addAssistantTurn(`a${asked.length}`);
          },
          stop: (turn) => void asked.push(['stop', turn]),
          stopRunning: (of) => void asked.push(['stopRunning', of.id]),
          retryNow: (turn) => void asked.push(['retryNow', turn]),
          tryAgain: (turn) => void asked.push(['tryAgain', turn]),
          continueTurn: (turn) => void asked.push(['continueTurn', turn]),
          approvals: () => this.approvals,
          decideTool: (...said) => void asked.push(['decideTool', ...said]),
          stopTool: (...said) => void asked.push(['stopTool', ...said]),
          goOn: (turn, goesOn) => void asked.push(['goOn', turn, String(goesOn)]),
          rewind: (turn) => {
            asked.push(['rewind', turn]);
            return { text: 'the prompt', attachments: [] };
          },
          setCompaction: (turn, to) => void asked.push(['setCompaction', turn, to]),
          editSummary: (turn, text) => void asked.push(['editSummary', turn, text]),
        },
        writable: (of) => Promise.resolve(this.copies.get(of.id) ?? of),
        drafts: this.drafts,
        clock: this.clock,
        log: this.log,
        state: (of) => (this.stateKnown ? this.stateOf(of) : undefined),
        onDidChangeState: this.stateChanged.event,
        actions: this.actions,
      },
      () => undefined,
    );
  }

  stateOf(conversation: Conversation): ViewState {
    return {
      conversation: { id: conversation.id, title: conversation.title },
      key: 'stored',
      server: null,
      modelLabel: this.label,
      effortLabel: null,
      settings: { sendKey: 'enter', follow: 'end', thinking: 'collapsed', escStops: true },
      isReadOnly: this.copies.has(conversation.id),
      othersRunning: 0,
      toolMode: null,
      lastPrompt: null,
    };
  }

  async ready(cursor: ConversationCursor | null = null): Promise<void> {
    await this.page.say({ type: 'ready', cursor });
  }
}

const suggestion = { kind: 'file', key: 'file:///a', label: 'a', detail: 'a' } as const;
const folder = { kind: 'folder', path: '', uri: '' } as const;
const draft = (text: string): Draft => ({ text, attachments: [] });
const attachment: PromptAttachment = {
  attachment: {
    kind: 'selection',
    path: 'a.ts',
    uri: 'file:///w/a.ts',
    languageId: 'typescript',
    startLine: 1,
    endLine: 2,
  },
  content: 'let a;',
};

describe('ViewBridge', () => {
  it('says nothing before the view does, then state, draft and the whole conversation', async () => {
    const { page, bridge, drafts, conversation } = bound(new Ground());
    conversation('c1').addUserTurn('u1', draft('hello'));
    drafts.set('c1', draft('half'));
    await settle();
    assert.deepEqual(page.types(), []);
    await page.say({ type: 'ready', cursor: null });
    assert.deepEqual(page.types().sort(), ['draft', 'patch', 'state']);
    assert.deepEqual(page.of('draft')[0]?.draft, draft('half'));
    assert.equal(page.of('patch')[0]?.patch.reset, true);
    assert.equal(page.of('state')[0]?.state.conversation.title, 'hello');
    bridge.dispose();
  });

  it('leaves the composer alone when a view that was there all the time repairs a gap (T114)', async () => {
    const ground = new Ground();
    await ground.ready();
    ground.page.received.length = 0;
    await ground.ready({ conversation: 'c1', turns: {} });
    assert.deepEqual(ground.page.of('draft'), []);
  });

  it('posts the first text in the tick in which it comes', async () => {
    const ground = new Ground();
    const turn = ground.conversation('c1').addAssistantTurn('a1');
    await ground.ready();
    const before = ground.page.of('patch').length;
    const block = turn.openBlock(1, { head: { kind: 'text' } });
    turn.append(block, 'first');
    const patches = ground.page.of('patch').slice(before);
    assert.equal(patches.at(-1)?.patch.turns[0]?.blocks[0]?.text, 'first');
  });

  it('stands still while hidden, and asks the view where it is when it is shown (T5)', async () => {
    const ground = new Ground();
    const turn = ground.conversation('c1').addAssistantTurn('a1');
    const block = turn.openBlock(1, { head: { kind: 'text' }, text: 'seen' });
    await ground.ready();
    const { patch } = ground.page.of('patch').at(-1)!;
    ground.bridge.setVisible(false);
    ground.page.received.length = 0;
    for (let i = 0; i < 100; i++) turn.append(block, ' unseen');
    await ground.clock.advanceAsync(1_000);
    assert.deepEqual(ground.page.received, []);
    ground.bridge.setVisible(true);
    assert.deepEqual(ground.page.types(), ['sync']);
    const seen = { a1: { revision: patch.turns[0]!.to, seen: [4] } };
    await ground.ready({ conversation: 'c1', turns: seen });
    const text = ground.page.of('patch').flatMap((message) => message.patch.turns);
    assert.deepEqual(
      text.flatMap(({ blocks }) => blocks.map((one) => [one.at, one.text])),
      [[4, ' unseen'.repeat(100)]],
    );
  });

  for (const delivery of [false, 'throws', 'never'] as const) {
    it(`keeps nothing for a view that does not take it (${delivery}), and goes on when it is back (T113)`, async () => {
      const ground = new Ground();
      const turn = ground.conversation('c1').addAssistantTurn('a1');
      const block = turn.openBlock(1, { head: { kind: 'text' } });
      await ground.ready();
      ground.page.delivery = delivery;
      for (let i = 0; i < 100; i++) {
        turn.append(block, 'x');
        await ground.clock.advanceAsync(20);
      }
      ground.label = 'Sonnet';
      ground.stateChanged.fire();
      await settle();
      ground.page.delivery = true;
      ground.page.received.length = 0;
      await ground.ready();
      assert.equal(ground.page.of('state').at(-1)?.state.modelLabel, 'Sonnet');
      const turns = ground.page.of('patch').flatMap(({ patch }) => patch.turns);
      assert.equal(turns[0]?.blocks[0]?.text, 'x'.repeat(100));
    });
  }

  it('sends the state once for all changes of a tick, and only where something changed', async () => {
    const ground = new Ground();
    await ground.ready();
    ground.stateChanged.fire();
    await settle();
    assert.equal(ground.page.of('state').length, 1);
    ground.label = 'Haiku';
    ground.stateChanged.fire();
    ground.stateChanged.fire();
    await settle();
    assert.deepEqual(
      ground.page.of('state').map(({ state }) => state.modelLabel),
      ['Opus', 'Haiku'],
    );
  });

  it('waits for a state that is not known yet', async () => {
    const ground = new Ground();
    ground.stateKnown = false;
    await ground.ready();
    assert.deepEqual(ground.page.of('state'), []);
    ground.stateKnown = true;
    ground.stateChanged.fire();
    await settle();
    assert.equal(ground.page.of('state').length, 1);
  });

  it('sends a prompt, settles the request and forgets the draft', async () => {
    const ground = new Ground();
    await ground.ready();
    await ground.page.say({ type: 'draft', draft: draft('hi') });
    await ground.page.say({ type: 'send', id: 7, draft: draft('hi') });
    assert.deepEqual(ground.asked, [['send', 'c1', 'hi']]);
    assert.deepEqual(ground.page.of('reply'), [{ type: 'reply', id: 7, error: null }]);
    assert.deepEqual(ground.drafts.of('c1'), draft(''));
  });

  it('asks before a prompt goes out, and sends it once that is confirmed', async () => {
    const ground = new Ground();
    await ground.ready();
    ground.actions.asks = 'a.ts, line 3: looks like an API key';
    await ground.page.say({ type: 'send', id: 8, draft: draft('hi') });
    assert.deepEqual(ground.asked, []);
    assert.deepEqual(ground.page.of('reply'), [
      { type: 'reply', id: 8, error: ground.actions.asks, isQuestion: true },
    ]);
    assert.deepEqual(ground.drafts.of('c1'), draft('hi'));
    await ground.page.say({ type: 'send', id: 9, draft: draft('hi'), confirmed: true });
    assert.deepEqual(ground.asked, [['send', 'c1', 'hi']]);
  });

  it('keeps a prompt that cannot be sent, and says why', async () => {
    const ground = new Ground();
    await ground.ready();
    ground.actions.refuses = 'Set a key first.';
    await ground.page.say({ type: 'send', id: 8, draft: draft('hi') });
    assert.deepEqual(ground.asked, []);
    assert.deepEqual(ground.page.of('reply'), [
      { type: 'reply', id: 8, error: 'Set a key first.' },
    ]);
    assert.deepEqual(ground.drafts.of('c1'), draft('hi'));
  });

  it('settles a request even where something of ours breaks', async () => {
    const ground = new Ground();
    await ground.ready();
    ground.actions.breaks = true;
    await ground.page.say({ type: 'send', id: 9, draft: draft('hi') });
    assert.deepEqual(ground.page.of('reply'), [{ type: 'reply', id: 9, error: 'no keyring' }]);
    await ground.page.say({ type: 'copy', text: 'x' });
    assert.deepEqual(ground.actions.done, [
      ['failed', 'send'],
      ['failed', 'copy'],
    ]);
  });

  it('shows another conversation at once, with its own draft, and the first one goes on', async () => {
    const ground = new Ground();
    const first = ground.conversation('c1').addAssistantTurn('a1');
    const block = first.openBlock(1, { head: { kind: 'text' } });
    await ground.ready();
    await ground.page.say({ type: 'draft', draft: draft('for c1'), conversation: 'c1' });
    ground.page.received.length = 0;
    ground.bridge.show(ground.conversation('c2'));
    await settle();
    assert.equal(ground.page.of('state').at(-1)?.state.conversation.id, 'c2');
    assert.deepEqual(ground.page.of('draft').at(-1)?.draft, draft(''));
    // The view saves what it held when the new draft comes, for the conversation that its state names.
    assert.ok(ground.page.types().indexOf('draft') < ground.page.types().indexOf('state'));
    assert.deepEqual(
      ground.page.of('patch').map(({ patch }) => [patch.conversation, patch.reset]),
      [['c2', true]],
    );
    first.append(block, 'unseen');
    await ground.clock.advanceAsync(100);
    assert.equal(ground.page.of('patch').length, 1);
  });

  it('gives a late draft and a late prompt to the conversation they were typed in (T114)', async () => {
    const ground = new Ground();
    await ground.ready();
    ground.bridge.show(ground.conversation('c2'));
    await ground.page.say({ type: 'draft', draft: draft('for c1'), conversation: 'c1' });
    assert.deepEqual(ground.drafts.of('c1'), draft('for c1'));
    assert.deepEqual(ground.drafts.of('c2'), draft(''));
    await ground.page.say({ type: 'send', id: 1, draft: draft('for c1'), conversation: 'c1' });
    assert.deepEqual(ground.asked, [['send', 'c1', 'for c1']]);
  });

  it('empties the same draft in another view when it was sent, and no other one (T114)', async () => {
    const ground = new Ground();
    const other = new Page();
    ground.bridgeTo(other, ground.conversation('c1'));
    await ground.page.say({ type: 'draft', draft: draft('hi') });
    await ground.ready();
    await other.say({ type: 'ready', cursor: null });
    await ground.page.say({ type: 'send', id: 1, draft: draft('hi') });
    assert.deepEqual(other.of('draft').at(-1)?.draft, draft(''));
    await other.say({ type: 'draft', draft: draft('mine') });
    const before = other.of('draft').length;
    await ground.page.say({ type: 'send', id: 2, draft: draft('yours') });
    assert.equal(other.of('draft').length, before);
  });

  it('stops, retries, repeats and decides about turns of its own conversation alone', async () => {
    const ground = new Ground();
    ground.conversation('c1').addAssistantTurn('mine');
    ground.conversation('c2').addAssistantTurn('other');
    for (const turn of ['mine', 'other', 'none']) {
      await ground.page.say({ type: 'stop', turn });
      await ground.page.say({ type: 'retryNow', turn });
      await ground.page.say({ type: 'tryAgain', turn });
      await ground.page.say({ type: 'continueTurn', turn });
      await ground.page.say({ type: 'decideTool', turn, call: 't1', decision: 'once' });
      await ground.page.say({ type: 'goOn', turn, goesOn: true });
    }
    await ground.page.say({ type: 'setToolMode', conversation: 'c2', mode: 'edit' });
    assert.equal(ground.approvals.mode, 'ask');
    await ground.page.say({ type: 'setToolMode', conversation: 'c1', mode: 'edit' });
    assert.equal(ground.approvals.mode, 'edit');
    await ground.page.say({ type: 'stop', turn: null });
    assert.deepEqual(ground.asked, [
      ['stop', 'mine'],
      ['retryNow', 'mine'],
      ['tryAgain', 'mine'],
      ['continueTurn', 'mine'],
      ['decideTool', 'mine', 't1', 'once', undefined],
      ['goOn', 'mine', 'true'],
      ['stopRunning', 'c1'],
    ]);
  });

  it('goes back to before a prompt where the person says so, and keeps what was being written', async () => {
    const ground = new Ground();
    const conversation = ground.conversation('c1');
    conversation.addUserTurn('p', { text: 'the prompt', attachments: [] });
    await ground.page.say({ type: 'ready', cursor: null });
    await ground.page.say({ type: 'restore', turn: 'p' });
    assert.deepEqual(ground.asked, []);
    ground.actions.restores = true;
    ground.drafts.set('c1', { text: 'half a thought', attachments: [] });
    await ground.page.say({ type: 'restore', turn: 'p' });
    await ground.page.say({ type: 'restore', turn: 'none' });
    assert.deepEqual(ground.asked, [['rewind', 'p']]);
    assert.equal(ground.drafts.of('c1').text, 'the prompt\n\nhalf a thought');
  });

  it('acts on changed files of the conversation shown alone', async () => {
    const ground = new Ground();
    await ground.page.say({ type: 'ready', cursor: null });
    const change = { type: 'change', action: 'undo', file: '/a' } as const;
    await ground.page.say({ ...change, conversation: 'c2' });
    await ground.page.say({ ...change, conversation: 'c1' });
    assert.deepEqual(ground.actions.done, [['change', 'undo', '/a']]);
  });

  it('goes on in a copy where another window owns the conversation, and shows that', async () => {
    const ground = new Ground();
    const source = ground.conversation('c1');
    source.addAssistantTurn('theirs');
    const copy = ground.conversation('c2');
    copy.addAssistantTurn('ours');
    ground.copies.set('c1', copy);
    await ground.ready();
    assert.equal(ground.page.of('state').at(-1)?.state.isReadOnly, true);
    await ground.page.say({ type: 'tryAgain', turn: 'theirs' });
    assert.equal(ground.bridge.conversation, copy);
    assert.equal(ground.page.of('state').at(-1)?.state.isReadOnly, false);
    ground.bridge.show(source);
    await ground.page.say({ type: 'send', id: 1, draft: draft('go on'), conversation: 'c1' });
    assert.equal(ground.bridge.conversation, copy);
    assert.deepEqual(ground.asked, [
      ['tryAgain', 'ours'],
      ['send', 'c2', 'go on'],
    ]);
    assert.equal(ground.page.of('reply').at(-1)?.error, null);
    assert.equal(source.turns.length, 1);
  });

  it('hands what is outside the conversation on', async () => {
    const ground = new Ground();
    await ground.page.say({ type: 'run', command: 'chooseModel' });
    await ground.page.say({ type: 'openLink', href: 'https://a.example' });
    await ground.page.say({ type: 'openAttachment', attachment });
    const turn = ground.bridge.conversation.addUserTurn('long', { text: 'long', attachments: [] });
    await ground.page.say({ type: 'openBlock', turn: turn.id, block: 0 });
    await ground.page.say({ type: 'openBlock', turn: turn.id, block: 7 });
    await ground.page.say({ type: 'openBlock', turn: 'of-another-chat', block: 0 });
    await ground.page.say({ type: 'copy', text: 'exact\ttext\n' });
    await ground.page.say({ type: 'insertCode', text: '\tx\n' });
    await ground.page.say({ type: 'newFile', text: 'y', language: 'ts' });
    await ground.page.say({ type: 'previewDiagram', text: 'graph TD' });
    assert.deepEqual(ground.actions.done, [
      ['run', 'chooseModel'],
      ['openLink', 'https://a.example'],
      ['openAttachment', attachment],
      ['openBlock', 'long', 0],
      ['copy', 'exact\ttext\n'],
      ['insertCode', '\tx\n'],
      ['newFile', 'y', 'ts'],
      ['previewDiagram', 'graph TD'],
    ]);
  });

  it('drops what it cannot read, with a line in the log and none of its content', async () => {
    const ground = new Ground();
    await ground.page.sayAnything({ type: 'copy', text: { secret: 'words' } });
    await ground.page.sayAnything('nonsense');
    assert.deepEqual(ground.actions.done, []);
    assert.equal(ground.log.messages('warn').length, 2);
    assert.doesNotMatch(ground.log.messages('warn').join(), /secret|words|nonsense/);
  });

  describe('an attachment', () => {
    it('is added to a composer that is there, with the focus', async () => {
      const ground = new Ground();
      await ground.ready();
      ground.bridge.attach(attachment);
      await settle();
      assert.deepEqual(ground.page.of('attach'), [{ type: 'attach', attachment }]);
      assert.equal(ground.page.of('focusComposer').length, 1);
    });

    it('comes with the draft where the view boots first', async () => {
      const ground = new Ground();
      ground.drafts.set('c1', draft('about this:'));
      ground.bridge.attach(attachment);
      ground.bridge.attach(structuredClone(attachment));
      await ground.ready();
      const whole = { text: 'about this:', attachments: [attachment] };
      assert.deepEqual(ground.page.of('draft')[0]?.draft, whole);
      assert.deepEqual(ground.drafts.of('c1'), whole);
      assert.deepEqual(ground.page.of('attach'), []);
      assert.equal(ground.page.of('focusComposer').length, 1);
    });

    it('is not lost with a view that is gone and has not said so', async () => {
      for (const delivery of [false, 'never'] as const) {
        const ground = new Ground();
        await ground.ready();
        ground.page.delivery = delivery;
        ground.bridge.attach(attachment);
        await settle();
        assert.equal(ground.bridge.isLive, delivery === 'never');
        ground.page.delivery = true;
        await ground.ready();
        assert.deepEqual(ground.page.of('draft').at(-1)?.draft.attachments, [attachment]);
      }
    });

    it('reaches a view that was hidden, whether it was kept or not', async () => {
      for (const kept of [true, false]) {
        const ground = new Ground();
        await ground.ready();
        ground.bridge.setVisible(false);
        ground.page.received.length = 0;
        ground.bridge.attach(attachment);
        assert.deepEqual(ground.page.received, []);
        ground.bridge.setVisible(true);
        await ground.ready(kept ? { conversation: 'c1', turns: {} } : null);
        // Once is enough: a gap that is repaired later adds nothing.
        await ground.ready({ conversation: 'c1', turns: {} });
        const inDraft = ground.page.of('draft').flatMap((message) => message.draft.attachments);
        const added = ground.page.of('attach').map((message) => message.attachment);
        assert.deepEqual([...inDraft, ...added], [attachment]);
      }
    });
  });

  describe('a file that the view has', () => {
    const file: AttachedFile = { name: 'a.png', uri: '', data: new Uint8Array([1]) };

    it('is attached to the chat it was dropped on, whatever is shown now', async () => {
      const ground = new Ground();
      await ground.ready();
      ground.bridge.show(ground.conversation('c2'));
      await ground.page.say({ type: 'attachFile', id: 3, file, conversation: 'c1' });
      assert.deepEqual(ground.page.of('attach'), []);
      assert.equal(ground.drafts.of('c1').attachments[0]?.attachment.path, 'a.png');
      assert.deepEqual(ground.page.of('reply'), [{ type: 'reply', id: 3, error: null }]);
      await ground.page.say({ type: 'attachFile', id: 4, file, conversation: 'c2' });
      assert.equal(ground.page.of('attach').length, 1);
    });

    it('is refused with the reason', async () => {
      const ground = new Ground();
      await ground.ready();
      await ground.page.say({ type: 'attachFile', id: 5, file: { ...file, name: 'bad' } });
      assert.deepEqual(ground.page.of('reply'), [{ type: 'reply', id: 5, error: 'bad is bad.' }]);
      assert.deepEqual(ground.page.of('attach'), []);
    });

    it('is given to the view to be prepared, as soon as that is there, and once', async () => {
      const ground = new Ground();
      ground.bridge.prepareImage(file);
      assert.deepEqual(ground.page.of('prepareImage'), []);
      await ground.ready();
      await ground.ready({ conversation: 'c1', turns: {} });
      assert.deepEqual(ground.page.of('prepareImage'), [
        { type: 'prepareImage', conversation: 'c1', file },
      ]);
    });
  });

  it('ends quietly', async () => {
    const ground = new Ground();
    const turn = ground.conversation('c1').addAssistantTurn('a1');
    await ground.ready();
    ground.bridge.dispose();
    ground.page.received.length = 0;
    turn.append(turn.openBlock(1, { head: { kind: 'text' } }), 'late');
    ground.stateChanged.fire();
    await ground.clock.advanceAsync(1_000);
    assert.deepEqual(ground.page.received, []);
    assert.equal(ground.clock.pendingTimers, 0);
  });
});

function bound(ground: Ground): Pick<Ground, 'page' | 'bridge' | 'drafts' | 'conversation'> {
  const { page, bridge, drafts } = ground;
  return { page, bridge, drafts, conversation: (id) => ground.conversation(id) };
}
