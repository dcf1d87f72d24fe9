import { readFile, writeFile } from 'node:fs/promises';
import { descendantsOf } from '../editor/processTree';

/** Clock ticks per second in `/proc`, on every Linux of today. */
const ticksPerSecond = 100;

/** User and system time of a process so far, in seconds (proc(5)). */
export async function cpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The name, in brackets, may hold anything: the fields are counted from its end.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** The most memory that a process has had since the last call, in MB. */
export async function peakMemory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const peak = Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? Number.NaN);
  await writeFile(`/proc/${pid}/clear_refs`, '5').catch(() => undefined);
  return peak / 1024;
}

/** Of this process's Chromium, the renderer that uses the CPU while `spin` runs. */
export async function busiestRenderer(spin: () => Promise<void>): Promise<number> {
  const pids = await descendantsOf(process.pid, '--type=renderer');
  const read = (): Promise<number[]> =>
    Promise.all(pids.map((pid) => cpuSeconds(pid).catch(() => 0)));
  const before = await read();
  await spin();
  const after = await read();
  const used = after.map((seconds, index) => seconds - (before[index] ?? 0));
  const pid = pids[used.indexOf(Math.max(...used))];
  if (pid === undefined) throw new Error('Chromium has no renderer');
  return pid;
}
