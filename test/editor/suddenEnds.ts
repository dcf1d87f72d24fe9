import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Conversation } from '../../src/core/conversation';
import { restoreConversation } from '../../src/core/restoreConversation';
import { SystemClock } from '../../src/node/systemClock';
import { messageGroups } from '../server/contentBlocks';
import type { MessagesServer } from '../server/messagesServer';
import type { ReceivedRequest } from '../server/receivedRequest';
import { toolCall, type Scenario, type ScriptedBlock } from '../server/scenario';
import type { EditorSession } from './editorSession';
import { findExtensionHost } from './processTree';

/** The ways in which what shows or runs a stream is taken away from under it. */
export const suddenEnds = ['host killed', 'tab closed', 'window reloaded'] as const;
export type SuddenEnd = (typeof suddenEnds)[number];

/** What an end left behind. */
export interface EndOutcome {
  /** Of the answer, on screen, after everything came back. */
  readonly status: string;
  /** UTF-16 units that the server had handed out when it ended. */
  readonly sent: number;
  /** Of those, on disk. */
  readonly kept: number;
  /** How long before the end the oldest unit left that is not on disk, in ms. */
  readonly atRiskMs: number;
}

const deltasPerSecond = 400;
const blocks: readonly ScriptedBlock[] = [
  { type: 'thinking', text: 'What is left of this, if it all ends here and now? '.repeat(16) },
  { type: 'text', text: numbered('Sentence', 60) },
  toolCall('toolu_1', 'look_it_up', ...pieces(JSON.stringify({ query: numbered('Word', 50) }))),
  { type: 'text', text: numbered('Afterthought', 40) },
];
const length = blocks.reduce((sum, block) => sum + scripted(block).length, 0);
const deltaSize = 8;

/** How long the scripted answer takes, in ms. */
export const answerMs = (length / deltaSize / deltasPerSecond) * 1_000;

/** The answer that is ended; short words to whatever comes after it. */
export function endedAnswer(request: ReceivedRequest): Scenario {
  const isFirst = messageGroups(request.body['messages']).length === 1;
  return isFirst
    ? { blocks, deltaSize, rate: deltasPerSecond, stopReason: 'end_turn' }
    : { blocks: [{ type: 'text', text: 'Well.' }] };
}

/**
 * Asks in a new chat, takes the host, the tab or the window away so many ms after the request came, brings it back, and
 * checks what is on disk and on screen against what the server sent.
 *
 * @throws AssertionError where anything is lost but the last moment, doubled, or not shown.
 */
export async function endSuddenly(
  session: EditorSession,
  server: MessagesServer,
  end: SuddenEnd,
  afterMs: number,
  prompt: string,
): Promise<EndOutcome> {
  const panel = await session.panel();
  // A chat that is empty would not show when the new one has come.
  if ((await panel.turns('user').count()) > 0) await session.runCommand('Caudal: New chat');
  await panel.waitFor(async () => (await panel.turns('user').count()) === 0, 'an empty chat');
  const requests = server.messageRequests.length;
  await panel.composer.fill(prompt);
  await panel.composer.press('Enter');
  await panel.waitFor(
    () => Promise.resolve(server.messageRequests.length > requests),
    'the request',
  );
  const request = await server.waitForRequest(requests + 1);
  const progress = watch(request);
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  const host = await findExtensionHost(session.serverPid);
  const sent = sentSize(request);
  const endedAt = performance.now();
  await bringAbout(session, end, host);
  progress.stop();
  const back = await session.panel();
  await back.waitForStatus('interrupted', 'complete', 'failed', 'stopped');
  const status = (await back.lastStatus()) ?? '';
  assert.equal(await back.turns('user').count(), 1);
  await back.waitFor(
    async () => ((await back.turns('user').textContent()) ?? '').includes(prompt),
    `“${prompt}” on screen`,
  );
  const kept = checkJournal(await readJournal(session.folder, prompt), prompt, request);
  const atRiskMs = kept >= sent ? 0 : endedAt - progress.whenAbove(kept);
  return { status, sent, kept, atRiskMs };
}

async function bringAbout(session: EditorSession, end: SuddenEnd, host: number): Promise<void> {
  switch (end) {
    case 'host killed':
      process.kill(host, 'SIGKILL');
      // A window under development is left without a host: the person reloads it.
      await session.page.reload();
      break;
    case 'tab closed':
      await session.closeAndReopen();
      break;
    case 'window reloaded':
      await session.page.reload();
      break;
  }
  await session.page.waitForSelector('.monaco-workbench .part.statusbar');
}

/** Units of the answer on disk. */
function checkJournal(
  conversation: Conversation,
  prompt: string,
  request: ReceivedRequest,
): number {
  const [asked, answer, ...others] = conversation.turns;
  assert.equal(asked?.answerText(), prompt);
  assert.equal(others.length, 0);
  let kept = 0;
  // What comes after them is the next request's: that there is no such tool, and what is said to that.
  const streamed = (answer?.blocks ?? []).slice(0, blocks.length);
  for (const [at, block] of streamed.entries()) {
    const whole = scripted(blocks[at]!);
    const text = block.text.toString();
    assert(whole.startsWith(text), `block ${at} is “${text}”`);
    const wasSent = request.sent.find(({ index }) => index === at)?.text ?? '';
    assert(text.length <= wasSent.length, `block ${at} has more than was sent`);
    if (block.state === 'closed') assert.equal(text, whole);
    kept += text.length;
  }
  return kept;
}

async function readJournal(folder: string, prompt: string): Promise<Conversation> {
  const files = await readdir(folder, { recursive: true });
  for (const file of files.filter((name) => /conversations\/[^/]+\.jsonl$/.test(name))) {
    if (path.basename(file) === 'index.jsonl') continue;
    const text = await readFile(path.join(folder, file), 'utf8');
    if (!text.includes(JSON.stringify(prompt))) continue;
    const restored = restoreConversation(text, new SystemClock());
    assert(typeof restored === 'object', `the journal of “${prompt}” cannot be read`);
    return restored.conversation;
  }
  return assert.fail(`no journal has “${prompt}”`);
}

/** When the server had handed out how much. */
function watch(request: ReceivedRequest): { stop(): void; whenAbove(size: number): number } {
  const samples: { readonly at: number; readonly size: number }[] = [];
  const sample = (): void => {
    samples.push({ at: performance.now(), size: sentSize(request) });
  };
  const timer = setInterval(sample, 5);
  return {
    stop: () => clearInterval(timer),
    whenAbove: (size) => samples.find((each) => each.size > size)?.at ?? performance.now(),
  };
}

function sentSize({ sent }: ReceivedRequest): number {
  return sent.reduce((sum, { text }) => sum + text.length, 0);
}

function scripted(block: ScriptedBlock): string {
  if ('text' in block) return block.text;
  return 'json' in block ? block.json : '';
}

function numbered(word: string, count: number): string {
  return Array.from({ length: count }, (_, n) => `${word} ${n + 1}, größer 更大 🙂.`).join(' ');
}

function pieces(json: string): string[] {
  return json.match(/.{1,8}/gsu) ?? [];
}
