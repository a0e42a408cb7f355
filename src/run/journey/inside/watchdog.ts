/**
 * A thread beside the script: a script in an endless loop cannot notice that its parent is gone, or that it fills the
 * machine's memory or disk; this thread can.
 */
import { readdirSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { lastWords } from '../messages.ts';
import { endAlone } from './orphan.ts';
import { runFolderPrefix } from './run-folder.ts';

const lookMs = 100;
/** Resident memory of the script's process, bytes: its heap has a bound of its own, its buffers have only this one. */
const scriptBytesMax = 896 * 1024 * 1024;
/** Downloads and what the script writes, bytes; looked at every so many looks. */
const diskBytesMax = 512 * 1024 * 1024;
const looksPerDisk = 10;
const standardError = 2;

const { parent, scratch } = workerData as { parent: number; scratch: string };
const spawned = new Set<number>();
let looks = 0;

parentPort?.on('message', ({ type, pid }: { type: 'spawned' | 'gone'; pid: number }) => {
  if (type === 'spawned') spawned.add(pid);
  else spawned.delete(pid);
});
setInterval(() => {
  if (process.ppid !== parent) endAlone(spawned, scratch);
  if (process.memoryUsage.rss() > scriptBytesMax) end(lastWords.memory);
  if (++looks % looksPerDisk === 0 && bytesOnDisk() > diskBytesMax) end(lastWords.disk);
}, lookMs);

/** The parent hears why, and clears away what is left. */
function end(why: string): void {
  writeSync(standardError, `${why}\n`);
  process.kill(process.pid, 'SIGKILL');
}

/** What lies in the runs' folders and among Playwright's artifacts, downloads above all; the browser's own files do not count. */
function bytesOnDisk(): number {
  const folders = namesIn(scratch).filter(
    (name) => /^playwright-artifacts/.test(name) || name.startsWith(runFolderPrefix),
  );
  const files = folders.flatMap((folder) => namesIn(join(scratch, folder)).map((name) => join(scratch, folder, name)));
  return files.reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // Cleared away meanwhile.
    return [];
  }
}
