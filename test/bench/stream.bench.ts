import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Frame } from 'playwright-core';
import type { ChatPanel } from '../editor/driven/chatPanel';
import { startEditor, type EditorSession } from '../editor/editorSession';
import { findExtensionHost } from '../editor/processTree';
import { repositoryRoot } from '../editor/provision/paths';
import { longChat } from '../fixtures/longChat';
import { MessagesServer } from '../server/messagesServer';
import { textAnswer } from '../server/scenario';
import type { BenchRow } from './benchRow';
import { startSampling, stopSampling } from './paintSampler';
import { busiestRenderer, cpuSeconds, peakMemory } from './processFigures';
import { code, prose, table, type MarkedText } from './streamTexts';

interface StreamCase {
  readonly name: string;
  readonly answer: MarkedText;
  /** Deltas a second. */
  readonly rate: number | 'unlimited';
  readonly deltaSize: number;
  readonly isCode?: boolean;
  /** In a chat of 500 turns: Caudal alone, against itself in an empty one. */
  readonly inLongChat?: boolean;
}

/** As fast as text can come that is still text on its way: 60 characters, a thousand times a second. */
const kilobyteAFrame = { rate: 1_000, deltaSize: 60 } as const;

/** Beside such a case stands the same one without it. */
const afterLongChat = ', after 500 turns';

export const streamCases: readonly StreamCase[] = [
  { name: '20 kB at 50/s', answer: prose(20_000), rate: 50, deltaSize: 20 },
  { name: '20 kB at 300/s', answer: prose(20_000), rate: 300, deltaSize: 4 },
  {
    name: `20 kB at 300/s${afterLongChat}`,
    answer: prose(20_000),
    rate: 300,
    deltaSize: 4,
    inLongChat: true,
  },
  { name: '200 kB at 1,000/s', answer: prose(200_000), rate: 1_000, deltaSize: 20 },
  { name: '200 kB at once', answer: prose(200_000), rate: 'unlimited', deltaSize: 20 },
  { name: '1 MB at once', answer: prose(1_000_000), rate: 'unlimited', deltaSize: 20 },
  ...([30, 100, 300, 1_000] as const).map((kB) => ({
    name: `${sizeName(kB)}, 1 kB a frame`,
    answer: prose(kB * 1_000),
    ...kilobyteAFrame,
  })),
  ...([100, 300, 1_000] as const).map((kB) => ({
    name: `${sizeName(kB)} of code, 1 kB a frame`,
    answer: code(kB * 1_000, ''),
    ...kilobyteAFrame,
    isCode: true,
  })),
  {
    name: '1 MB of highlighted code, 1 kB a frame',
    answer: code(1_000_000, 'ts'),
    ...kilobyteAFrame,
    isCode: true,
  },
  { name: 'a table of 5,000 rows', answer: table(5_000), ...kilobyteAFrame },
];

function sizeName(kB: number): string {
  return kB < 1_000 ? `${kB} kB` : '1 MB';
}

/** What one run cost and how it went. */
interface StreamFigures {
  /** From the server's write to the paint, in ms: p50, p95, max. */
  readonly delays: readonly [number, number, number];
  /** From the last write to the last paint, in ms. */
  readonly lagMs: number;
  readonly longestTaskMs: number;
  readonly viewSeconds: number;
  readonly hostSeconds: number;
  readonly viewMb: number;
  readonly hostMb: number;
  readonly messagesPerSecond: number;
}

/** A place where answers are shown, and how to ask there. */
interface Place {
  readonly frame: Frame;
  readonly pid: number;
  readonly root: string;
  /** Takes an earlier answer away. */
  clear(): Promise<void>;
  /** Resolves when the question is on its way. */
  ask(streamCase: StreamCase): Promise<void>;
  done(): Promise<boolean>;
}

/** How long after the end what is left to do may take, in ms. */
const settleMs = 1_500;
const key = 'right';

