import { readdir, readFile } from 'node:fs/promises';
import { runTool } from './provision/runTool';

interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/**
 * The extension host among the descendants of a VS Code's process. Of several (a window that was reloaded leaves its
 * old one alive for a while) the youngest. Throws when there is none.
 */
export async function findExtensionHost(editorPid: number): Promise<number> {
  const hosts = await descendantsOf(editorPid, '--type=extensionHost');
  const youngest = hosts.sort((a, b) => a - b).at(-1);
  if (youngest === undefined) throw new Error('The editor has no extension host process.');
  return youngest;
}

/** Process ids of all descendants of a process whose command line has this in it. */
export async function descendantsOf(pid: number, command: string): Promise<number[]> {
  const rows = await listProcesses();
  const descendants = new Set([pid]);
  for (let grown = true; grown;) {
    const before = descendants.size;
    for (const row of rows) if (descendants.has(row.parent)) descendants.add(row.pid);
    grown = descendants.size > before;
  }
  return rows
    .filter((row) => descendants.has(row.pid) && row.command.includes(command))
    .map((row) => row.pid);
}

/** `ps` is missing on slim Linux systems, `/proc` is not. */
async function listProcesses(): Promise<readonly ProcessRow[]> {
  if (process.platform !== 'linux') {
    const listing = await runTool('ps', ['-axo', 'pid=,ppid=,command=']);
    return listing.split('\n').flatMap((line) => {
      const match = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line);
      return match === null
        ? []
        : [{ pid: Number(match[1]), parent: Number(match[2]), command: match[3] ?? '' }];
    });
  }
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const rows = await Promise.all(
    pids.map(async (pid): Promise<ProcessRow | undefined> => {
      try {
        const [stat, command] = await Promise.all([
          readFile(`/proc/${pid}/stat`, 'utf8'),
          readFile(`/proc/${pid}/cmdline`, 'utf8'),
        ]);
        // The name, in brackets, may hold anything: the fields are counted from its end.
        const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
        return { pid: Number(pid), parent: Number(parent), command: command.replaceAll('\0', ' ') };
      } catch {
        return undefined;
      }
    }),
  );
  return rows.filter((row) => row !== undefined);
}
