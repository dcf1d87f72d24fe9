import { createParser } from 'eventsource-parser';
import { SeededRandom } from '../faults/seededRandom';
import { textAnswer } from '../server/scenario';
import { AdapterGround } from './adapterGround';

/** Deltas per second of the answers that are read. */
const rate = 40;

interface Figures {
  connections: number;
  turnsRead: number;
  characters: number;
  missed: number;
  doubled: number;
}

/** The number after an option of the command line. */
function option(name: string, otherwise: number): number {
  const at = process.argv.indexOf(`--${name}`);
  return at === -1 ? otherwise : Number(process.argv[at + 1]);
}

/** One client reads one turn to its end, over connections that it breaks at random moments. */
async function readTurn(
  ground: AdapterGround,
  path: string,
  text: string,
  random: SeededRandom,
  figures: Figures,
): Promise<void> {
  let seen = '';
  let lastId = '';
  let done = false as boolean;
  while (!done) {
    figures.connections++;
    const leave = new AbortController();
    const response = await ground.fetch(path, {
      headers: lastId === '' ? {} : { 'last-event-id': lastId },
      signal: leave.signal,
    });
    if (response.status === 204) break;
    let left = random.integer(1, rate * 20);
    const parser = createParser({
      onEvent: ({ id, data }) => {
        if (left <= 0) return;
        left--;
        lastId = id ?? lastId;
        if (data === '[DONE]') done = true;
        else seen += data;
      },
    });
    const decoder = new TextDecoder();
    if (response.body === null) throw new Error(`status ${response.status}`);
    for await (const chunk of response.body) {
      parser.feed(decoder.decode(chunk, { stream: true }));
      if (left <= 0) break;
    }
    leave.abort();
  }
  figures.turnsRead++;
  figures.characters += seen.length;
  if (seen === text) return;
  const got = seen.split('\n');
  const wanted = new Set(text.split('\n'));
  figures.missed += [...wanted].filter((line) => !got.includes(line)).length;
  figures.doubled += got.length - new Set(got).size;
  if (seen.length !== text.length) console.error(`${seen.length} of ${text.length} characters`);
}

/** `npm run soak -- --clients 200 --minutes 10`: many clients, random disconnects, and what became of it all. */
async function main(): Promise<void> {
  const clients = option('clients', 200);
  const minutes = option('minutes', 10);
  const seed = option('seed', 1);
  const ground = await AdapterGround.start();
  // About 30 s of stream, each line once.
  const text = Array.from({ length: rate * 10 }, (_, i) => `line ${i}: 😀 and more\n`).join('');
  ground.server.use(textAnswer(text, { rate, deltaSize: 8 }));
  const figures = { connections: 0, turnsRead: 0, characters: 0, missed: 0, doubled: 0 };
  const startedAt = performance.now();
  const until = startedAt + minutes * 60_000;
  let peak = 0;
  const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 500);
  const usageBefore = process.cpuUsage();
  while (performance.now() < until) {
    const turn = ground.ask();
    const path = `/v1/turns/${turn.id}/events`;
    const readers = Array.from({ length: clients }, (_, i) =>
      readTurn(ground, path, text, new SeededRandom(seed * 10_000 + i), figures),
    );
    await Promise.all(readers);
    if (turn.status.kind !== 'complete') throw new Error(`the turn is ${turn.status.kind}`);
  }
  clearInterval(watch);
  const { user, system } = process.cpuUsage(usageBefore);
  const seconds = (performance.now() - startedAt) / 1_000;
  const clientsLeft = ground.adapter.clients;
  await ground.close();
  const rows: readonly (readonly [string, string])[] = [
    ['clients at once', String(clients)],
    ['minutes', (seconds / 60).toFixed(1)],
    ['turns read', String(figures.turnsRead)],
    ['connections', String(figures.connections)],
    ['characters read', String(figures.characters)],
    ['peak memory of server, adapter and clients (MB)', (peak / 1e6).toFixed(0)],
    ['CPU of all of them (% of one core)', ((user + system) / 1e4 / seconds).toFixed(0)],
    ['lines missed', String(figures.missed)],
    ['lines doubled', String(figures.doubled)],
    ['clients left over', String(clientsLeft)],
  ];
  for (const [name, value] of rows) console.log(`${name.padEnd(50)} ${value.padStart(12)}`);
  const isRight = figures.missed + figures.doubled + clientsLeft === 0;
  process.exitCode = isRight ? 0 : 1;
}

void main();
