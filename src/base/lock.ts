/**
 * A lock file that names its owner, for what only one process on a machine may do. It ends with its owner:
 * a file whose process is gone counts for nothing.
 */
import { link, readFile, rm, writeFile } from 'node:fs/promises';

const attemptsMax = 5;

/** A lock that this process holds. */
export interface Lock {
  /** Gives it up. */
  release(): Promise<void>;
}

/** Takes the lock, or returns `undefined` while another living process holds it. */
export async function takeLock(path: string): Promise<Lock | undefined> {
  const mine = `${process.pid} ${crypto.randomUUID()}`;
  const draft = `${path}.${process.pid}.${crypto.randomUUID()}`;
  await writeFile(draft, mine, { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
      // A link appears whole or not at all, and never replaces another's.
      const taken = await link(draft, path).then(
        () => true,
        () => false,
      );
      if (taken) return { release: () => releaseOwn(path, mine) };
      const holder = await readFile(path, 'utf8').catch(() => undefined);
      if (holder !== undefined && isAlive(Number.parseInt(holder, 10))) return undefined;
      if (holder !== undefined && holder === (await readFile(path, 'utf8').catch(() => undefined)))
        await rm(path, { force: true });
    }
    return undefined;
  } finally {
    await rm(draft, { force: true });
  }
}

async function releaseOwn(path: string, mine: string): Promise<void> {
  const holder = await readFile(path, 'utf8').catch(() => undefined);
  if (holder === mine) await rm(path, { force: true });
}

/** Whether a process of this id lives on this machine. */
export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, under another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
