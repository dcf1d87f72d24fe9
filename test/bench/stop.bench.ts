import type { ChatPanel } from '../editor/driven/chatPanel';
import { startEditor, type EditorSession } from '../editor/editorSession';
import { MessagesServer } from '../server/messagesServer';
import { textAnswer, type Scenario } from '../server/scenario';
import type { BenchRow } from './benchRow';

const rounds = 20;
/** The view counts as idle when it has not changed for so long, in ms. */
const quietMs = 400;

const states: readonly { name: string; scenario: Scenario; streams: boolean }[] = [
  {
    name: 'under 1,000 deltas a second',
    scenario: textAnswer('word '.repeat(100_000), { rate: 1_000, deltaSize: 5 }),
    streams: true,
  },
  {
    name: 'before the headers',
    scenario: { fault: { kind: 'never-answers' } },
    streams: false,
  },
  {
    name: 'in a silence',
    scenario: textAnswer('Some words.', { fault: { kind: 'stall', afterDeltas: 1 } }),
    streams: true,
  },
];

/** From the click on Stop to the closed socket, as the server sees it, and to the view's last change: ms. */
interface StopFigure {
  readonly socketMs: number;
  readonly viewMs: number;
}

/** What a click on Stop takes in a real VS Code; the floor is a plain request that is aborted, in the same run. */
export async function benchStop(): Promise<BenchRow[]> {
  const server = await MessagesServer.start({ apiKey: 'right' });
  const env = { ANTHROPIC_API_KEY: 'right', ANTHROPIC_BASE_URL: server.url };
  const session = await startEditor({ env });
  const rows: BenchRow[] = [];
  try {
    const panel = await session.openPanel();
    for (const { name, scenario, streams } of states) {
      server.use(scenario);
      const figures: StopFigure[] = [];
      const floors: number[] = [];
      for (let n = 0; n < rounds; n++) {
        figures.push(await stopOnce(session, panel, server, streams));
        floors.push(await abortOnce(server));
      }
      const floor = summary(floors);
      rows.push({
        what: `Stop to closed socket, ${name} (p50, max of ${rounds})`,
        value: summary(figures.map(({ socketMs }) => socketMs)),
        floor,
      });
      rows.push({
        what: `Stop to idle view, ${name} (p50, max of ${rounds})`,
        value: summary(figures.map(({ viewMs }) => viewMs)),
      });
    }
  } finally {
    await session.dispose();
    await server.close();
  }
  return rows;
}

async function stopOnce(
  session: EditorSession,
  panel: ChatPanel,
  server: MessagesServer,
  streams: boolean,
): Promise<StopFigure> {
  const count = server.messageRequests.length;
  await panel.ask('Say words until you are stopped');
  const request = await server.waitForRequest(count + 1);
  if (streams) await panel.waitForText('word');
  await session.page.waitForTimeout(300);
  const { clickedAt, changedAt } = await panel.frame.evaluate(async (quietMs) => {
    let changedAt = performance.now();
    const observer = new MutationObserver(() => (changedAt = performance.now()));
    observer.observe(document.body, {
      subtree: true,
      childList: true,
      characterData: true,
      attributes: true,
    });
    const clickedAt = performance.now();
    document.querySelector<HTMLElement>('[data-testid=stop]')?.click();
    while (performance.now() - changedAt < quietMs) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    observer.disconnect();
    const origin = performance.timeOrigin;
    return { clickedAt: origin + clickedAt, changedAt: origin + changedAt };
  }, quietMs);
  await server.waitForHangUp(request);
  const hungUpAt = performance.timeOrigin + (request.hungUpAt ?? Number.NaN);
  return { socketMs: hungUpAt - clickedAt, viewMs: changedAt - clickedAt };
}

/** A request with nothing around it: from the abort to the closed socket, in ms. */
async function abortOnce(server: MessagesServer): Promise<number> {
  const count = server.messageRequests.length;
  const controller = new AbortController();
  const asked = fetch(`${server.url}/v1/messages`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'anthropic-version': '2023-06-01',
      'x-api-key': 'right',
    },
    body: JSON.stringify({
      model: 'claude-sonnet-5',
      max_tokens: 1_000,
      stream: true,
      messages: [{ role: 'user', content: `Round ${count}` }],
    }),
    signal: controller.signal,
  })
    .then((response) => response.text())
    .catch(() => '');
  const request = await server.waitForRequest(count + 1);
  await new Promise((resolve) => setTimeout(resolve, 100));
  const abortedAt = performance.now();
  controller.abort();
  await server.waitForHangUp(request);
  await asked;
  return (request.hungUpAt ?? Number.NaN) - abortedAt;
}

function summary(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  const p50 = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  return `${p50.toFixed(1)} ms, ${(sorted.at(-1) ?? Number.NaN).toFixed(1)} ms`;
}
