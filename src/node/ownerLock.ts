import { link, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { uptime } from 'node:os';

/** Slack for a wall clock that was set a little since the machine started, in ms. */
const clockSlackMs = 60_000;

/** A lock that is there and then is not was given back in between. */
const mostAttempts = 4;

/**
 * A file that says which process owns something. It is left behind by a process that is killed, and its process id may
 * since have gone to another one: so the file also says when its process began, as far as the system tells.
 */
export class OwnerLock {
  constructor(private readonly path: string) {}

  /**
   * Whether this process now owns it. A lock whose process is gone is taken over. Where no lock can be written, nobody
   * can write what it guards either, and this process owns it in name.
   */
  async take(): Promise<boolean> {
    for (let attempt = 0; attempt < mostAttempts; attempt++) {
      try {
        await this.create(`${process.pid}\n${(await processStart(process.pid)) ?? ''}`);
        return true;
      } catch (error) {
        if (codeOf(error) !== 'EEXIST') return true;
        const lock = await readFile(this.path, 'utf8').catch(() => undefined);
        // Its holder has given it back since.
        if (lock === undefined) continue;
        if (await this.isHeld(lock)) return false;
        await rm(this.path, { force: true }).catch(() => undefined);
      }
    }
    return false;
  }

  /** With all that is in it at once: nobody may read half a lock, and take it for one that nobody holds. */
  private async create(content: string): Promise<void> {
    const own = `${this.path}.${process.pid}`;
    await writeFile(own, content, { mode: 0o600 });
    try {
      await link(own, this.path);
    } catch (error) {
      if (codeOf(error) === 'EEXIST') throw error;
      // Some file systems have no links.
      await writeFile(this.path, content, { flag: 'wx', mode: 0o600 });
    } finally {
      await rm(own, { force: true });
    }
  }

  /** A lock that cannot be taken away counts no more once this process is gone. */
  async release(): Promise<void> {
    await rm(this.path, { force: true }).catch(() => undefined);
  }

  private async isHeld(lock: string): Promise<boolean> {
    const [pid = '', start = ''] = lock.split('\n');
    const holder = Number(pid);
    // A lock of this very process is one that an earlier life of the extension in it left behind.
    if (!Number.isInteger(holder) || holder <= 0 || holder === process.pid) return false;
    if (!isAlive(holder)) return false;
    const holderStart = await processStart(holder);
    if (start !== '' && holderStart !== undefined) return start === holderStart;
    const written = await stat(this.path).catch(() => undefined);
    const bootedAt = Date.now() - uptime() * 1000;
    return written === undefined || written.mtimeMs > bootedAt - clockSlackMs;
  }
}

/** When a process began, in the system's own terms; undefined where the system does not say. */
async function processStart(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') return undefined;
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name, in brackets, may hold anything: the fields are counted from its end. The 22nd is the start.
  return line.slice(line.lastIndexOf(')') + 2).split(' ')[19];
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and is somebody else's.
    return codeOf(error) === 'EPERM';
  }
}
