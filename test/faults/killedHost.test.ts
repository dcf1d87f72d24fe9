import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Conversation } from '../../src/core/conversation';
import { ConversationLibrary } from '../../src/node/conversationLibrary';
import { JournalStore } from '../../src/node/journalStore';
import { MessagesServer } from '../server/messagesServer';
import type { ScriptedBlock } from '../server/scenario';
import { propertySeed } from '../unit/propertyRuns';
import { ChatGround } from './chatGround';
import { keptText, restOf } from './continuedAnswer';
import { SeededRandom } from './seededRandom';

/** `CAUDAL_KILLS=200` kills so often. */
const kills = Number(process.env['CAUDAL_KILLS'] ?? 12);
const thought = 'What would be left of this, if it ended here and now? '.repeat(6);
const text = Array.from({ length: 160 }, (_, n) => `Sentence ${n + 1}, größer 更大 🙂.`).join(' ');
const blocks: readonly ScriptedBlock[] = [
  { type: 'thinking', text: thought },
  { type: 'text', text },
];
/** Two answers, and a part of the third. */
const latestMs = 2_000;

describe('A host that is killed', function () {
  // A guard against hanging for ever on a busy machine, not a measurement.
  this.timeout(60_000 + kills * 10_000);

  it(`leaves every prompt that was sent and a beginning of each answer, ${kills} times (T45–T50)`, async () => {
    const random = new SeededRandom(propertySeed);
    for (let n = 0; n < kills; n++) await killOnce(random.integer(0, latestMs), n % 3 === 0);
  });
});

/** @param goesOn Whether the interrupted answer is then brought to its end. */
async function killOnce(afterMs: number, goesOn: boolean): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'caudal-killed-'));
  const server = await MessagesServer.start();
  server.use((request) => {
    const kept = keptText(request);
    return kept === undefined
      ? { blocks, deltaSize: 4, rate: 1_500 }
      : { blocks: restOf(blocks, kept, 8) };
  });
  const ground = new ChatGround(server, {}, 20_000);
  try {
    await runUntilKilled(server, folder, afterMs);
    const library = new ConversationLibrary(
      new JournalStore(folder, ground.log),
      ground.clock,
      ground.log,
    );
    const [entry, ...others] = await library.list();
    assert.equal(others.length, 0);
    const opened = await library.open(entry?.id ?? '');
    assert(opened !== undefined && !opened.readOnly);
    checkNothingLost(opened.conversation, server.messageRequests.length);
    if (goesOn) await goOn(ground, opened.conversation);
    await library.dispose();
  } finally {
    await ground.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function runUntilKilled(
  server: MessagesServer,
  folder: string,
  afterMs: number,
): Promise<void> {
  const script = path.join(import.meta.dirname, 'killedHost.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', script, server.url, folder], {
    stdio: 'inherit',
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  await server.waitForRequest(1);
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  child.kill('SIGKILL');
  await exited;
}

function checkNothingLost({ turns }: Conversation, requests: number): void {
  const prompts = turns.filter(({ role }) => role === 'user').map((turn) => turn.answerText());
  const expected = Array.from({ length: prompts.length }, (_, n) => `Question ${n + 1}`);
  assert.deepEqual(prompts, expected);
  // Of each request that left, the prompt is there; one more may have been about to leave.
  assert(prompts.length === requests || prompts.length === requests + 1);
  for (const turn of turns.filter(({ role }) => role === 'assistant')) {
    assert(turn.isTerminal);
    if (turn.status.kind === 'complete') assert.equal(turn.answerText(), text);
    for (const { head, state, text: kept } of turn.blocks) {
      assert.notEqual(state, 'open');
      const whole = head.kind === 'thinking' ? thought : text;
      assert(whole.startsWith(kept.toString()));
      if (state === 'closed') assert.equal(kept.toString(), whole);
    }
  }
  const unfinished = turns.filter(
    ({ role, status }) => role === 'assistant' && status.kind !== 'complete',
  );
  assert(unfinished.length <= 1);
}

/** The server accepts the history, signed thinking included, and the answer comes to its end. */
async function goOn(ground: ChatGround, conversation: Conversation): Promise<void> {
  ground.chat.add(conversation);
  const last = conversation.turns.at(-1);
  assert(last !== undefined);
  if (last.status.kind === 'interrupted') ground.chat.continueTurn(last.id);
  else if (last.status.kind === 'failed') ground.chat.tryAgain(last.id);
  await ground.end(last);
  assert.equal(last.status.kind, 'complete', JSON.stringify(last.status));
  assert.equal(last.answerText(), text);
  const next = ground.send('And now?', conversation);
  await ground.end(next);
  assert.equal(next.status.kind, 'complete');
}
