/**
 * Processes below a process: which they are, and what memory they hold. From /proc on Linux, from `ps` elsewhere.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  /** Resident memory, bytes; pages that processes share count in each. */
  readonly bytes: number;
}

const pageBytes = 4096;

/** The processes below `root`, however deep, and `root` itself when it lives. */
export async function processTree(root: number): Promise<ProcessRow[]> {
  const rows = process.platform === 'linux' ? await fromProc() : await fromPs();
  const below = new Set([root]);
  for (let grown = true; grown; ) {
    grown = false;
    for (const row of rows) {
      if (below.has(row.pid) || !below.has(row.parent)) continue;
      below.add(row.pid);
      grown = true;
    }
  }
  return rows.filter((row) => below.has(row.pid));
}

/** Whether a process still runs; one that has ended and was not yet collected by its parent does not. */
export async function runs(pid: number): Promise<boolean> {
  if (process.platform === 'linux') return (await statOf(pid)) !== undefined;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/**
 * What tells a process from a later one with the same pid, as they are common in containers: when it started, in
 * ticks since the machine did. `0` where that cannot be known.
 */
export function birthOf(pid: number): string {
  try {
    return statFields(readFileSync(`/proc/${pid}/stat`, 'utf8'))[19] ?? '0';
  } catch {
    return '0';
  }
}

/** Sends SIGKILL to a process group, and to its leader; those that are gone are no matter. */
export function killGroup(pid: number): void {
  kill(-pid);
  kill(pid);
}

/** Sends SIGKILL to what is left of a process group whose leader is gone. */
export function killRest(leader: number): void {
  kill(-leader);
}

function kill(target: number): void {
  try {
    process.kill(target, 'SIGKILL');
  } catch {
    // Gone already.
  }
}

async function fromProc(): Promise<ProcessRow[]> {
  const names = await readdir('/proc');
  const rows = await Promise.all(names.filter((name) => /^\d+$/.test(name)).map((name) => statOf(Number(name))));
  return rows.filter((row) => row !== undefined);
}

async function statOf(pid: number): Promise<ProcessRow | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat === undefined) return undefined;
  const fields = statFields(stat);
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
  return { pid, parent: Number(fields[1]), bytes: Number(fields[21]) * pageBytes };
}

/** The fields of proc(5), from the third on: the program's name before them stands in parentheses and may hold anything. */
function statFields(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

async function fromPs(): Promise<ProcessRow[]> {
  try {
    const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,rss='], { timeout: 2_000 });
    return stdout.split('\n').flatMap((line) => {
      const [pid, parent, kib] = line.trim().split(/\s+/).map(Number);
      return pid === undefined || parent === undefined || kib === undefined ? [] : [{ pid, parent, bytes: kib * 1024 }];
    });
  } catch {
    // Best effort: without ps only the processes that the child told of are known.
    return [];
  }
}
