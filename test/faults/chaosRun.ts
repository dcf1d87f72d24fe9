import assert from 'node:assert/strict';
import type { TurnDocument } from '../../src/core/turnDocument';
import { wireModels } from '../server/modelTable';
import type { ReceivedRequest } from '../server/receivedRequest';
import type { Scenario, ScriptedBlock, ScriptedFault } from '../server/scenario';
import { ChatGround } from './chatGround';
import { keptText, restOf } from './continuedAnswer';
import { randomAnswer } from './randomAnswer';
import { SeededRandom } from './seededRandom';

/** Conversations that run side by side. */
const lanes = 8;
/** Turns of one conversation, at most. */
const longestConversation = 6;
const mostFaults = 4;
const deltaSize = 9;

/** What became of the turns of a run. */
export interface ChaosSummary {
  turns: number;
  complete: number;
  stopped: number;
  requests: number;
  faults: Record<string, number>;
  /** Answers that went on at least once after a cut. */
  resumed: number;
  violations: string[];
}

/**
 * Asks so many questions, eight at a time, through random faults and cancels, and checks after each what must always
 * hold: the text is that of a faultless run, no block is doubled or left open, the status is terminal, the server takes
 * the next request, and no timer, request or socket is left. The seed repeats the run, timing apart.
 */