/**
 * Answers as they come on screen in a real VS Code, whose webviews have processes of their own as on the desktop:
 * Caudal's against those of an extension that does the least, turn by turn in the same window.
 */
export async function benchStreams(options: {
  readonly runs: number;
  readonly only: string | undefined;
  readonly report: (line: string) => void;
}): Promise<BenchRow[]> {
  const server = await MessagesServer.start({ apiKey: key });
  const dataFolder = await mkdtemp(path.join(tmpdir(), 'caudal-bench-'));
  const session = await startEditor({
    env: { ANTHROPIC_API_KEY: key, ANTHROPIC_BASE_URL: server.url },
    dataFolder,
    companions: [path.join(repositoryRoot, 'test', 'bench', 'caudal-stream-floor')],
    ownWebviewProcess: true,
  });
  try {
    const panel = await session.openPanel();
    await session.setSideBarWidth(620);
    await addLongChat(session, panel, server, dataFolder);
    const caudal = await caudalPlace(panel);
    const floor = await floorPlace(session, server);
    const host = await findExtensionHost(session.serverPid);
    const cases = streamCases.filter(({ name }) => name.includes(options.only ?? ''));
    const measured = new Map<string, { caudal: StreamFigures[]; floor: StreamFigures[] }>();
    for (let run = -1; run < options.runs; run++) {
      // The first one warms everything up and counts for nothing.
      for (const streamCase of run < 0 ? cases.slice(0, 1) : cases) {
        const figures = measured.get(streamCase.name) ?? { caudal: [], floor: [] };
        if (streamCase.inLongChat === true) await openLongChat(session, panel);
        else await emptyChat(session, panel);
        const ours = await measure(streamCase, caudal, host, server);
        const theirs =
          streamCase.inLongChat === true
            ? undefined
            : await measure(streamCase, floor, host, server);
        if (run < 0) continue;
        figures.caudal.push(ours);
        if (theirs !== undefined) figures.floor.push(theirs);
        measured.set(streamCase.name, figures);
        options.report(`${streamCase.name}, run ${run + 1}: ${JSON.stringify({ ours, theirs })}`);
      }
    }
    return rowsOf(measured);
  } finally {
    await session.dispose();
    await server.close();
    await rm(dataFolder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function measure(
  streamCase: StreamCase,
  place: Place,
  host: number,
  server: MessagesServer,
): Promise<StreamFigures> {
  const { answer, rate, deltaSize } = streamCase;
  server.use(textAnswer(answer.text, { rate, deltaSize }));
  const count = server.messageRequests.length;
  await Promise.all([peakMemory(place.pid), peakMemory(host)]);
  const before = [await cpuSeconds(place.pid), await cpuSeconds(host)] as const;
  await place.clear();
  await startSampling(place.frame, place.root);
  await place.ask(streamCase);
  const request = await server.waitForRequest(count + 1);
  while (!request.completed || !(await place.done())) {
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await new Promise((resolve) => setTimeout(resolve, settleMs));
  const samples = await stopSampling(place.frame);
  const after = [await cpuSeconds(place.pid), await cpuSeconds(host)] as const;
  const origin = performance.timeOrigin;
  const writtenAt = (offset: number): number =>
    origin + (request.sentDeltasAt[Math.floor((offset - 1) / deltaSize)] ?? Number.NaN);
  const delays: number[] = [];
  let shown = -1;
  for (const [mark, at] of samples.marks) {
    // Marks that came on screen together have each waited since they were written.
    for (let n = shown + 1; n <= mark; n++) delays.push(at - writtenAt(answer.markEnds[n] ?? 0));
    shown = mark;
  }
  delays.sort((a, b) => a - b);
  const at = (share: number): number =>
    delays[Math.min(delays.length - 1, Math.floor(delays.length * share))] ?? Number.NaN;
  const firstAt = request.sentDeltasAt[0] ?? Number.NaN;
  const lastAt = request.sentDeltasAt.at(-1) ?? Number.NaN;
  const paintedAt = samples.marks.at(-1)?.[1] ?? Number.NaN;
  const lastMark = answer.markEnds.length - 1;
  if (shown !== lastMark) throw new Error(`Mark ${shown} of ${lastMark} was on screen last`);
  return {
    delays: [at(0.5), at(0.95), at(1)],
    lagMs: paintedAt - writtenAt(answer.markEnds[lastMark] ?? 0),
    longestTaskMs: samples.longestTaskMs,
    viewSeconds: after[0] - before[0],
    hostSeconds: after[1] - before[1],
    viewMb: await peakMemory(place.pid),
    hostMb: await peakMemory(host),
    messagesPerSecond:
      (samples.messages * 1_000) / Math.max(1_000, paintedAt - origin - firstAt, lastAt - firstAt),
  };
}

async function caudalPlace(panel: ChatPanel): Promise<Place> {
  const { frame } = panel;
  return {
    frame,
    pid: await busiestRenderer(() => spin(frame)),
    root: '[data-testid=answer]',
    clear: () => Promise.resolve(),
    ask: (streamCase) => panel.ask(streamCase.name),
    done: async () => (await panel.lastStatus()) === 'complete',
  };
}

async function floorPlace(session: EditorSession, server: MessagesServer): Promise<Place> {
  await session.runCommand('Stream floor: Open');
  let frame: Frame | undefined;
  while (frame === undefined) {
    for (const each of session.page.frames()) {
      if (
        (await each
          .locator('#answer')
          .count()
          .catch(() => 0)) > 0
      )
        frame = each;
    }
  }
  const found = frame;
  return {
    frame: found,
    pid: await busiestRenderer(() => spin(found)),
    root: '#answer',
    clear: () => found.locator('#answer').evaluate((answer) => answer.replaceChildren()),
    ask: async ({ name, isCode }) => {
      const asked = {
        url: `${server.url}/v1/messages`,
        headers: {
          'content-type': 'application/json',
          'anthropic-version': '2023-06-01',
          'x-api-key': key,
        },
        body: JSON.stringify({
          model: 'claude-sonnet-5',
          max_tokens: 64_000,
          stream: true,
          messages: [{ role: 'user', content: name }],
        }),
      };
      await found.evaluate(
        ([asked, isCode]) =>
          (window as unknown as { ask: (asked: unknown, isCode: boolean) => void }).ask(
            asked,
            isCode,
          ),
        [asked, isCode === true] as const,
      );
    },
    done: async () => (await found.locator('#answer').getAttribute('data-status')) === 'complete',
  };
}

async function spin(frame: Frame): Promise<void> {
  await frame.evaluate(() => {
    for (const until = performance.now() + 600; performance.now() < until;);
  });
}

async function emptyChat(session: EditorSession, panel: ChatPanel): Promise<void> {
  if ((await panel.turns('user').count()) === 0) return;
  await panel.composer.click();
  await session.runCommand('Caudal: New chat');
  await panel.waitFor(async () => (await panel.turns('user').count()) === 0, 'an empty chat');
}

async function addLongChat(
  session: EditorSession,
  panel: ChatPanel,
  server: MessagesServer,
  dataFolder: string,
): Promise<void> {
  server.use(textAnswer('Well.'));
  await panel.ask('A short chat');
  await panel.waitForStatus('complete');
  const files = await readdir(dataFolder, { recursive: true });
  const folder = files.find((file) => path.basename(file) === 'conversations');
  if (folder === undefined) throw new Error('Nothing was kept');
  await mkdir(path.join(dataFolder, folder), { recursive: true });
  await longChat(path.join(dataFolder, folder), { turns: 500, size: 1_500_000 });
  await session.page.waitForTimeout(500);
}

async function openLongChat(session: EditorSession, panel: ChatPanel): Promise<void> {
  await panel.composer.click();
  await session.runCommand('Caudal: Show chats');
  await session.page
    .locator('.quick-input-list .monaco-list-row')
    .filter({ hasText: 'Question 1 of a long chat' })
    .first()
    .click();
  await panel.frame.locator('[data-turn=a250]').waitFor({ state: 'attached' });
}

function rowsOf(
  measured: ReadonlyMap<
    string,
    { caudal: readonly StreamFigures[]; floor: readonly StreamFigures[] }
  >,
): BenchRow[] {
  const rows: BenchRow[] = [];
  for (const [name, { caudal, floor: own }] of measured) {
    const floor =
      own.length > 0 ? own : (measured.get(name.replace(afterLongChat, ''))?.caudal ?? []);
    const cpu = ({ viewSeconds, hostSeconds }: StreamFigures): number => viewSeconds + hostSeconds;
    const ratio = median(caudal.map(cpu)) / median(floor.map(cpu));
    rows.push({
      what: `${name}: CPU of view and host`,
      value: cpuText(caudal),
      ...(floor.length === 0 ? {} : { floor: cpuText(floor), ratio }),
    });
    rows.push({
      what: `${name}: write to paint (p50, p95, max), lag at the end`,
      value: delayText(caudal),
      ...(floor.length === 0 ? {} : { floor: delayText(floor) }),
    });
    rows.push({
      what: `${name}: longest task, messages a second, memory of view and host`,
      value: restText(caudal),
      ...(floor.length === 0 ? {} : { floor: restText(floor) }),
    });
  }
  for (const [kind, pattern] of [
    ['prose', /^\d+ [kM]B, 1 kB a frame$/],
    ['code', /^\d+ [kM]B of code, /],
  ] as const) {
    const points = [...measured].filter(([name]) => pattern.test(name));
    if (points.length < 2) continue;
    const exponentOf = (which: 'caudal' | 'floor'): string =>
      exponent(
        points.map(([name, figures]) => [
          sizeOf(name),
          median(figures[which].map(({ viewSeconds, hostSeconds }) => viewSeconds + hostSeconds)),
        ]),
      ).toFixed(2);
    rows.push({
      what: `growth of CPU with length, ${kind} (exponent)`,
      value: exponentOf('caudal'),
      floor: exponentOf('floor'),
    });
  }
  return rows;
}

function sizeOf(name: string): number {
  const [, number = '1', unit] = /^(\d+) ([kM])B/.exec(name) ?? [];
  return Number(number) * (unit === 'M' ? 1_000_000 : 1_000);
}

/** The slope of a line through the points, both axes logarithmic (least squares). */
function exponent(points: readonly (readonly [size: number, cost: number])[]): number {
  const logs = points.map(
    ([size, cost]) => [Math.log(size), Math.log(Math.max(cost, 0.001))] as const,
  );
  const meanX = mean(logs.map(([x]) => x));
  const meanY = mean(logs.map(([, y]) => y));
  const covariance = logs.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  return covariance / logs.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
}

function cpuText(figures: readonly StreamFigures[]): string {
  const view = median(figures.map(({ viewSeconds }) => viewSeconds));
  const host = median(figures.map(({ hostSeconds }) => hostSeconds));
  return `${view.toFixed(2)} + ${host.toFixed(2)} s`;
}

function delayText(figures: readonly StreamFigures[]): string {
  const parts = [0, 1, 2].map((n) => median(figures.map(({ delays }) => delays[n] ?? Number.NaN)));
  const lag = median(figures.map(({ lagMs }) => lagMs));
  return `${parts.map((ms) => ms.toFixed(0)).join(', ')} ms; ${lag.toFixed(0)} ms`;
}

function restText(figures: readonly StreamFigures[]): string {
  const of = (value: (each: StreamFigures) => number): string =>
    median(figures.map(value)).toFixed(0);
  return `${of((each) => each.longestTaskMs)} ms; ${of((each) => each.messagesPerSecond)}/s; ${of((each) => each.viewMb)} + ${of((each) => each.hostMb)} MB`;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
