import assert from 'node:assert/strict';
import type { Conversation } from '../../src/core/conversation';
import { contextBudget, isNearLimit, tokensTaken, withPrompt } from '../../src/core/contextBudget';
import { JournalReader } from '../../src/core/journalReader';
import { restoreConversation } from '../../src/core/restoreConversation';
import { isJsonObject } from '../../src/core/json';
import type { ReceivedRequest } from '../server/receivedRequest';
import { httpError, textAnswer, thinkingAnswer, type Scenario } from '../server/scenario';
import { ChatGround } from './chatGround';
import { ManualClock } from './manualClock';

const summary = 'SUMMARY: they talk about numbers.';

/** A summary where one is asked for, else an answer that is long enough to fill a window. */
function answering(request: ReceivedRequest): Scenario {
  return /Summarise our conversation/.test(lastPrompt(request))
    ? textAnswer(summary)
    : thinkingAnswer('Hm.', `answer to ${lastPrompt(request).slice(0, 20)}`);
}

function messagesOf({ body }: ReceivedRequest): readonly unknown[] {
  return Array.isArray(body['messages']) ? body['messages'] : [];
}

function lastPrompt(request: ReceivedRequest): string {
  const last = messagesOf(request).at(-1);
  const content = isJsonObject(last) && Array.isArray(last['content']) ? last['content'] : [];
  const block: unknown = content.at(-1);
  return isJsonObject(block) ? String(block['text']) : '';
}