export async function chaosRun(turns: number, seed: number): Promise<ChaosSummary> {
  const summary: ChaosSummary = {
    turns: 0,
    complete: 0,
    stopped: 0,
    requests: 0,
    faults: {},
    resumed: 0,
    violations: [],
  };
  const ground = await ChatGround.start({ silenceLimitMs: 400 }, 20_000);
  const plans = new Map<string, TurnPlan>();
  ground.server.use((request) => planOf(request, plans).scenarioFor(request, summary));
  let next = 0;
  const lane = async (): Promise<void> => {
    let previous: TurnDocument | undefined;
    let length = 0;
    while (next < turns) {
      const plan = new TurnPlan(next++, seed);
      plans.set(plan.prompt, plan);
      ground.model = plan.model;
      const turn =
        previous === undefined || length >= longestConversation
          ? ground.send(plan.prompt)
          : ground.sendAfter(previous, plan.prompt);
      length = previous === undefined || length >= longestConversation ? 1 : length + 1;
      previous = turn;
      plan.cancelIn(turn, ground);
      await ground.end(turn);
      plans.delete(plan.prompt);
      summary.turns++;
      count(turn, summary);
      for (const violation of violationsOf(turn, plan)) {
        summary.violations.push(`turn ${plan.number}: ${violation}`);
      }
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  summary.requests = ground.server.messageRequests.length;
  await checkNothingLeft(ground, summary);
  await ground.close();
  return summary;
}

/** What happens to one turn, by the seed alone. */
class TurnPlan {
  readonly prompt: string;
  readonly model: string;
  readonly blocks: readonly ScriptedBlock[];
  private readonly faults: ScriptedFault[] = [];
  private readonly cancelAfter: number | undefined;
  private readonly random: SeededRandom;

  constructor(
    readonly number: number,
    seed: number,
  ) {
    this.random = new SeededRandom(seed * 1_000_003 + number);
    const { random } = this;
    this.prompt = `Question ${number}`;
    this.model = random.pick(wireModels).id;
    this.blocks = randomAnswer(random);
    const length = deltaCount(this.blocks);
    for (let i = random.integer(0, mostFaults); i > 0; i--) this.faults.push(fault(random, length));
    this.cancelAfter = random.chance(0.2) ? random.integer(0, length) : undefined;
  }

  get willBeCancelled(): boolean {
    return this.cancelAfter !== undefined;
  }

  get text(): string {
    return this.blocks.map((block) => (block.type === 'text' ? block.text : '')).join('');
  }

  scenarioFor(request: ReceivedRequest, summary: ChaosSummary): Scenario {
    const { random } = this;
    const next = this.faults.shift();
    if (next !== undefined) summary.faults[next.kind] = (summary.faults[next.kind] ?? 0) + 1;
    const kept = keptText(request);
    const repeated = random.chance(0.5) ? 0 : random.integer(6, 20);
    return {
      blocks: kept === undefined ? this.blocks : restOf(this.blocks, kept, repeated),
      deltaSize,
      lineEnd: random.pick(['\n', '\n', '\r\n']),
      ...(random.chance(0.3) ? { splitBytes: random.integer(1, 40) } : {}),
      ...(random.chance(0.1) ? { dataOnly: true } : {}),
      ...(next === undefined ? {} : { fault: next }),
    };
  }

  /** Stops the turn after so many changes of it. */
  cancelIn(turn: TurnDocument, ground: ChatGround): void {
    if (this.cancelAfter === undefined) return;
    let left = this.cancelAfter;
    const listening = turn.onDidChange(() => {
      if (left-- > 0) return;
      listening.dispose();
      queueMicrotask(() => ground.chat.stop(turn.id));
    });
  }
}

function planOf(request: ReceivedRequest, plans: ReadonlyMap<string, TurnPlan>): TurnPlan {
  const asked = [...request.text.matchAll(/"(Question \d+)"/g)].map(([, prompt]) => prompt ?? '');
  const plan = plans.get(asked.at(-1) ?? '');
  assert(plan !== undefined, `no plan for ${asked.at(-1)}`);
  return plan;
}

function deltaCount(blocks: readonly ScriptedBlock[]): number {
  return blocks.reduce((sum, block) => {
    const text = 'text' in block ? block.text : 'json' in block ? block.json : '';
    return sum + Math.ceil(text.length / deltaSize) + 1;
  }, 0);
}

function fault(random: SeededRandom, length: number): ScriptedFault {
  const place = { afterDeltas: random.integer(-1, length), afterBlock: random.chance(0.2) };
  switch (random.integer(0, 9)) {
    case 0:
    case 1:
      return { kind: 'reset', ...place };
    case 2:
      return { kind: 'eof', ...place };
    case 3:
      return { kind: 'stall', ...place };
    case 4:
      return {
        kind: 'error-event',
        type: random.pick(['overloaded_error', 'api_error', 'rate_limit_error', 'new_error']),
        ...place,
      };
    case 5:
      return { kind: 'reset-before-headers' };
    case 6:
      return { kind: 'reset-after-bytes', bytes: random.integer(1, 4_000) };
    case 7:
      return { kind: 'eof-before-message-stop' };
    case 8:
      return { kind: 'empty' };
    default:
      return { kind: 'http', status: random.pick([408, 409, 429, 500, 502, 503, 529]) };
  }
}

function count(turn: TurnDocument, summary: ChaosSummary): void {
  if (turn.status.kind === 'complete') summary.complete++;
  if (turn.status.kind === 'stopped') summary.stopped++;
  if (turn.meta.seams !== undefined) summary.resumed++;
}

function violationsOf(turn: TurnDocument, plan: TurnPlan): string[] {
  const { status } = turn;
  const found: string[] = [];
  const answer = turn.answerText();
  const isStopped = status.kind === 'stopped' && plan.willBeCancelled;
  if (status.kind !== 'complete' && !isStopped) found.push(`ended as ${JSON.stringify(status)}`);
  if (status.kind === 'complete' && answer !== plan.text) found.push(difference(answer, plan.text));
  if (isStopped && !plan.text.startsWith(answer)) found.push(difference(answer, plan.text));
  const shown = turn.blocks.filter(({ state }) => state !== 'dropped');
  if (shown.some(({ state }) => state === 'open')) found.push('a block is open');
  const texts = shown.filter(({ head }) => head.kind === 'text' && answer !== '');
  if (texts.length > 1) found.push('the text is in several blocks');
  const calls = shown.filter(({ head }) => head.kind === 'tool_use');
  if (calls.length > 1) found.push('a call is doubled');
  if (status.kind === 'complete' && calls.length !== plan.blocks.filter(isCall).length) {
    found.push('a call is lost');
  }
  return found;
}

function isCall({ type }: ScriptedBlock): boolean {
  return type === 'tool_use';
}

function difference(got: string, wanted: string): string {
  let at = 0;
  while (at < got.length && got[at] === wanted[at]) at++;
  const around = (text: string): string =>
    JSON.stringify(text.slice(Math.max(0, at - 30), at + 50));
  return `text differs at ${at} of ${wanted.length}: ${around(got)} for ${around(wanted)}`;
}

async function checkNothingLeft(ground: ChatGround, summary: ChaosSummary): Promise<void> {
  if (ground.chat.runningTurns.length > 0) summary.violations.push('a turn is under way');
  // Idle connections are kept for a moment, and their timers with them.
  await ground.server.until(() => ground.server.openSockets === 0);
  if (ground.clock.pendingTimers > 0) {
    summary.violations.push(`${ground.clock.pendingTimers} timers are left`);
  }
}
