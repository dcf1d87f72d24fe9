import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Chat } from '../../src/core/chat';
import type { Conversation } from '../../src/core/conversation';
import type { TurnDocument } from '../../src/core/turnDocument';
import { Drafts } from '../../src/host/drafts';
import { KeptChats } from '../../src/host/keptChats';
import { createTransport } from '../../src/node/anthropicTransport';
import { ConversationLibrary } from '../../src/node/conversationLibrary';
import { JournalStore } from '../../src/node/journalStore';
import { SystemClock } from '../../src/node/systemClock';
import { MessagesServer } from '../server/messagesServer';
import { textAnswer, thinkingAnswer } from '../server/scenario';
import { ManualClock, settle } from './manualClock';
import { askingLimits, steadyNetwork } from './retryLimits';
import { SilentLogger } from './silentLogger';

/** What the editor keeps of a workspace between two windows. */
class Memory {
  private readonly values = new Map<string, unknown>();

  get(name: string): unknown {
    return this.values.get(name);
  }

  update(name: string, value: unknown): Promise<void> {
    this.values.set(name, value);
    return Promise.resolve();
  }
}

/** The engine of one window, over real sockets and a real disk. */
class Window {
  readonly log = new SilentLogger();
  readonly told: string[] = [];
  readonly drafts: Drafts;
  readonly library: ConversationLibrary;
  readonly chat: Chat;
  readonly kept: KeptChats;

  constructor(
    directory: string,
    serverUrl: string,
    memory: Memory,
    /** For what waits between two looks at a conversation of another window. */
    readonly looks = new ManualClock(),
  ) {
    const clock = new SystemClock();
    const { log } = this;
    this.drafts = new Drafts(memory);
    this.library = new ConversationLibrary(new JournalStore(directory, log), clock, log);
    const transport = createTransport({
      apiKey: 'sk-test',
      baseUrl: serverUrl,
      authStyle: 'bearer',
      clock,
      log,
    });
    const models = transport.listModels(new AbortController().signal);
    this.chat = new Chat({
      transport: () => Promise.resolve(transport),
      modelInfo: async (id) => (await models).find((model) => model.id === id),
      makeDurable: (conversation) => this.library.makeDurable(conversation),
      settings: () => ({
        model: 'claude-opus-5-5',
        effort: undefined,
        thinking: 'auto',
        maxOutputTokens: undefined,
        ...askingLimits,
      }),
      clock,
      log,
      newId: () => crypto.randomUUID(),
      random: Math.random,
      connectivity: steadyNetwork(clock),
    });
    this.kept = new KeptChats({
      chat: this.chat,
      library: this.library,
      drafts: this.drafts,
      memory,
      clock: looks,
      newId: () => crypto.randomUUID(),
      damaged: (title) => this.told.push(`damaged: ${title}`),
      notReopened: (error) => this.told.push(`not reopened: ${String(error)}`),
    });
  }

  send(conversation: Conversation, text: string): TurnDocument {
    return this.chat.send(conversation, { text, attachments: [] });
  }

  async ask(conversation: Conversation, text: string): Promise<TurnDocument> {
    const turn = this.send(conversation, text);
    await until(turn, () => turn.isTerminal);
    return turn;
  }

  /** As the editor ends an extension. */
  async close(): Promise<void> {
    this.kept.dispose();
    this.chat.dispose();
    await this.library.dispose();
  }
}

async function until(turn: TurnDocument, condition: () => boolean): Promise<void> {
  if (condition()) return;
  await new Promise<void>((resolve) => {
    const listening = turn.onDidChange(() => {
      if (!condition()) return;
      listening.dispose();
      resolve();
    });
  });
}

function texts(conversation: Conversation | undefined): (string | undefined)[] {
  return conversation?.turns.map((turn) => turn.answerText()) ?? [];
}