describe('compaction over sockets', function () {
  this.timeout(300_000);
  let ground: ChatGround;
  let conversation: Conversation;

  beforeEach(async () => {
    ground = await ChatGround.start({ model: 'claude-opus-5-5' });
    ground.server.use(answering);
    conversation = ground.chat.newConversation();
  });

  afterEach(() => ground.close());

  it('lets a conversation of 200 turns cross the limit of its window and go on', async () => {
    await ground.close();
    ground = await ChatGround.start({ model: 'claude-haiku-4-5' });
    ground.server.use(answering);
    conversation = ground.chat.newConversation();
    // 200 of these are more than twice the 200,000 tokens that the server lets the model read.
    const filler = 'A line of some length about nothing. '.repeat(260);
    for (let i = 0; i < 200; i++) {
      const turn = await ground.ask(conversation, `${i} ${filler}`);
      assert.equal(turn.status.kind, 'complete', `turn ${i}: ${JSON.stringify(turn.status)}`);
    }
    const compactions = conversation.turns.filter(({ meta }) => meta.compaction !== undefined);
    assert(compactions.length >= 2, `${compactions.length} compactions`);
    for (const turn of compactions) assert.equal(turn.answerText(), summary);
    assert.equal(conversation.turns.length, 400 + compactions.length, 'nothing is removed');
    const last = ground.server.messageRequests.at(-1) ?? assert.fail();
    assert.match(JSON.stringify(messagesOf(last)[0]), /SUMMARY: they talk about numbers/);
    assert.match(lastPrompt(last), /^199 /);
  });

  it('begins with the summary when asked to by command, and with all of it again when undone', async () => {
    await ground.ask(conversation, 'one');
    await ground.ask(conversation, 'two');
    const compaction = ground.chat.compact(conversation) ?? assert.fail();
    await ground.ended(compaction);
    assert.equal(compaction.answerText(), summary);
    assert.equal(ground.chat.compact(conversation), undefined, 'nothing new to summarise');

    await ground.ask(conversation, 'three');
    const compacted = ground.server.messageRequests.at(-1) ?? assert.fail();
    assert.equal(messagesOf(compacted).length, 3);
    assert.match(JSON.stringify(messagesOf(compacted)[0]), /SUMMARY/);
    assert.doesNotMatch(compacted.text, /"one"/);

    ground.chat.editSummary(compaction.id, 'My own words.');
    await ground.ask(conversation, 'four');
    const edited = ground.server.messageRequests.at(-1) ?? assert.fail();
    assert.match(edited.text, /My own words/);
    assert.doesNotMatch(edited.text, /SUMMARY/);

    ground.chat.setCompaction(compaction.id, 'undone');
    const whole = await ground.ask(conversation, 'five');
    assert.equal(whole.status.kind, 'complete', JSON.stringify(whole.status));
    const restored = ground.server.messageRequests.at(-1) ?? assert.fail();
    assert.equal(messagesOf(restored).length, 9);
    assert.match(restored.text, /"one"/);
    assert.doesNotMatch(restored.text, /My own words/);
    assert.equal(whole.meta.attempts, 1, 'no thinking was sent that is bound to the summary');
  });

  it('goes on with the whole conversation where the summary fails', async () => {
    await ground.ask(conversation, 'one');
    ground.server.queue(httpError(400, 'invalid_request_error', 'no'));
    const compaction = ground.chat.compact(conversation) ?? assert.fail();
    const next = ground.chat.send(conversation, { text: 'two', attachments: [] });
    await ground.ended(compaction);
    assert.equal(compaction.status.kind, 'failed');
    await ground.ended(next);
    assert.equal(next.status.kind, 'complete');
    assert.match(ground.server.messageRequests.at(-1)?.text ?? '', /"one"/);
  });

  it('is kept in the journal, edited and undone', async () => {
    await ground.ask(conversation, 'one');
    const compaction = ground.chat.compact(conversation) ?? assert.fail();
    await ground.ended(compaction);
    ground.chat.editSummary(compaction.id, 'Edited.');
    ground.chat.setCompaction(compaction.id, 'undone');
    const reader = new JournalReader(conversation);
    const restored = restoreConversation(reader.read().lines, new ManualClock());
    reader.dispose();
    if (typeof restored === 'string') assert.fail(restored);
    const turn = restored.conversation.turn(compaction.id) ?? assert.fail();
    assert.equal(turn.answerText(), 'Edited.');
    assert.equal(turn.meta.compaction, 'undone');
    assert.equal(restored.badLines, 0);
  });

  it('counts by the server where it can, and estimates until then', async () => {
    await ground.ask(conversation, 'one '.repeat(1_000));
    const estimate = ground.chat.budget(conversation);
    assert.equal(estimate.isEstimate, true);
    assert.equal(estimate.window, 1_000_000);
    await ground.chat.count(conversation, new AbortController().signal);
    const counted = ground.chat.budget(conversation);
    assert.equal(counted.isEstimate, false);
    const said = ground.server.requests.filter(({ path }) => path.endsWith('/count_tokens'));
    assert.equal(said.length, 1);
    assert(tokensTaken(counted) > 900 && tokensTaken(counted) < tokensTaken(estimate));
    await ground.ask(conversation, 'more');
    assert.equal(ground.chat.budget(conversation).isEstimate, true, 'it has grown since');
  });

  it('goes on estimating where the server cannot count', async () => {
    await ground.close();
    ground = await ChatGround.start({ model: 'qwen3-coder' }, { dialect: 'minimal' });
    conversation = ground.chat.newConversation();
    await ground.ask(conversation, 'one');
    await ground.chat.count(conversation, new AbortController().signal);
    const budget = ground.chat.budget(conversation);
    assert.equal(budget.isEstimate, true);
    assert.equal(budget.window, null);
    assert.equal(budget.free, null);
  });
});

describe('contextBudget', () => {
  const empty = { system: 'x'.repeat(30), tools: [], turns: [], window: 1_000 };

  it('divides the window, and says what a prompt would take of it', () => {
    const budget = contextBudget(empty);
    assert.deepEqual(budget, {
      system: 10,
      tools: 0,
      history: 0,
      attachments: 0,
      window: 1_000,
      free: 990,
      isEstimate: true,
    });
    const attachment = {
      kind: 'selection' as const,
      path: 'a.ts',
      uri: 'file:///a.ts',
      languageId: 'typescript',
      startLine: 1,
      endLine: 1,
    };
    const next = withPrompt(budget, {
      text: 'abc',
      attachments: [{ attachment, content: 'y'.repeat(3_000) }],
    });
    assert.equal(next.history, 1);
    assert.equal(next.attachments, 1_000);
    assert.equal(next.free, -11);
  });

  it('is near its limit from four fifths of a window that is known', () => {
    const full = contextBudget({ ...empty, counted: 800 });
    assert.equal(isNearLimit(full), true);
    assert.equal(isNearLimit(contextBudget({ ...empty, counted: 799 })), false);
    assert.equal(isNearLimit(contextBudget({ ...empty, counted: 800, window: null })), false);
  });
});
