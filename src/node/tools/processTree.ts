import { execFile, type ChildProcess } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** How long a program may take to end by itself before it is killed, in ms. */
const graceMs = 1500;

/** In the environment of everything that a command starts, so that what has left its tree is found too. */
export const callMark = 'CAUDAL_COMMAND';

/**
 * Ends a process and everything it started: politely, then for good. Resolves when nothing of it is left, or the system
 * does not let go of it.
 *
 * @param child was started as the leader of its own group where there are groups.
 * @param mark what the variable {@link callMark} is in its environment.
 */
export async function endProcessTree(child: ChildProcess, mark: string): Promise<void> {
  const { pid } = child;
  if (pid === undefined) return;
  if (process.platform === 'win32') {
    await run('taskkill', ['/pid', String(pid), '/t', '/f'], { windowsHide: true }).catch(
      () => undefined,
    );
    return;
  }
  const known = new Set(await membersOf(pid, mark));
  if (known.size === 0) return;
  signalAll(known, 'SIGTERM');
  const giveUpAt = performance.now() + graceMs;
  while (performance.now() < giveUpAt) {
    if (![...known].some(isAlive)) break;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  // Twice: what is started while the first killing goes on is met by the second.
  for (let round = 0; round < 2; round++) {
    for (const member of await membersOf(pid, mark)) known.add(member);
    signalAll(new Set([...known].filter(isAlive)), 'SIGKILL');
  }
}

/** Processes of the group, those they started, and those that carry the mark. Zombies are gone already. */
async function membersOf(leader: number, mark: string): Promise<readonly number[]> {
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,pgid=,stat=']).catch(() => ({
    stdout: '',
  }));
  const members = new Set(await marked(mark));
  const rows = stdout
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state]) => state !== undefined && !state.startsWith('Z'))
    .map(([pid, ppid, pgid]) => ({ pid: Number(pid), ppid: Number(ppid), pgid: Number(pgid) }));
  for (const { pid, pgid } of rows) if (pgid === leader || pid === leader) members.add(pid);
  for (let before = -1; before !== members.size;) {
    before = members.size;
    for (const { pid, ppid } of rows) if (members.has(ppid)) members.add(pid);
  }
  if (stdout === '' && isAlive(leader)) members.add(leader);
  members.delete(process.pid);
  return [...members];
}

/** Where the system shows environments: also a daemon, which has neither parent nor group in common. */
async function marked(mark: string): Promise<readonly number[]> {
  if (process.platform !== 'linux') return [];
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
      return environment.split('\0').includes(`${callMark}=${mark}`) ? [Number(pid)] : [];
    }),
  );
  return found.flat();
}

function signalAll(pids: ReadonlySet<number>, signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It ended meanwhile, or is somebody else's.
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