describe('KeptChats', () => {
  let directory: string;
  let server: MessagesServer;
  let memory: Memory;
  let windows: Window[];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'caudal-kept-'));
    server = await MessagesServer.start();
    memory = new Memory();
    windows = [];
  });

  afterEach(async () => {
    for (const window of windows) await window.close();
    await server.close();
    await rm(directory, { recursive: true, force: true });
  });

  function open(): Window {
    const window = new Window(directory, server.url, memory);
    windows.push(window);
    return window;
  }

  /** From now on another process, which lives, owns what is kept. */
  async function giveToAnotherWindow(id: string): Promise<void> {
    await writeFile(join(directory, `${id}.lock`), String(process.ppid));
  }

  it('has the prompt on the disk before the server sees the request (T47)', async () => {
    const window = open();
    const conversation = window.kept.create();
    let found: string | undefined;
    server.use(() => {
      const file = join(directory, `${conversation.id}.jsonl`);
      found = existsSync(file) ? readFileSync(file, 'utf8') : 'no file';
      return textAnswer('Here.');
    });
    await window.ask(conversation, 'Never lose this prompt');
    assert.match(found ?? 'no request', /Never lose this prompt/);
  });

  it('shows again what was shown last, and goes on with it (T58)', async () => {
    const first = open();
    const conversation = await first.kept.reopenLast();
    first.kept.remember(conversation);
    server.use(thinkingAnswer('Hm.', 'Forty-two.'));
    await first.ask(conversation, 'The answer?');
    await first.close();

    const second = open();
    const back = await second.kept.reopenLast();
    assert.equal(back.id, conversation.id);
    assert.deepEqual(texts(back), ['The answer?', 'Forty-two.']);
    server.use(textAnswer('Because.'));
    assert.equal((await second.ask(back, 'Why?')).status.kind, 'complete');
    // The server takes the thinking of before, which is bound to its signature.
    assert.match(JSON.stringify(server.messageRequests.at(-1)?.body), /"thinking":"Hm\."/);
    await second.close();
    assert.deepEqual(texts(await open().kept.reopenLast()), [
      'The answer?',
      'Forty-two.',
      'Why?',
      'Because.',
    ]);
  });

  it('shows the latest chat where the editor has forgotten which was shown', async () => {
    const first = open();
    await first.ask(first.kept.create(), 'An older question');
    await first.ask(first.kept.create(), 'The latest question');
    await first.close();
    const second = new Window(directory, server.url, new Memory());
    assert.equal((await second.kept.reopenLast()).title, 'The latest question');
    await second.close();
  });

  it('shows an answer that was under way with its text, and goes on from there (T48)', async () => {
    const first = open();
    const conversation = first.kept.create();
    first.kept.remember(conversation);
    server.use(textAnswer('word '.repeat(2_000), { rate: 200, deltaSize: 5 }));
    const turn = first.send(conversation, 'Count');
    await until(turn, () => turn.answerText().length > 50);
    const had = turn.answerText();
    await first.close();

    const second = open();
    const back = await second.kept.reopenLast();
    const cut = back.turns.at(-1)!;
    assert.equal(cut.status.kind, 'interrupted');
    assert.ok(cut.answerText().startsWith(had));
    server.use(textAnswer('Next.'));
    assert.equal((await second.ask(back, 'And now?')).status.kind, 'complete');
  });

  it('stands a new chat in the place of one that had no prompt, with what was typed (T114)', async () => {
    const first = open();
    const conversation = await first.kept.reopenLast();
    first.kept.remember(conversation);
    first.drafts.set(conversation.id, { text: 'half a thought', attachments: [] });
    await first.close();
    assert.deepEqual(await readdir(directory), []);

    const second = open();
    const back = await second.kept.reopenLast();
    assert.equal(second.drafts.of(back.id).text, 'half a thought');
    // A tab that showed the same one shows the same one again.
    assert.equal(await second.kept.reopen(conversation.id), back);
  });

  it('says that the chat shown last cannot be read, leaves it, and begins a new one', async () => {
    await memory.update('caudal.shownChat', 'c1');
    await writeFile(join(directory, 'c1.jsonl'), 'nothing of ours\n');
    const window = open();
    const conversation = await window.kept.reopenLast();
    assert.notEqual(conversation.id, 'c1');
    assert.equal(window.told.length, 1);
    assert.equal(readFileSync(join(directory, 'c1.jsonl'), 'utf8'), 'nothing of ours\n');
  });

  it('says once that a part of a chat was damaged', async () => {
    const first = open();
    const { id } = first.kept.create();
    await first.ask(first.chat.conversation(id)!, 'Hello');
    await first.close();
    const file = join(directory, `${id}.jsonl`);
    await writeFile(file, readFileSync(file, 'utf8').replace('\n', '\n{"v":1,"kind"\n'));
    const second = open();
    assert.equal((await second.kept.open(id))?.turns.length, 2);
    assert.deepEqual(second.told, ['damaged: Hello']);
    await second.close();
    const third = open();
    await third.kept.open(id);
    assert.deepEqual(third.told, []);
  });

  it('reads a conversation once, however many ask for it', async () => {
    const first = open();
    const { id } = first.kept.create();
    await first.ask(first.chat.conversation(id)!, 'Hello');
    await first.close();
    const second = open();
    const [one, two] = await Promise.all([second.kept.open(id), second.kept.open(id)]);
    assert.ok(one !== undefined && one === two);
    assert.equal(await second.kept.open(id), one);
  });

  it('lists this window’s chats as they are, and all that were kept before (T14)', async () => {
    const first = open();
    await first.ask(first.kept.create(), 'Older');
    await first.close();
    const second = open();
    second.kept.create();
    await second.ask(second.kept.create(), 'Newer');
    assert.deepEqual(
      (await second.kept.list()).map(({ title, turns }) => [title, turns]),
      [
        ['Newer', 2],
        ['Older', 2],
      ],
    );
    assert.equal(second.chat.conversations.length, 2, 'nothing was opened for the list');
  });

  it('deletes a chat that is answering: its request ends, and nothing of it stays', async () => {
    const window = open();
    const conversation = window.kept.create();
    server.use(textAnswer('word '.repeat(20_000), { rate: 100, deltaSize: 5 }));
    const turn = window.send(conversation, 'Count');
    await until(turn, () => turn.hasOutput);
    const gone: Conversation[] = [];
    window.kept.onDidDelete((one) => gone.push(one));
    assert.equal(await window.kept.delete(conversation.id), true);
    assert.deepEqual(gone, [conversation]);
    await server.waitForHangUp(await server.waitForRequest());
    assert.equal(window.chat.conversation(conversation.id), undefined);
    await window.close();
    assert.deepEqual(await readdir(directory), ['index.jsonl']);
    assert.deepEqual(await open().kept.list(), []);
  });

  describe('with another window', () => {
    let id: string;

    beforeEach(async () => {
      const first = open();
      const conversation = first.kept.create();
      ({ id } = conversation);
      server.use(thinkingAnswer('Hm.', 'Forty-two.'));
      await first.ask(conversation, 'The answer?');
      await first.close();
      await giveToAnotherWindow(id);
    });

    it('reads what the other owns, and goes on in a copy that is kept', async () => {
      const window = open();
      const source = await window.kept.open(id);
      assert.ok(source !== undefined && window.kept.isReadOnly(source));
      const before = readFileSync(join(directory, `${id}.jsonl`), 'utf8');
      const copy = await window.kept.writable(source);
      assert.notEqual(copy.id, id);
      assert.equal(window.kept.isReadOnly(copy), false);
      server.use(textAnswer('Because.'));
      assert.equal((await window.ask(copy, 'Why?')).status.kind, 'complete');
      assert.deepEqual(texts(source), ['The answer?', 'Forty-two.']);
      await window.close();
      assert.equal(readFileSync(join(directory, `${id}.jsonl`), 'utf8'), before);
      const later = open();
      assert.deepEqual(texts(await later.kept.open(copy.id)), [
        'The answer?',
        'Forty-two.',
        'Why?',
        'Because.',
      ]);
      const turns = new Map((await later.kept.list()).map((entry) => [entry.id, entry.turns]));
      assert.deepEqual([turns.get(id), turns.get(copy.id)], [2, 4]);
    });

    it('writes here again once the other has gone', async () => {
      const window = open();
      const source = await window.kept.open(id);
      assert.ok(source !== undefined && window.kept.isReadOnly(source));
      const replaced: string[] = [];
      window.kept.onDidReplace(({ before, now }) => {
        assert.equal(before, source);
        replaced.push(now.id);
      });
      await rm(join(directory, `${id}.lock`));
      const now = await window.kept.writable(source);
      assert.equal(now.id, id);
      assert.deepEqual(replaced, [id]);
      assert.equal(window.kept.isReadOnly(now), false);
      await window.ask(now, 'Why?');
      await window.close();
      assert.equal((await open().kept.open(id))?.turns.length, 4);
    });

    it('looks by itself whether the other has gone, and not for ever', async () => {
      const window = open();
      const source = await window.kept.open(id);
      assert.equal(window.looks.pendingTimers, 1);
      await window.looks.advanceAsync(500);
      assert.ok(window.kept.isReadOnly(source!));
      const replaced = new Promise((resolve) => window.kept.onDidReplace(resolve));
      await rm(join(directory, `${id}.lock`));
      await window.looks.advanceAsync(1_000);
      await replaced;
      await window.looks.advanceAsync(60_000);
      await settle();
      assert.equal(window.looks.pendingTimers, 0);
    });

    it('does not delete what the other owns', async () => {
      const window = open();
      await window.kept.open(id);
      assert.equal(await window.kept.delete(id), false);
      assert.ok(existsSync(join(directory, `${id}.jsonl`)));
      assert.ok(window.chat.conversation(id) !== undefined);
    });
  });
});
