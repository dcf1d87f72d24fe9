import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const stampName = '.complete';

/**
 * Makes the folder `target` by `fill`, once: a folder that carries the same `stamp` is taken as it is.
 *
 * `fill` works in a folder beside it, which takes the target's place only when it is whole, so that a run that was cut
 * off leaves nothing that looks finished. Several processes may ask at the same time: one fills, the others wait.
 * Throws what `fill` throws.
 */
export async function provisionOnce(
  target: string,
  stamp: string,
  fill: (folder: string) => Promise<void>,
): Promise<void> {
  if (await isComplete(target, stamp)) return;
  await mkdir(path.dirname(target), { recursive: true });
  const release = await lock(`${target}.lock`);
  try {
    if (await isComplete(target, stamp)) return;
    const workshop = `${target}.${process.pid}-${randomBytes(4).toString('hex')}`;
    try {
      await mkdir(workshop);
      await fill(workshop);
      await writeFile(path.join(workshop, stampName), stamp);
      await rm(target, { recursive: true, force: true });
      await rename(workshop, target);
    } finally {
      await rm(workshop, { recursive: true, force: true });
    }
  } finally {
    await release();
  }
}

async function isComplete(target: string, stamp: string): Promise<boolean> {
  try {
    return (await readFile(path.join(target, stampName), 'utf8')) === stamp;
  } catch {
    return false;
  }
}

/** A lock file with the owner's process id in it; one whose owner is gone is taken over. */
async function lock(file: string): Promise<() => Promise<void>> {
  for (;;) {
    try {
      const handle = await open(file, 'wx');
      await handle.writeFile(String(process.pid));
      await handle.close();
      return () => rm(file, { force: true });
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw error;
    }
    if (!(await ownerLives(file))) await rm(file, { force: true });
    await delay(500);
  }
}

async function ownerLives(file: string): Promise<boolean> {
  const text = await readFile(file, 'utf8').catch(() => '');
  // Just made, its owner's id not written yet.
  if (text === '') return true;
  try {
    process.kill(Number(text), 0);
    return true;
  } catch (error) {
    return isCode(error, 'EPERM');
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
